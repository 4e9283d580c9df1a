"""The grids on a community's page."""

from datetime import date

from communities.rows import RowTable
from governance.divisions.models import Division
from governance.exchange.rows import RegistryQuerySet
from governance.web.columns import Column
from grids.models import Grid


def _grids(division: Division) -> RegistryQuerySet:
    return Grid.objects.valid().filter(division=division).order_by("number")


def _columns(on: date) -> tuple[Column, ...]:
    return (
        Column("编号", "number"),
        Column("网格名称", "name", strong=True),
        Column("类型", "get_kind_display"),
        Column("户数", "households", "number"),
        Column("人口", "population", "number"),
        Column("党组织", "get_party_org_display"),
        Column("网格长", "head"),
        Column("网格员", "staff_count", "number"),
        Column("村民小组", "villager_groups", wrap=True),
        Column("电子地图边界", lambda row: "已导入" if row.boundary else "无"),
    )


TABLE = RowTable(
    "grids",
    "网格",
    _columns,
    _grids,
    order=10,
    unit="个",
    personal=frozenset({"网格长"}),
    workbook_sheet="网格",
)
