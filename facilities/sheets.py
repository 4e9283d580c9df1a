"""The sheet 服务设施 of the workbook."""

from facilities.choices import FacilityKind, ProvisionWay
from facilities.models import Facility
from governance.exchange.cells import ChoiceWidget, DateWidget, QuantityWidget, TextWidget
from governance.exchange.sheets import Sheet, SheetField, SheetResource, register


def _area() -> QuantityWidget:
    """Square metres with two decimals at most, kept in hundredths."""
    return QuantityWidget(2, "㎡")


class FacilityResource(SheetResource):
    name = SheetField("name", "设施名称", TextWidget(80), required=True)
    kind = SheetField("kind", "设施类型", ChoiceWidget(FacilityKind.choices), required=True)
    building_area = SheetField(
        "building_area_c", "建筑面积", _area(), required=True, description="㎡，最多两位小数"
    )
    activity_area = SheetField("activity_area_c", "居民活动面积", _area(), description="㎡，最多两位小数")
    outdoor_area = SheetField("outdoor_area_c", "室外广场面积", _area(), description="㎡，最多两位小数")
    provision_way = SheetField("provision_way", "取得方式", ChoiceWidget(ProvisionWay.choices))
    started_on = SheetField("started_on", "启用日期", DateWidget())
    ended_on = SheetField("ended_on", "停用日期", DateWidget())


def register_sheets() -> None:
    register(
        Sheet(
            "服务设施",
            Facility,
            FacilityResource,
            50,
            key=("设施名称",),
            begin="启用日期",
            end="停用日期",
            description="每行一处设施",
            slug="facilities",
            unit="处",
        )
    )
