"""Pages of 政策落实 by role: what they show, what they refuse, and at what cost."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.implementation.models import Entry, State, Undertaking
from governance.implementation.urging import urge
from governance.policies.evaluation.relation import narrowed
from governance.policies.evaluation.upper import upper_results
from governance.policies.findings import refresh
from governance.policies.models import Measure, Standard
from governance.policies.views.common import current_relation
from governance.workflows.catalogue import newest_version, procedure_of
from governance.workflows.models import Case
from tests.governance.implementation.conftest import DAY, PDF
from tests.governance.policies.test_pages import more_communities, text_of
from tests.registry import fill_community
from tests.snapshot import made_once

pytestmark = pytest.mark.one_database
HOME = "/implementation/"
LH, RS = "/implementation/documents/lianhu-2024/", "/implementation/documents/renshou-draft/"
SIZE = "/implementation/measures/LH-SIZE-01/"
KEY = "0123456789abcdef"


def _measure(tree):
    for code, households in (("610104001001", 999), ("610104001002", 1000)):
        fill_community(tree[code], households_resident=households, population_resident=6000)
    refresh(path="", on=timezone.localdate())


@pytest.fixture
def measured(measured_tree):
    """One community misses the size, one meets it; the others know nothing."""
    made_once("implementation/test_pages", lambda: _measure(measured_tree))
    return measured_tree


@pytest.mark.parametrize("role", [Role.COUNTY_STAFF, Role.UPPER_READER, Role.COMMUNITY])
def test_home_has_documents_in_force_and_apart_those_for_reference(role, measured, client_of):
    text = text_of(client_of(role), HOME)
    assert "莲湖区关于进一步加强社区管理的若干措施" in text and "枫桥经验" in text
    assert "仁寿" not in text and "参考文件" not in text, "documents of elsewhere do not apply"
    assert "我的任务" not in text


def test_a_reference_document_has_no_colour_and_nothing_late(measured_tree, client_of):
    client = client_of(Role.COUNTY_STAFF, measured_tree["511421"])
    assert "征求意见稿" in text_of(client, HOME).partition("参考文件")[2]
    main = text_of(client, RS).partition('id="main"')[2]
    assert "只供参考" in main
    assert not re.search(r'class="(lamp|err)|class="tag (red|amber)', main)


def test_a_document_page_shows_each_measure_with_figure_unit_and_state(measured, send, measure, client_of):
    send()
    text = text_of(client_of(Role.COUNTY_STAFF), LH)
    assert all(f'id="{code}"' in text for code in measure.document.measures.values_list("code", flat=True))
    row = text.partition('id="LH-SIZE-01"')[2].partition("</tr>")[0]
    assert "达标 1，未达标 1，缺数据 2" in row and "未消除的问题" in row and "区民政局" in row
    row = text.partition(f'id="{measure.code}"')[2].partition("</tr>")[0]
    assert "待审核" in row and "区住建局" in row
    assert "不适用于" in text_of(client_of(Role.COUNTY_STAFF), RS)
    upper = text_of(client_of(Role.COUNTY_STAFF), "/implementation/documents/shaanxi-2019/")
    assert "每年 06-30、12-31" in upper and not re.search(r">\s*(yearly|quarterly|monthly)\s*<", upper)


def test_the_league_has_the_worst_child_first_and_leads_on(measured, client_of):
    text = text_of(client_of(Role.UPPER_READER), f"{SIZE}?area=610104001")
    league = text.partition('id="league"')[2].partition("</table>")[0]
    names = re.findall(r"area=(\d+)", league)
    assert names[0] == "610104001001" and "610104001002" in names
    county = text_of(client_of(Role.UPPER_READER), f"{SIZE}?area=610104")
    assert county.partition('id="league"')[2].index("青年路街道") < county.partition('id="league"')[2].index(
        "北院门街道"
    )


@pytest.mark.parametrize("url", [HOME, LH, SIZE, "/implementation/units/", "/implementation/overdue/"])
def test_an_area_outside_is_as_unknown_as_one_that_is_not(url, measured, client_of):
    client = client_of(Role.STREET_CLERK)
    for code in ("610104002", "610104", "999999", "x"):
        assert client.get(f"{url}?area={code}").status_code == 404, code
    assert client.get(f"{url}?area=610104001001").status_code == 200


def test_statements_are_few_and_constant(measured, send, client_of):
    pages = (HOME, LH, SIZE, "/implementation/units/", "/implementation/units/区民政局/", f"{LH}matrix/")
    client = client_of(Role.COUNTY_STAFF)

    def count(url: str) -> int:
        client.get(f"{url}?area=610104")  # what is kept for a minute
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{url}?area=610104").status_code == 200
        return len(queries)

    client.get("/")
    few = [count(url) for url in pages]
    more_communities(measured, 5)
    send()
    send(key="k2")
    assert [count(url) for url in pages] == few and max(few) <= 15


def test_narrowing_keeps_what_the_rules_say(measured):
    whole = current_relation(measured.county.path)
    codes = {"LH-SIZE-01", "SX-VOL-02"}
    part = narrowed(whole, codes)
    assert {rule.code for rule in part.rules} == codes
    results = [
        {trace.code: trace.as_json() for trace in upper_results(relation=each, level=3)[0].traces}
        for each in (whole, part)
    ]
    assert results[1] == {code: results[0][code] for code in codes}


def test_units_and_what_they_owe(measured, send, accept, measure, client_of):
    accept(send())
    client = client_of(Role.COUNTY_STAFF)
    text = text_of(client, "/implementation/units/")
    row = text.partition("区住建局</b>")[2].partition("</tr>")[0]
    assert re.findall(r'class="num">(\d+)<', row)[-2:] == ["1", "1"]
    owed = text_of(client, "/implementation/units/区住建局/")
    assert measure.code in owed and "推进中 · 已认可" in owed
    nobody = text_of(client, "/implementation/units/未分工/")
    assert "SX-GOAL-01" in nobody and "指定单位" in nobody
    assert "指定单位" not in text_of(client_of(Role.UPPER_READER), "/implementation/units/未分工/")
    matrix = text_of(client, f"{LH}matrix/")
    assert "报送 1/" in matrix and "区住建局" in matrix


def test_a_department_reports_is_returned_and_mends(
    measured, measure, department, sign_in, client_of, settings, tmp_path
):
    settings.DATA_DIR = tmp_path
    client, staff = sign_in(department), client_of(Role.COUNTY_STAFF)
    tasks = text_of(client, "/implementation/tasks/")
    report = f"/implementation/measures/{measure.code}/report/"
    assert report in tasks and "我的任务" in text_of(client, "/")
    assert "本单位尚未报送的措施" in text_of(client, "/todo/")
    assert client.get("/implementation/measures/LH-ROLE-02/report/").status_code == 302
    form = {"unit_name": "区住建局", "status": "under_way", "text": "已完成核对", "key": KEY}
    period = re.search(r'<option value="(\d{4}H\d)"', text_of(client, report))[1]
    for _ in range(2):
        files = SimpleUploadedFile("纪要.pdf", PDF)
        response = client.post(report, {**form, "period": period, "files": files})
        assert response.status_code == 302
    row = Undertaking.objects.get()
    assert Entry.objects.count() == 1 and row.state == State.WAITING
    assert client.post(report, {**form, "period": period, "text": ""}).status_code == 422
    assert "待审核的进展报送" in text_of(staff, "/todo/")
    listed = text_of(staff, "/implementation/undertakings/?show=to_review")
    assert row.get_absolute_url() in listed and "共 1 条" in listed
    page, step = row.get_absolute_url(), {"report": row.latest_id}
    assert client.post(page, {**step, "action": "accept", "accept-key": KEY}).status_code == 403
    assert staff.post(page, {**step, "action": "return", "return-key": KEY}).status_code == 422
    data = {**step, "action": "return", "return-text": "请补充验收材料", "return-key": "a" * 16}
    assert [staff.post(page, data).status_code for _ in range(2)] == [302, 302]
    assert "被退回的进展报送" in text_of(client, "/todo/")
    again = text_of(client, f"{report}?unit=区住建局")
    assert "请补充验收材料" in again and "已完成核对</textarea>" in again
    client.post(report, {**form, "period": period, "text": "已补充", "key": KEY[::-1]})
    row.refresh_from_db()
    staff.post(page, {"report": row.latest_id, "action": "accept", "accept-key": "b" * 16})
    text = text_of(staff, f"/implementation/measures/{measure.code}/")
    assert "已补充" in text and "纪要.pdf" in text and "请补充验收材料" in text
    evidence = re.search(r"/implementation/evidence/\d+/", text)[0]
    given = client.get(evidence)
    assert given.content == PDF and "attachment" in given["Content-Disposition"]
    assert client_of(Role.COMMUNITY).get(evidence).status_code == 404


def test_urging_reaches_the_todos_of_who_is_addressed(
    measured, measure, department, sign_in, client_of, user_of
):
    staff, street = client_of(Role.COUNTY_STAFF), client_of(Role.STREET_LEAD)
    page = f"/implementation/measures/{measure.code}/urge/?area=610104001"
    text = text_of(staff, page)
    assert re.search(r'value="remind" selected', text)
    due = timezone.localdate() + timedelta(days=5)
    form = {"unit_name": "", "level": "remind", "due_on": f"{due:%Y%m%d}", "text": "请报送进展", "key": KEY}
    assert [staff.post(page, form).status_code for _ in range(2)] == [302, 302]
    row = Undertaking.objects.get()
    assert row.division == measured.street and Entry.objects.count() == 1
    assert re.search(r'value="supervise" selected', text_of(staff, page))
    assert "待回复的督办" in text_of(street, "/todo/")
    assert "待回复的督办" not in text_of(sign_in(department), "/todo/")
    data = {"action": "answer", "answer-text": "本周报送", "answer-key": KEY[::-1]}
    assert street.post(row.get_absolute_url(), data).status_code == 302
    assert "已回复、待办结的督办" in text_of(staff, "/todo/")
    assert "督办" in text_of(staff, row.get_absolute_url())
    assert street.post(row.get_absolute_url(), {"action": "close", "close-key": KEY}).status_code == 403
    staff.post(row.get_absolute_url(), {"action": "close", "close-text": "已报", "close-key": "f" * 16})
    row.refresh_from_db()
    assert not row.is_urged


def test_what_is_overdue_says_why(measured, measure, user_of, client_of):
    today = timezone.localdate()
    Measure.objects.filter(code="LH-ROLE-01").update(due_on=today - timedelta(days=1), scope="all")
    Standard.objects.filter(measure__code="LH-SIZE-01").update(due_on=today - timedelta(days=3))
    urge(
        user=user_of(Role.COUNTY_STAFF),
        division=measured.county,
        measure=measure,
        unit_name="区住建局",
        level="supervise",
        text="请办理",
        due_on=DAY,
        key="u1",
        today=DAY,
    )
    text = text_of(client_of(Role.COUNTY_STAFF), "/implementation/overdue/")
    assert "没有认可的完成情况" in text and "督办（区住建局）已超期" in text
    assert "LH-SIZE-01" in text and "已过期限" in text
    assert "LH-ROLE-01" not in text_of(client_of(Role.COMMUNITY), "/implementation/overdue/")


def test_a_unit_of_the_portal_is_named_and_forgotten(measured, user_of, client_of, department):
    client = client_of(Role.COUNTY_STAFF)
    page = "/implementation/units/区民政局/accounts/"
    assert "莲湖区住建局" in text_of(client, page)
    assert client.post(page, {"unit": department.unit_id}).status_code == 302
    assert "取消对应" in text_of(client, page)
    client.post(page, {"action": "forget", "unit": department.unit_id})
    assert "取消对应" not in text_of(client, page)


@pytest.mark.parametrize(
    ("url", "sheet", "expected"),
    [
        (f"{LH}matrix/export/", "责任矩阵", "区民政局（"),
        (f"{LH}export/", "逐项措施", "达标 1，未达标 1，缺数据 2"),
        ("/implementation/overdue/export/", "超期清单", "SX-FUND-01"),
        ("/checkup/610104001001/export/?on=2026-06-15", "合规对照单", "LH-SIZE-01"),
    ],
)
def test_lists_are_sent_as_files_of_the_scope_and_logged(url, sheet, expected, measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    book = load_workbook(BytesIO(client.get(url).content))
    rows = list(book[sheet].iter_rows(values_only=True))
    page = client.get(url.replace("export/", "")).content.decode()
    assert any(expected in str(cell) for row in rows[1:] for cell in row), rows[1:4]
    assert "说明" in book.sheetnames and "导出 Excel" in page
    event = Event.objects.filter(kind="export").latest("pk")
    assert event.detail["list"] == sheet and event.detail["rows"] == len(rows) - 1
    joint = "&" if "?" in url else "?"
    foreign = url.replace("610104001001", measured.foreign_community.code)
    assert client.get(f"{foreign}{joint}area=610102").status_code == 404


def test_a_street_owes_what_a_document_gives_to_all_streets(measured, client_of):
    clerk, staff = client_of(Role.STREET_CLERK), client_of(Role.COUNTY_STAFF)
    street = measured.street
    given = Measure.objects.filter(task__units__name="各街办", document__code="LH").order_by("order")
    first, count = given.first(), given.distinct().count()
    assert f"{street.name}尚未报送的措施" in text_of(clerk, "/todo/")
    tasks = text_of(clerk, "/implementation/tasks/?show=open")
    report = f"/implementation/measures/{first.code}/report/"
    assert "我的任务" in text_of(clerk, "/") and f"{street.name}（文件中的名称：各街办）" in tasks
    assert f"{report}?area={street.code}&amp;unit=" in tasks
    assert "SX-GOAL-01" not in tasks, "what names no street is not asked of it"

    period = re.search(r'<option value="(\d{4}H\d)"', text_of(clerk, f"{report}?area={street.code}"))[1]
    form = {"unit_name": "", "status": "under_way", "text": "已排查", "period": period, "key": KEY}
    for _ in range(2):
        assert clerk.post(f"{report}?area={street.code}", {**form, "area": street.code}).status_code == 302
    row = Undertaking.objects.get()
    assert (row.division, row.unit_name, row.state) == (street, "", State.WAITING)

    text_of(staff, "/implementation/units/各街办/")  # what is the same for everybody is kept
    with CaptureQueriesContext(connection) as queries:
        page = text_of(staff, "/implementation/units/各街办/")
    assert len(queries) <= 15
    line = page.partition(f"{street.name}</a>")[2].partition("</tr>")[0]
    assert re.findall(r"(\d+)(?:</b>)?</td>", line) == [str(count), str(count - 1), "1", "0", "0"]
    other = page.partition(f"{measured.other_street.name}</a>")[2].partition("</tr>")[0]
    assert re.findall(r"(\d+)(?:</b>)?</td>", other)[:3] == [str(count), str(count), "0"]
    assert "1/2 已报送" in page
    listed = text_of(staff, "/implementation/units/").partition("各街办")[2].partition("</tr>")[0]
    assert f">1 / {2 * count}<" in listed, "the list tells what the unit's page tells"
    assert "已报送" in text_of(staff, f"{LH}matrix/").partition("各街办")[2].partition("</td>")[0]
    assert "待审核" in text_of(clerk, "/implementation/tasks/")
    assert "我的任务" not in text_of(staff, "/") and staff.get("/implementation/tasks/").status_code == 403


def test_a_late_case_of_several_measures_is_one_late_thing(measured_tree, client_of, user_of):
    """The procedure of a new community carries out a dozen measures: one late case is one, not a dozen."""
    client = client_of(Role.COUNTY_STAFF)
    url = f"/implementation/?area={measured_tree.county.code}"
    before = client.get(url).context["totals"]["late"]
    version = newest_version("lh-establishment")
    case = Case.objects.create(
        division=measured_tree.street,
        procedure=version,
        slug=version.slug,
        name="演示",
        opened_by=user_of(Role.STREET_CLERK),
    )
    step = procedure_of(case).steps[0]
    day = timezone.localdate() - timedelta(days=9)
    case.steps.create(division=case.division, key=step.key, order=0, action="add", state="active", due_on=day)
    assert len(procedure_of(case).all_measures()) > 1
    cache.clear()
    assert client.get(url).context["totals"]["late"] == before + 1
    overdue = client.get(f"/implementation/overdue/?area={measured_tree.county.code}")
    assert overdue.context["total"] == before + 1
