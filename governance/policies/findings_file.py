"""问题清单 as an Excel file: one line a finding, with today's figures. No personal data stand in it."""

import datetime as dt
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter
from django.utils import timezone

from governance.exchange.rowsheet import RowSheet
from governance.policies.follow_up import due_text, state_of
from governance.policies.models import Finding
from governance.policies.presentation import Result

_CREATED = dt.datetime(2000, 1, 1)
"""The same list gives the same bytes, whenever it is made."""

COLUMNS: tuple[tuple[str, int], ...] = (
    ("街道（乡镇）", 16),
    ("社区（村）", 16),
    ("社区代码", 14),
    ("标准编号", 13),
    ("标准", 28),
    ("依据文件", 34),
    ("条款", 10),
    ("结果", 9),
    ("程度", 7),
    ("现状", 12),
    ("要求", 26),
    ("差距", 12),
    ("整改提示", 36),
    ("发现日期", 12),
    ("消除日期", 12),
    ("办理状态", 9),
    ("责任单位（人）", 24),
    ("整改期限", 12),
    ("剩余", 14),
)
"""Header and width in characters."""


def line_of(finding: Any, today: dt.date) -> list[Any]:
    """The cells of a finding that `explain_findings` has given its `result`."""
    result: Result | None = finding.result
    measure = finding.standard.measure
    local = result.trace.rule.local if result else None
    street = finding.division.parent
    return [
        street.name if street else "",
        finding.division.name,
        finding.division.code,
        measure.code,
        measure.title,
        local.paper if local else measure.document.title,
        local.clause if local else measure.clause.ref,
        finding.get_outcome_display(),
        finding.get_severity_display(),
        result.trace.value_text if result else "",
        (result.own_required or result.trace.required_text) if result else "",
        result.gap_text if result else "",
        result.trace.remedy if result else "",
        finding.opened_on,
        finding.resolved_on,
        state_of(finding, today)[0],
        finding.responsible_text,
        finding.due_on,
        due_text(finding, today),
    ]


def write_findings(findings: Iterable[Finding], *, notes: Sequence[str]) -> tuple[bytes, int]:
    """The file and how many findings stand in it; `notes` (scope, filters, who, when) come on a sheet of
    their own."""
    today = timezone.localdate()
    with tempfile.TemporaryDirectory(prefix="findings-") as folder:
        path = os.path.join(folder, "findings.xlsx")
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder})
        book.set_properties({"title": "问题清单", "created": _CREATED})
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        date = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        head = book.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "border": 1, "border_color": "#B8C4D0", "num_format": "@"}
        )
        sheet: RowSheet = book.add_worksheet("问题清单", worksheet_class=RowSheet)
        sheet.write_rows(
            [[label for label, _ in COLUMNS]], first_row=0, formats=[head] * len(COLUMNS), date_format=date
        )
        lines: Iterator[list[Any]] = (line_of(finding, today) for finding in findings)
        count = sheet.write_rows(lines, first_row=1, formats=[text] * len(COLUMNS), date_format=date)
        for index, (_, width) in enumerate(COLUMNS):
            sheet.set_column(index, index, width)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, count, len(COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        about: RowSheet = book.add_worksheet("说明", worksheet_class=RowSheet)
        about.write_rows([[note] for note in notes], first_row=0, formats=[text], date_format=date)
        about.set_column(0, 0, 100)
        book.close()
        with open(path, "rb") as made:
            return made.read(), count
