"""The xlsx annex: rows too many for paper. Flat memory, equal bytes for equal input."""

import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any, Literal

import xlsxwriter

from .inline import clean

Value = str | int | float | Decimal | dt.date | None
NUMBER_FORMATS = {"integer": "0", "decimal": "0.00", "date": "yyyy-mm-dd", "text": "@"}
FORBIDDEN_IN_TITLE = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
LARGEST_EXACT = 10**15


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of the annex: heading, width in characters, kind of value."""

    label: str
    width: float = 14
    kind: Literal["text", "integer", "decimal", "date"] = "text"


@dataclass(frozen=True, slots=True)
class AnnexSheet:
    """A sheet: title (cut to 31 characters, forbidden signs replaced), columns, rows in order."""

    title: str
    columns: tuple[SheetColumn, ...]
    rows: Iterable[tuple[Value, ...]]


def write_annex(sheets: Iterable[AnnexSheet], *, title: str, created: dt.date) -> bytes:
    """The workbook as bytes. Text stays text: nothing becomes a formula or a link. None is an empty cell."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": NUMBER_FORMATS["date"],
        },
    )
    book.set_properties({"title": clean(title), "created": dt.datetime.combine(created, dt.time())})
    head = book.add_format(
        {"bold": True, "border": 1, "bg_color": "#F2F2F2", "text_wrap": True, "valign": "vcenter"}
    )
    formats = {
        kind: book.add_format({"num_format": code, "border": 1}) for kind, code in NUMBER_FORMATS.items()
    }
    taken: set[str] = set()
    for sheet in sheets:
        page = book.add_worksheet(_sheet_name(sheet.title, taken))
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, column.width)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        for index, column in enumerate(sheet.columns):
            page.write_string(0, index, clean(column.label), head)
        last = 0
        for last, row in enumerate(sheet.rows, 1):
            for index, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                _write(page, last, index, value, formats[column.kind])
        if sheet.columns:
            page.autofilter(0, 0, last, len(sheet.columns) - 1)
    book.close()
    return buffer.getvalue()


def _write(page: Any, row: int, column: int, value: Value, style: Any) -> None:
    if value is None:
        page.write_blank(row, column, None, style)
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, value, style)
    elif isinstance(value, str):
        page.write_string(row, column, clean(value), style)
    elif -LARGEST_EXACT < value < LARGEST_EXACT:
        page.write_number(row, column, value, style)
    else:
        page.write_string(row, column, clean(str(value)), style)


def _sheet_name(title: str, taken: set[str]) -> str:
    base = clean(title).translate(FORBIDDEN_IN_TITLE).strip("' ")[:31] or "表"
    name = next(n for n in _candidates(base) if n.lower() not in taken)
    taken.add(name.lower())
    return name


def _candidates(base: str) -> Iterator[str]:
    yield base
    for number in count(2):
        suffix = f"（{number}）"
        yield base[: 31 - len(suffix)] + suffix
