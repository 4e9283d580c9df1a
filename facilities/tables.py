"""The service facilities on a community's page."""

from datetime import date

from communities.rows import RowTable
from facilities.models import Facility
from governance.divisions.models import Division
from governance.exchange.rows import RegistryQuerySet
from governance.web.columns import Column


def _facilities(division: Division) -> RegistryQuerySet:
    return Facility.objects.valid().filter(division=division).order_by("name")


def _columns(on: date) -> tuple[Column, ...]:
    return (
        Column("设施名称", "name", strong=True),
        Column("设施类型", "get_kind_display"),
        Column("建筑面积（㎡）", "building_area_c", "area"),
        Column("居民活动面积（㎡）", "activity_area_c", "area"),
        Column("室外广场面积（㎡）", "outdoor_area_c", "area"),
        Column("取得方式", "get_provision_way_display"),
        Column("启用日期", "started_on", "date"),
        Column("停用日期", "ended_on", "date"),
    )


TABLE = RowTable(
    "facilities", "服务设施", _columns, _facilities, order=40, unit="处", workbook_sheet="服务设施"
)
