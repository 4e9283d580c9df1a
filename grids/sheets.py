"""The sheet 网格 of the workbook."""

import json
from typing import Any

from governance.exchange.cells import (
    CellWidget,
    ChoiceWidget,
    CodeWidget,
    CountWidget,
    DateWidget,
    ListWidget,
    Masked,
    TextWidget,
)
from governance.exchange.cells.base import Notify
from governance.exchange.rowsheet import MAX_CELL_CHARS
from governance.exchange.sheets import Sheet, SheetField, SheetResource, register
from grids.boundaries import check_boundary
from grids.choices import GridKind, GridPartyOrg
from grids.models import SEPARATOR, Grid


class GroupsWidget(ListWidget):
    """Names of villager groups, kept as one text."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self.total = total

    def clean(self, value: Any, row: Any = None, notify: Notify = None, **kwargs: Any) -> Any:
        text = SEPARATOR.join(super().clean(value, row, notify, **kwargs))
        if len(text) > self.total:
            raise ValueError(f"最多 {self.total} 个字，现在有 {len(text)} 个，请缩短。")
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value or None


class BoundaryWidget(CellWidget):
    """GeoJSON of a polygon in CGCS2000 longitude and latitude."""

    as_text = True
    lines = 4
    TOO_LONG = "（图形过大，请在地图页面修改）"

    def clean(self, value: Any, row: Any = None, notify: Notify = None, **kwargs: Any) -> Any:
        if isinstance(value, str) and value.strip() == self.TOO_LONG:
            return Masked(self.TOO_LONG)
        return super().clean(value, row, notify, **kwargs)

    def parse(self, value: Any, notify: Notify) -> Any:
        if not isinstance(value, str):
            raise ValueError("不是 GeoJSON 文本，请从地图软件导出 Polygon 或 MultiPolygon。")
        try:
            shape = json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("不是有效的 GeoJSON，请从地图软件导出 Polygon 或 MultiPolygon。") from None
        return check_boundary(shape)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        if not value:
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text if len(text) <= MAX_CELL_CHARS else self.TOO_LONG


class GridResource(SheetResource):
    number = SheetField("number", "网格编号", CodeWidget(letters=True, max_length=30), required=True)
    name = SheetField("name", "网格名称", TextWidget(60), required=True)
    kind = SheetField("kind", "网格类型", ChoiceWidget(GridKind.choices), required=True)
    households = SheetField("households", "户数", CountWidget("户"), required=True)
    population = SheetField("population", "人口", CountWidget("人"))
    party_org = SheetField("party_org", "党组织", ChoiceWidget(GridPartyOrg.choices))
    head = SheetField("head", "网格长", TextWidget(40), names_person=True)
    staff_count = SheetField("staff_count", "网格员数", CountWidget("人"))
    villager_groups = SheetField(
        "villager_groups", "村民小组", GroupsWidget(200), description="几个小组之间用顿号“、”分开"
    )
    boundary = SheetField(
        "boundary",
        "边界",
        BoundaryWidget(),
        description="GeoJSON（Polygon 或 MultiPolygon），CGCS2000 经纬度",
    )
    ended_on = SheetField("ended_on", "撤销日期", DateWidget())

    def finish(self, row: Grid) -> None:
        row.normalise()


def register_sheets() -> None:
    register(
        Sheet(
            "网格",
            Grid,
            GridResource,
            20,
            key=("网格编号",),
            derived=("villager_groups", "villager_group_count"),
            end="撤销日期",
            description="每行一个网格",
            slug="grids",
            unit="个",
        )
    )
