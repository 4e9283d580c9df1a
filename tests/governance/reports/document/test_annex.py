"""The xlsx annex."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest

from governance.reports.document.annex import AnnexSheet, SheetColumn, write_annex

COLUMNS = (
    SheetColumn("社区", 20),
    SheetColumn("户数", 10, "integer"),
    SheetColumn("面积（㎡）", 12, "decimal"),
    SheetColumn("日期", 12, "date"),
)
ROWS = [
    ("㙟头社区", 2400, Decimal("600.00"), dt.date(2026, 6, 30)),
    ("=1+1", None, 12.5, None),
    ("http://example.org", 10**16, 0, None),
]


def annex(title: str = "明细") -> bytes:
    return write_annex([AnnexSheet(title, COLUMNS, iter(ROWS))], title="附件", created=dt.date(2026, 7, 8))


def test_equal_input_gives_equal_bytes():
    assert annex() == annex()


def test_values_keep_their_kind_and_text_stays_text():
    sheet = openpyxl.load_workbook(io.BytesIO(annex())).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("社区", "户数", "面积（㎡）", "日期")
    assert rows[1] == ("㙟头社区", 2400, 600, dt.datetime(2026, 6, 30))
    assert rows[2] == ("=1+1", None, 12.5, None)
    assert sheet["A3"].data_type == "s"
    # A number no spreadsheet can hold exactly is kept as text.
    assert rows[3][1] == "1" + "0" * 16
    assert sheet["A4"].hyperlink is None


def test_sheet_names_are_made_valid_and_different():
    sheets = [AnnexSheet(name, COLUMNS, []) for name in ("甲/乙", "甲*乙", "长" * 40, "长" * 40, "")]
    book = openpyxl.load_workbook(io.BytesIO(write_annex(sheets, title="x", created=dt.date(2026, 7, 8))))
    assert book.sheetnames == ["甲_乙", "甲_乙（2）", "长" * 31, "长" * 28 + "（2）", "表"]


def test_a_row_of_another_length_is_an_error():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        write_annex([AnnexSheet("x", COLUMNS, [("a",)])], title="x", created=dt.date(2026, 7, 8))
