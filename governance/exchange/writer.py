"""The ledger workbook as a file: prefilled export and empty template are the same."""

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format

from governance.exchange.cells import CellWidget, CountWidget, DateWidget, QuantityWidget, TextWidget
from governance.exchange.guard.limits import CHOICES_SHEET, GUIDE_SHEET
from governance.exchange.rowsheet import RowSheet

ID_COLUMN = "_id"
VERSION_COLUMN = "_version"
ERROR_COLUMN = "错误信息"

_LAST_ROW = 1_048_575
_INLINE_CHOICES = 255
"""Excel's limit for the words of a drop-down that stand in the sheet itself, commas included."""

_CREATED = dt.datetime(2000, 1, 1)
_GENERAL_NOTES = (
    "第一行是列名，请勿修改列名和工作表名；列的顺序可以调整，整列可以删除（删除的列保持原值不变）。",
    "单元格清空表示清除原值；文件中没有的行保持不变。撤销、离任、停用等请填写相应日期，不要删除行。",
    "代码、身份证号、手机号请保持“文本”格式；显示为 * 的内容未改动时请保持原样。",
    "请勿使用公式、合并单元格和宏；有下拉列表的列请从列表中选择。",
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as clerks see it. ``name`` is the header, without a star.

    ``widget`` decides format and drop-down; ``description`` stands in 填写说明; ``width`` is in characters.
    """

    name: str
    widget: CellWidget
    description: str = ""
    required: bool = False
    key: bool = False
    hidden: bool = False
    width: float | None = None

    @property
    def choices(self) -> Sequence[str]:
        return getattr(self.widget, "labels", ())


@dataclass(frozen=True, slots=True)
class Layout:
    """A worksheet: its name, its columns, and a sentence on what one row is."""

    name: str
    columns: tuple[Column, ...]
    description: str = ""


def hidden_columns() -> tuple[Column, Column]:
    """``_id`` and ``_version``, which say to which row of ours a line belongs; put them last in a layout."""
    return (
        Column(ID_COLUMN, CountWidget(), hidden=True),
        Column(VERSION_COLUMN, CountWidget(), hidden=True),
    )


def write_workbook(
    target: str | os.PathLike[str] | IO[bytes],
    sheets: Sequence[tuple[Layout, Iterable[Sequence[Any]]]],
    *,
    notes: Sequence[str] = (),
    title: str = "社区台账工作簿",
    created: dt.datetime = _CREATED,
    watermark: str = "",
) -> dict[str, int]:
    """Write a workbook and return the number of data rows of each sheet.

    A row has one native cell per column of its layout, as the widgets render them. Rows are taken one by one
    and never kept, so memory does not grow with them. ``notes`` (scope, date, who exported) come first in the
    guide; ``watermark`` stands on top of every printed page. The same arguments give the same bytes. Nothing
    is written to ``target`` when a row raises (`CellTooLong` for a text above 32,767 characters).
    """
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        path = os.path.join(folder, "workbook.xlsx")
        workbook = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder})
        try:
            workbook.set_properties({"title": title, "created": created})
            formats = _Formats(workbook)
            _write_guide(workbook, formats, [layout for layout, _ in sheets], notes)
            lists = _long_choices([layout for layout, _ in sheets])
            counts = {}
            for layout, rows in sheets:
                counts[layout.name] = _write_sheet(workbook, formats, layout, rows, lists)
            if lists:
                _write_choices(workbook, formats, lists)
            if sheets:
                workbook.worksheets()[1].activate()
            if watermark:
                # An ampersand begins a control code there.
                text = watermark.replace("&", "&&")[:200]
                for worksheet in workbook.worksheets():
                    worksheet.set_header(f"&C{text}")
                    worksheet.set_footer("&C第 &P 页，共 &N 页")
            workbook.close()
        except BaseException:
            for worksheet in workbook.worksheets():
                worksheet._opt_close()
            raise
        if isinstance(target, str | os.PathLike):
            shutil.copyfile(path, target)
        else:
            with open(path, "rb") as made:
                shutil.copyfileobj(made, target)
    return counts


class _Formats:
    """The styles of a workbook; made in one order, so that the file is the same every time."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self.text: Format = workbook.add_format({"num_format": "@"})
        self.date: Format = workbook.add_format({"num_format": "yyyy-mm-dd"})
        head = {
            "bold": True,
            "bg_color": "#E8EEF4",
            "border": 1,
            "border_color": "#B8C4D0",
            "valign": "vcenter",
        }
        self.header: Format = workbook.add_format({**head, "num_format": "@"})
        self.required: Format = workbook.add_format({**head, "num_format": "@", "font_color": "#B4231A"})
        self.wrapped: Format = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})

    def of(self, column: Column) -> Format | None:
        if column.widget.as_text:
            return self.text
        return self.date if isinstance(column.widget, DateWidget) else None


