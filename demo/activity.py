"""What happened on the portal since the ledger was entered, done by the demonstration's own users.

Through the services of the pages and in one transaction, once: an event of the district tells that it is
there, so that nothing a visitor takes back comes again with the next load.
"""

from __future__ import annotations

from io import BytesIO

from django.db import transaction
from django.utils import timezone
from openpyxl import Workbook

from demo.assessments import load_schemes
from demo.follow_up import assign_findings
from demo.implementation import report_and_urge
from demo.loading import district
from demo.operations import Desk, work_of_the_clerk, work_of_the_county
from demo.people import MARK
from demo.procedures import plan_a_split, tell_stories
from demo.rounds import send_round
from governance.accounts.models import User
from governance.audit.models import Event, EventKind
from governance.audit.services import record
from governance.divisions.models import Division
from governance.exchange import batches
from governance.exchange.commands import as_user
from governance.exchange.sheets import by_slug
from governance.records import drafts
from governance.records.attachments import attach
from governance.records.completeness.services import confirm_empty
from governance.reports.confirming import confirm_data
from governance.web.preferences import save_filter

REASON = f"装载{MARK}日常操作"
CLERK, LEAD, STAFF = "demo-clerk", "demo-lead", "demo-staff"
WITHOUT_ORGANISATIONS = "610104002011"
_HEADER = ("社区代码", "组织名称", "类别", "登记状态", "成立日期")


def has_activity() -> bool:
    return Event.objects.filter(kind=EventKind.IMPORT, reason=REASON).exists()


@transaction.atomic
def load_activity() -> dict[str, int]:
    """Do it all once; returns how many of each kind, {} when it was done before."""
    if has_activity():
        return {}
    today = timezone.localdate()
    street = Division.objects.by_code("610104001")
    counts = {}
    with as_user(CLERK) as clerk:
        counts["修改"] = work_of_the_clerk(clerk)
        counts["导入"] = _import(clerk)
        _leave_unfinished(clerk)
        _attach(clerk)
    with as_user(STAFF) as staff:
        counts["修改"] += work_of_the_county(staff)
        confirm_empty(
            user=staff,
            division=Division.objects.by_code(WITHOUT_ORGANISATIONS),
            sheet=by_slug("organisations"),
            note=f"{MARK}：已向社区核实，目前没有社会组织",
        )
        counts["整改"] = assign_findings(staff, today)
    evidence = (f"{MARK}交接单.pdf", demo_pdf(f"{MARK}文件，内容均为虚构"))
    counts["落实"] = report_and_urge(district(), today, evidence)
    # Before the street confirms its data, which a split would make untrue.
    splits = plan_a_split(today)
    with as_user(LEAD) as lead:
        confirm_data(user=lead, division=street, today=today, note=f"{MARK}：已逐社区核对")
    counts["填报任务"] = send_round(today)
    counts["办理事项"] = splits + tell_stories(today)
    counts["考核方案"] = load_schemes(today)
    record(EventKind.IMPORT, obj=district(), reason=REASON, detail={"source": MARK, **counts})
    return counts


def _workbook(*rows: tuple[str, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "社会组织"
    for row in (_HEADER, *rows):
        sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _import(clerk: User) -> int:
    """One workbook that was imported, and one whose mistakes stand in the way."""
    good = _workbook(
        ("610104001004", f"{MARK}青年读书会", "文体", "备案", "2026-09-05"),
        ("610104001007", f"{MARK}银龄互助队", "居民互助", "备案", "2026-09-08"),
        ("610104001013", f"{MARK}楼院调解小组", "纠纷调解", "备案", "2026-09-12"),
    )
    batch, _ = batches.receive(user=clerk, file_name=f"{MARK}新增社会组织.xlsx", content=good)
    batches.confirm(batch=batch, user=clerk)
    bad = _workbook(
        ("610104001004", f"{MARK}绿化志愿队", "公益", "备案", "2026-09-05"),
        ("610104001999", f"{MARK}便民修理社", "生活服务", "备案", "2026-09-31"),
    )
    batches.receive(user=clerk, file_name=f"{MARK}新增社会组织（有错误）.xlsx", content=bad)
    return 2


def _leave_unfinished(clerk: User) -> None:
    """A form that was not finished, and conditions kept for every day."""
    code = "610104001010"
    drafts.keep(
        user=clerk,
        key=drafts.add_key(by_slug("members"), Division.objects.by_code(code)),
        fields={
            "community_code": code,
            "name": f"{MARK}韩新六",
            "committee_post": "委员",
            "is_fulltime": "是",
        },
    )
    save_filter(user=clerk, list_key="policies:findings", name="快到期的整改", query="due=soon")


def _attach(clerk: User) -> None:
    facility = Desk(clerk).row("facilities", "610104001004")
    attach(
        user=clerk,
        sheet=by_slug("facilities"),
        row=facility,
        name=f"{MARK}场地使用协议.pdf",
        content=demo_pdf(f"{MARK}文件，内容均为虚构"),
    )


def demo_pdf(text: str) -> bytes:
    """One page with a line of Chinese, in a font that every reader brings along, so none is embedded."""
    line = text.encode("utf-16-be").hex().upper()
    content = f"BT /F1 24 Tf 72 740 Td <{line}> Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>\nstream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 7 0 R>>",
        "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        "/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
    )
    pdf, offsets = "%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size}/Root 1 0 R>>\n"
    return f"{pdf}{end}startxref\n{len(pdf)}\n%%EOF\n".encode("ascii")
