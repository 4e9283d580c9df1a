"""The workbook that leaves: what a clerk finds in it, and that it comes back as it went."""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.exchange.cells import (
    ChoiceWidget,
    CodeWidget,
    CountWidget,
    DateWidget,
    QuantityWidget,
    TextWidget,
    YesNoWidget,
)
from governance.exchange.reader import RawSheet, read_workbook
from governance.exchange.rowsheet import CellTooLong
from governance.exchange.writer import Column, Layout, hidden_columns, write_workbook

LONG = [(str(i), f"第{i}种非常长的类别名称") for i in range(40)]
LAYOUT = Layout(
    "社区",
    (
        Column("社区代码", CodeWidget((12,)), "12 位代码", required=True, key=True),
        Column("社区名称", TextWidget(60), "常用名称", required=True),
        Column("新建社区", YesNoWidget()),
        Column("类别", ChoiceWidget(LONG)),
        Column("常住户数", CountWidget("户")),
        Column("建筑面积", QuantityWidget(2, "平方米"), "保留两位小数"),
        Column("成立日期", DateWidget()),
        *hidden_columns(),
    ),
    "每行一个社区",
)
ROW = [
    "610104001001",
    "=红埠街",
    "是",
    "第3种非常长的类别名称",
    300,
    Decimal("128.40"),
    dt.date(2024, 6, 30),
    7,
    2,
]


def written(rows: Sequence[Sequence[Any]], layout: Layout = LAYOUT, **options: Any) -> bytes:
    target = io.BytesIO()
    write_workbook(target, [(layout, rows)], **options)
    return target.getvalue()


def read(data: bytes) -> RawSheet:
    return read_workbook(data).sheets[0]


def test_what_is_written_is_read_again() -> None:
    sheet = read(written([ROW, [None] * 9, ["610104001002", *[None] * 7, 1]]))
    assert sheet.name == "社区" and sheet.header == [column.name for column in LAYOUT.columns]
    assert sheet.rows[0] == (
        2,
        ["610104001001", "=红埠街", "是", "第3种非常长的类别名称", 300, 128.4, dt.date(2024, 6, 30), 7, 2],
    )
    assert [number for number, _ in sheet.rows] == [2, 4]
    assert sheet.notices == []
    cleaned = [c.widget.clean(cell) for c, cell in zip(LAYOUT.columns, sheet.rows[0][1], strict=True)]
    assert cleaned == ["610104001001", "=红埠街", True, "3", 300, 12840, dt.date(2024, 6, 30), 7, 2]


def test_template_without_rows() -> None:
    assert read(written([])).rows == []


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert written([ROW], notes=["莲湖区"]) == written([ROW], notes=["莲湖区"])


def test_counts_per_sheet() -> None:
    other = Layout("网格", (Column("网格名称", TextWidget()),))
    target = io.BytesIO()
    counts = write_workbook(target, [(LAYOUT, [ROW, ROW]), (other, iter([["甲"]]))])
    assert counts == {"社区": 2, "网格": 1}
    assert [sheet.name for sheet in read_workbook(target.getvalue()).sheets] == ["社区", "网格"]


def test_what_a_clerk_finds() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written([ROW], notes=["范围：莲湖区"])))
    assert book.sheetnames == ["填写说明", "社区", "_选项"]
    assert book["_选项"].sheet_state == "hidden" and book.active.title == "社区"
    sheet = book["社区"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:I2")
    assert sheet["A2"].number_format == "@" and sheet.column_dimensions["A"].width > 12
    assert sheet["G2"].number_format == "yyyy-mm-dd" and sheet["G2"].value == dt.datetime(2024, 6, 30)
    assert sheet["B2"].data_type != "f" and sheet["A1"].font.bold
    assert sheet["A1"].font.color.rgb != (sheet["C1"].font.color and sheet["C1"].font.color.rgb)
    assert sheet.column_dimensions["H"].hidden and sheet.column_dimensions["I"].hidden is True
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists["C2:C1048576"] == '"是,否"' and "_选项" in lists["D2:D1048576"]
    assert [cell.value for cell in book["_选项"]["A"]][:2] == [
        "第0种非常长的类别名称",
        "第1种非常长的类别名称",
    ]


def test_the_guide_is_made_from_the_columns() -> None:
    guide = openpyxl.load_workbook(io.BytesIO(written([], notes=["范围：莲湖区"])))["填写说明"]
    lines = [[cell.value for cell in row] for row in guide.iter_rows()]
    assert lines[0][0] == "1. 范围：莲湖区"
    assert ["社区", "社区代码", "必填，标识", "12 位代码", None] in lines
    assert ["社区", "建筑面积", "选填", "保留两位小数", None] in lines
    assert ["社区", "新建社区", "选填", None, "是、否"] in lines
    assert not any("_id" in line for line in lines)


def test_numbers_too_long_for_excel_become_text() -> None:
    layout = Layout("表", (Column("数", TextWidget()),))
    assert [cells[0] for _, cells in read(written([[10**15], [10**14], [0.1], [True]], layout)).rows] == [
        "1000000000000000",
        10**14,
        0.1,
        True,
    ]


def test_days_before_excels_calendar() -> None:
    layout = Layout("表", (Column("日期", DateWidget()),))
    days = [dt.date(1890, 1, 1), dt.date(1900, 2, 28), dt.date(1900, 3, 1), dt.date(2100, 12, 31)]
    assert [cells[0] for _, cells in read(written([[day] for day in days], layout)).rows] == [
        "1890-01-01",
        "1900-02-28",
        dt.date(1900, 3, 1),
        dt.date(2100, 12, 31),
    ]


def test_a_failing_row_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    write_workbook(path, [(LAYOUT, [ROW])])
    before = path.read_bytes()

    def rows() -> Iterator[list[Any]]:
        yield ROW
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_workbook(path, [(LAYOUT, rows())])
    with pytest.raises(CellTooLong, match="B2"):
        write_workbook(path, [(LAYOUT, [[ROW[0], "长" * 32_768, *ROW[2:]]])])
    assert path.read_bytes() == before


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
).filter(str.strip)
tricky = st.sampled_from(
    ["_x0041_", "__x000D__", "a\rb", "a\r\nb\t", " x ", "\x01", "<r>x</r>", "]]>", "&#10;"]
)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.one_of(texts, tricky), min_size=1, max_size=200))
def test_any_text_comes_back(values: list[str]) -> None:
    layout = Layout("表", (Column("文", TextWidget()),))
    assert [cells[0] for _, cells in read(written([[value] for value in values], layout)).rows] == values
