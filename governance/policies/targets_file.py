"""目标完成情况登记表 as an Excel file: one line a target. No personal data stand in it."""

import datetime as dt
import os
import tempfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from governance.exchange.rowsheet import RowSheet
from governance.policies.target_register import TargetLine

_CREATED = dt.datetime(2000, 1, 1)
"""The same register gives the same bytes, whenever it is made."""

COLUMNS: tuple[tuple[str, int], ...] = (
    ("编号", 13),
    ("目标", 26),
    ("依据文件", 34),
    ("条款", 10),
    ("完成期限", 24),
    ("状态", 16),
    ("结果", 9),
    ("现状", 14),
    ("要求", 22),
    ("进度", 36),
    ("说明", 40),
)
"""Header and width in characters."""


def line_of(line: TargetLine) -> list[Any]:
    measure = line.measure
    return [
        measure.code,
        measure.title,
        line.document.title,
        measure.clause.ref,
        line.due_text,
        line.state.label,
        line.outcome.label if line.outcome else "",
        line.value_text,
        line.required_text,
        line.pace_text,
        "；".join(each for each in (line.note, line.remedy) if each),
    ]


def write_targets(lines: Sequence[TargetLine], *, title: str, notes: Sequence[str]) -> bytes:
    """The file; `notes` (place, day, who) come on a sheet of their own."""
    with tempfile.TemporaryDirectory(prefix="targets-") as folder:
        path = os.path.join(folder, "targets.xlsx")
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder})
        book.set_properties({"title": title, "created": _CREATED})
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        date = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        head = book.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "border": 1, "border_color": "#B8C4D0", "num_format": "@"}
        )
        sheet: RowSheet = book.add_worksheet("目标台账", worksheet_class=RowSheet)
        sheet.write_rows(
            [[label for label, _ in COLUMNS]], first_row=0, formats=[head] * len(COLUMNS), date_format=date
        )
        rows = (line_of(line) for line in lines)
        count = sheet.write_rows(rows, first_row=1, formats=[text] * len(COLUMNS), date_format=date)
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
            return made.read()
