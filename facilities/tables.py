"""The table of the service facilities."""

from datetime import date

from facilities.models import Facility
from governance.exchange.rows import RegistryQuerySet
from governance.records.tables import RowTable
from governance.web.columns import Column


def _facilities() -> RegistryQuerySet:
    return Facility.objects.all()


def _columns(on: date) -> tuple[Column, ...]:
    return (
        Column("设施名称", "name", strong=True, sort="name"),
        Column("设施类型", "get_kind_display", sort="kind"),
        Column("建筑面积（㎡）", "building_area_c", "area", sort="building_area_c"),
        Column("居民活动面积（㎡）", "activity_area_c", "area", sort="activity_area_c"),
        Column("室外广场面积（㎡）", "outdoor_area_c", "area", sort="outdoor_area_c"),
        Column("取得方式", "get_provision_way_display"),
        Column("启用日期", "started_on", "date", sort="started_on"),
        Column("停用日期", "ended_on", "date", sort="ended_on"),
    )


TABLE = RowTable(
    "facilities",
    _columns,
    _facilities,
    ordering=("name", "pk"),
    order=40,
    icon="building",
)
