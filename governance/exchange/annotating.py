"""The clerk's own workbook back, with a column 错误信息 and the faulty rows coloured."""

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from governance.exchange.guard.limits import GUIDE_SHEET
from governance.exchange.reader import Cell, RawSheet, RawWorkbook
from governance.exchange.writer import ERROR_COLUMN

_NO_NAME = "数据"
_MOST = 32_000


def annotate(workbook: RawWorkbook, errors: Sequence[Mapping[str, Any]]) -> bytes:
    """All sheets as they were read, the errors (as in the preview) beside their rows.

    A first sheet lists all of them. The result can be corrected and uploaded again: that sheet and the column
    are ignored there.
    """
    by_place: dict[tuple[str, int], list[str]] = defaultdict(list)
    for error in errors:
        where = f"{error['column']}：" if error["column"] else ""
        by_place[error["sheet"], error["row"]].append(f"{where}{error['message']}")
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    formats = _Formats(book)
    _write_list(book, formats, errors)
    for sheet in workbook.sheets:
        _write(book, formats, sheet, by_place)
    book.close()
    return target.getvalue()


class _Formats:
    """The styles: of cells in plain rows (False) and in faulty ones (True)."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        fill = {"bg_color": "#FDE3E1"}
        text, day = {"num_format": "@"}, {"num_format": "yyyy-mm-dd"}
        self.head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1})
        self.text = {False: book.add_format(text), True: book.add_format({**text, **fill})}
        self.date = {False: book.add_format(day), True: book.add_format({**day, **fill})}
        self.plain = {False: None, True: book.add_format(fill)}
        self.error = book.add_format({**text, **fill, "font_color": "#B4231A", "text_wrap": True})
        self.wrap = book.add_format({**text, "text_wrap": True, "valign": "top"})


def _write_list(book: xlsxwriter.Workbook, formats: _Formats, errors: Sequence[Mapping[str, Any]]) -> None:
    """All errors on the sheet that an upload ignores: those of headers have no row of their own."""
    sheet = book.add_worksheet(GUIDE_SHEET)
    for at, (title, width) in enumerate((("工作表", 14), ("行", 8), ("列", 20), ("错误和改正办法", 90))):
        sheet.write_string(0, at, title, formats.head)
        sheet.set_column(at, at, width)
    for number, error in enumerate(errors, 1):
        cells = (error["sheet"], str(error["row"]), error["column"], error["message"])
        for at, text in enumerate(cells):
            sheet.write_string(number, at, text[:_MOST], formats.wrap)


def _write(
    book: xlsxwriter.Workbook, formats: _Formats, raw: RawSheet, by_place: Mapping[tuple[str, int], list[str]]
) -> None:
    kept = [index for index, title in enumerate(raw.header) if title and title != ERROR_COLUMN]
    # A CSV file has no sheet name; all its errors bear the name of the sheet it was taken for.
    own = raw.name or next((sheet for sheet, _ in by_place if sheet), _NO_NAME)
    sheet = book.add_worksheet(own)
    last = len(kept)
    for at, index in enumerate(kept):
        title = raw.header[index]
        sheet.write_string(0, at, title, formats.head)
        hidden = {"hidden": 1} if title.startswith("_") else {}
        sheet.set_column(at, at, max(12, len(title) * 2 + 4), formats.text[False], hidden)
    sheet.write_string(0, last, ERROR_COLUMN, formats.head)
    sheet.set_column(last, last, 60)
    sheet.freeze_panes(1, 0)
    for number, cells in raw.rows:
        texts = by_place.get((own, number))
        for at, index in enumerate(kept):
            _cell(sheet, number - 1, at, cells[index], formats, bool(texts))
        if texts:
            sheet.write_string(number - 1, last, "\n".join(texts)[:_MOST], formats.error)


def _cell(sheet: Any, row: int, at: int, value: Cell, formats: _Formats, faulty: bool) -> None:
    if value is None:
        if faulty:
            sheet.write_blank(row, at, None, formats.text[True])
    elif isinstance(value, bool):
        sheet.write_boolean(row, at, value, formats.plain[faulty])
    elif isinstance(value, int | float):
        sheet.write_number(row, at, value, formats.plain[faulty])
    elif isinstance(value, dt.date):
        moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
        sheet.write_datetime(row, at, moment, formats.date[faulty])
    else:
        sheet.write_string(row, at, value[:32_767], formats.text[faulty])