def _write_sheet(
    workbook: xlsxwriter.Workbook,
    formats: _Formats,
    layout: Layout,
    rows: Iterable[Sequence[Any]],
    lists: dict[tuple[str, ...], str],
) -> int:
    sheet: RowSheet = workbook.add_worksheet(layout.name, worksheet_class=RowSheet)
    columns = layout.columns
    headers = [formats.required if column.required else formats.header for column in columns]
    sheet.write_rows(
        [[column.name for column in columns]], first_row=0, formats=headers, date_format=formats.date
    )
    styles = [formats.of(column) for column in columns]
    count = sheet.write_rows(rows, first_row=1, formats=styles, date_format=formats.date)
    for index, (column, style) in enumerate(zip(columns, styles, strict=True)):
        sheet.set_column(index, index, _width(column), style, {"hidden": 1} if column.hidden else {})
        if column.choices:
            source = lists.get(tuple(column.choices)) or list(column.choices)
            sheet.data_validation(
                1,
                index,
                _LAST_ROW,
                index,
                {
                    "validate": "list",
                    "source": source,
                    "error_title": "不是可选值",
                    "error_message": "请从下拉列表中选择，或清空。",
                },
            )
    keys = [index for index, column in enumerate(columns) if column.key]
    sheet.freeze_panes(1, keys[-1] + 1 if keys and keys[-1] < 3 else 0)
    sheet.autofilter(0, 0, count, len(columns) - 1)
    return count


def _width(column: Column) -> float:
    """Room for the header and for what usually stands in such a column; a Chinese character takes two."""
    if column.width is not None:
        return column.width
    header = sum(1 if char.isascii() else 2 for char in column.name) + 4
    longest = max((len(label) * 2 + 3 for label in column.choices), default=0)
    usual = (
        24 if type(column.widget) is TextWidget else 10 if isinstance(column.widget, QuantityWidget) else 14
    )
    return min(max(header, longest or usual), 60)


def _long_choices(layouts: Sequence[Layout]) -> dict[tuple[str, ...], str]:
    """Drop-downs too long for a sheet: words → the range on the hidden sheet that holds them."""
    found: dict[tuple[str, ...], str] = {}
    for layout in layouts:
        for column in layout.columns:
            words = tuple(column.choices)
            if len(",".join(words)) > _INLINE_CHOICES or any("," in word for word in words):
                letters = xlsxwriter.utility.xl_col_to_name(len(found), True)
                found.setdefault(words, f"='{CHOICES_SHEET}'!{letters}$1:{letters}${len(words)}")
    return found


def _write_choices(
    workbook: xlsxwriter.Workbook, formats: _Formats, lists: dict[tuple[str, ...], str]
) -> None:
    sheet: RowSheet = workbook.add_worksheet(CHOICES_SHEET, worksheet_class=RowSheet)
    depth = max(map(len, lists))
    rows = [[words[row] if row < len(words) else None for words in lists] for row in range(depth)]
    sheet.write_rows(rows, first_row=0, formats=[formats.text] * len(lists), date_format=formats.date)
    sheet.hide()


def _write_guide(
    workbook: xlsxwriter.Workbook, formats: _Formats, layouts: Sequence[Layout], notes: Sequence[str]
) -> None:
    """The first sheet, made from the descriptions of the columns; an upload ignores it."""
    sheet: RowSheet = workbook.add_worksheet(GUIDE_SHEET, worksheet_class=RowSheet)
    wide = [formats.wrapped] * 5
    lines = [[f"{number}. {note}", *[None] * 4] for number, note in enumerate((*notes, *_GENERAL_NOTES), 1)]
    plain = [formats.text, *wide[1:]]
    sheet.write_rows(lines, first_row=0, formats=plain, date_format=formats.date)
    top = len(lines) + 1
    head = [["工作表", "列名", "是否必填", "填写说明", "可选值"]]
    sheet.write_rows(head, first_row=top, formats=[formats.header] * 5, date_format=formats.date)
    table = [
        [layout.name, column.name, _need(column), column.description, "、".join(column.choices)]
        for layout in layouts
        for column in layout.columns
        if not column.hidden
    ]
    sheet.write_rows(table, first_row=top + 1, formats=wide, date_format=formats.date)
    for index, width in enumerate((14, 24, 12, 60, 60)):
        sheet.set_column(index, index, width)


def _need(column: Column) -> str:
    if column.key:
        return "必填，标识" if column.required else "标识"
    return "必填" if column.required else "选填"
