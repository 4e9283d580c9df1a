"""Workbooks for import tests: a table per sheet, rows as dictionaries of what differs from a correct row."""

import io
from typing import Any

import openpyxl

STREET, COMMUNITY, SECOND = "610104001", "610104001001", "610104001002"
FOREIGN_STREET, FOREIGN = "610102001", "610102001001"

GOOD: dict[str, dict[str, Any]] = {
    "社区": {
        "社区代码": COMMUNITY,
        "社区名称": "莲湖路社区",
        "街道代码": STREET,
        "区域类型": "城市",
        "常住户数": 1200,
        "常住人口": 3600,
    },
    "网格": {
        "社区代码": COMMUNITY,
        "网格编号": "01",
        "网格名称": "第一网格",
        "网格类型": "居民网格",
        "户数": 300,
    },
    "两委成员": {
        "社区代码": COMMUNITY,
        "姓名": "张三",
        "身份证号": None,
        "性别": None,
        "出生日期": None,
        "党组织职务": "书记",
        "居委会职务": "主任",
        "专职": "是",
        "占职数": "是",
        "任职日期": "2021-03-01",
        "离任日期": None,
    },
    "社区工作者": {
        "社区代码": COMMUNITY,
        "姓名": "李四",
        "身份证号": None,
        "手机号": None,
        "级别": 5,
        "入职日期": "2020-05-01",
        "离职日期": None,
    },
    "服务设施": {
        "社区代码": COMMUNITY,
        "设施名称": "综合服务中心",
        "设施类型": "社区综合服务设施",
        "建筑面积": 600.5,
    },
    "小区": {"社区代码": COMMUNITY, "小区名称": "红埠花园", "户数": 400},
    "社会组织": {"社区代码": COMMUNITY, "组织名称": "书画协会", "登记状态": "备案"},
}


def workbook(**sheets: list[dict[str, Any]]) -> bytes:
    """`workbook(网格=[{}, {"网格编号": "02"}])`: each row is the good one with changes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        full = [GOOD[name] | row for row in rows]
        raw(book, name, list(dict.fromkeys(column for row in full for column in row)), full)
    return save(book)


def table(name: str, header: list[str], *rows: list[Any]) -> bytes:
    """A workbook of one sheet with exactly these cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    raw(book, name, header, [dict(zip(header, row, strict=True)) for row in rows])
    return save(book)


def raw(book: openpyxl.Workbook, name: str, header: list[str], rows: list[dict[str, Any]]) -> None:
    sheet = book.create_sheet(name)
    sheet.append(header)
    for row in rows:
        sheet.append([row.get(column) for column in header])


def save(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def edited(content: bytes, edit: Any) -> bytes:
    """A workbook after somebody edited it: `edit(book)` changes the openpyxl workbook."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    return save(book)


def column(sheet: Any, name: str) -> int:
    """Number of a column in an openpyxl sheet."""
    return [cell.value for cell in sheet[1]].index(name) + 1
