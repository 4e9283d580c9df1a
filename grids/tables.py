"""The table of the grids."""

from datetime import date

from django.db.models import Q

from governance.exchange.rows import RegistryQuerySet
from governance.records.tables import RowTable
from governance.web.columns import Column
from grids.models import Grid


def _grids() -> RegistryQuerySet:
    return Grid.objects.defer("boundary").annotate(is_mapped=Q(boundary__isnull=False))


def _columns(on: date) -> tuple[Column, ...]:
    return (
        Column("编号", "number", sort="number"),
        Column("网格名称", "name", strong=True, sort="name"),
        Column("类型", "get_kind_display", sort="kind"),
        Column("户数", "households", "number", sort="households"),
        Column("人口", "population", "number", sort="population"),
        Column("党组织", "get_party_org_display"),
        Column("网格长", "head"),
        Column("网格员", "staff_count", "number", sort="staff_count"),
        Column("村民小组", "villager_groups", wrap=True),
        Column("电子地图边界", lambda row: "已导入" if row.is_mapped else "无"),
    )


TABLE = RowTable(
    "grids",
    _columns,
    _grids,
    ordering=("number",),
    search=("name", "number"),
    search_label="名称或编号",
    order=10,
    icon="map-2",
    personal=frozenset({"网格长"}),
)
