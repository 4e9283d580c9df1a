"""The audit log as a file: exactly what the filter leaves, capped, logged with its digest."""

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator

import xlsxwriter
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from governance.accounts import options
from governance.accounts.models import User
from governance.audit.models import Event, EventKind
from governance.audit.services import record
from governance.console.event_texts import object_kind, summary

XLSX, CSV = "xlsx", "csv"
FORMATS = {
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CSV: "text/csv; charset=utf-8",
}
_HEAD = (
    ("编号", 9),
    ("时间", 19),
    ("用户名", 16),
    ("角色", 16),
    ("类型", 12),
    ("对象种类", 14),
    ("对象", 26),
    ("内容", 60),
    ("地址", 16),
    ("请求编号", 38),
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ExportRefused(Exception):
    """The file is not made; the text (Chinese) says why and what to do."""


def _lines(events: Iterable[Event]) -> Iterator[list[str]]:
    for event in events:
        yield [
            str(event.pk),
            f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}",
            event.username,
            event.role,
            event.get_kind_display(),
            object_kind(event.object_type) if event.object_type else "",
            event.object_label,
            summary(event),
            event.address,
            event.request_id,
        ]


def _as_csv(lines: Iterable[list[str]]) -> bytes:
    """UTF-8 with a mark, so that Excel reads Chinese; text that Excel would take for a formula is quoted."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([label for label, _ in _HEAD])
    for line in lines:
        writer.writerow(["'" + cell if cell.startswith(_FORMULA_STARTS) else cell for cell in line])
    return target.getvalue().encode("utf-8-sig")


def _as_xlsx(lines: Iterable[list[str]], notes: Iterable[tuple[str, str]]) -> bytes:
    target = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        bold = book.add_format({"bold": True, "bg_color": "#E9F1FA", "border": 1})
        sheet = book.add_worksheet("审计日志")
        sheet.freeze_panes(1, 0)
        for column, (label, width) in enumerate(_HEAD):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, label, bold)
        for number, line in enumerate(lines, start=1):
            for column, cell in enumerate(line):
                sheet.write_string(number, column, cell[:32_767])
        about = book.add_worksheet("说明")
        about.set_column(0, 0, 16)
        about.set_column(1, 1, 60)
        for number, (label, text) in enumerate(notes):
            about.write_string(number, 0, label, bold)
            about.write_string(number, 1, text)
        book.close()
    return target.getvalue()


@transaction.atomic
def export_events(
    *, events: QuerySet[Event], conditions: dict[str, str], file_format: str, by: User
) -> tuple[str, bytes]:
    """File name and content of the events, oldest last; logged. Raises `ExportRefused` above the cap."""
    most = options.value("audit_export_rows")
    rows = events.order_by().values("pk")[: most + 1].count()
    if rows > most:
        raise ExportRefused(f"符合条件的超过 {most:,} 条，请缩小时间范围或增加条件后分次导出。")
    now = timezone.localtime()
    lines = _lines(events.iterator(chunk_size=2000))
    if file_format == CSV:
        content = _as_csv(lines)
    else:
        words = "；".join(f"{label}：{value}" for label, value in conditions.items()) or "全部"
        notes = [
            ("导出人", f"{by}（{by.username}）"),
            ("导出时间", f"{now:%Y-%m-%d %H:%M:%S}"),
            ("筛选条件", words),
            ("条数", f"{rows:,}"),
        ]
        content = _as_xlsx(lines, notes)
    digest = hashlib.sha256(content).hexdigest()
    record(
        EventKind.EXPORT,
        detail={"rows": rows, "format": file_format, "sha256": digest, "filters": conditions},
    )
    # Part of the digest stands in the name, so that a file can be matched with its event.
    return f"审计日志-{now:%Y%m%d-%H%M}-{digest[:8]}.{file_format}", content
