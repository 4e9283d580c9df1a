"""The sheet 社区 of a province with 20 columns, as a clerk would send it in."""

import io
from typing import Any

from openpyxl import Workbook

from benchmarks.ground import Ground
from communities.models import Community
from governance.exchange.sheets import Sheet, registered

LEFT_OUT = ("村转居", "统一社会信用代码")
"""The sheet has 22 columns; without these it is the 20 of the goal."""


def community_sheet() -> Sheet:
    return next(sheet for sheet in registered() if sheet.model is Community)


def columns() -> list[str]:
    return [name for name in community_sheet().columns if name not in LEFT_OUT]


def cells(ground: Ground) -> list[list[Any]]:
    """Rows of native cells; call it while the communities are filled."""
    fields = [community_sheet().columns[name] for name in columns()]
    return [[field.cell(row) for field in fields] for row in ground.communities()]


def complete(rows: list[list[Any]]) -> list[list[Any]]:
    """Without what would stop an import: an empty area type ours, an empty last cell the stock reader."""
    area = columns().index("区域类型")
    for row in rows:
        row[area] = row[area] or "城市"
        row[-1] = row[-1] or "北山路"
    return rows


def xlsx(rows: list[list[Any]]) -> bytes:
    """The workbook, written by openpyxl: the reference of the export, and the file of the import."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(community_sheet().name)
    sheet.append(columns())
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
