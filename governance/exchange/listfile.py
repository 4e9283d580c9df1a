"""A list as an Excel file to read and print: a header, one line a row, and notes on a sheet of their own."""

import datetime as dt
import os
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from governance.exchange.rowsheet import RowSheet

_CREATED = dt.datetime(2000, 1, 1)
"""The same list gives the same bytes, whenever it is made."""


def write_list(
    rows: Iterable[Sequence[Any]],
    *,
    sheet_name: str,
    columns: Sequence[tuple[str, int]],
    title: str,
    notes: Sequence[str],
) -> tuple[bytes, int]:
    """The file and how many rows stand in it.

    `columns` are headers with their width in characters; `notes` (scope, filters, who, when) come on the
    sheet 说明. The file is for people: it is not the workbook and cannot be imported.
    """
    with tempfile.TemporaryDirectory(prefix="list-") as folder:
        path = os.path.join(folder, "list.xlsx")
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder})
        book.set_properties({"title": title, "created": _CREATED})
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        date = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        head = book.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "border": 1, "border_color": "#B8C4D0", "num_format": "@"}
        )
        sheet: RowSheet = book.add_worksheet(sheet_name, worksheet_class=RowSheet)
        sheet.write_rows(
            [[label for label, _ in columns]], first_row=0, formats=[head] * len(columns), date_format=date
        )
        count = sheet.write_rows(rows, first_row=1, formats=[text] * len(columns), date_format=date)
        for index, (_, width) in enumerate(columns):
            sheet.set_column(index, index, width)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, count, len(columns) - 1)
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
