"""Service facilities of communities."""

from django.db import models
from django.db.models import Q

from facilities.choices import FacilityKind, ProvisionWay
from governance.divisions.registry import register_scoped
from governance.exchange.rows import DatedRow
from governance.policies.models import CardRow


@register_scoped
class Facility(DatedRow):
    """A service facility; areas are exact integers in hundredths of a square metre (`_c`)."""

    name = models.CharField("设施名称", max_length=80)
    kind = models.CharField("设施类型", max_length=13, choices=FacilityKind.choices)
    building_area_c = models.PositiveBigIntegerField("建筑面积")
    activity_area_c = models.PositiveBigIntegerField("居民活动面积", null=True, blank=True)
    outdoor_area_c = models.PositiveBigIntegerField("室外广场面积", null=True, blank=True)
    provision_way = models.CharField("取得方式", max_length=10, choices=ProvisionWay.choices, blank=True)
    started_on = models.DateField("启用日期", null=True, blank=True)
    ended_on = models.DateField("停用日期", null=True, blank=True)

    class Meta(DatedRow.Meta):
        verbose_name = "服务设施"
        indexes = [models.Index(fields=["path"], name="facility_by_path")]
        constraints = [
            *DatedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["division", "name"],
                condition=Q(voided_on=None),
                name="facility_name_once",
                violation_error_message="本社区已有同名设施。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FacilityCard(CardRow):
    """Inputs of one community in one run (see the card below); areas in hundredths of a square metre."""

    service_facilities = models.BigIntegerField(null=True)
    building_area_c = models.BigIntegerField(null=True)
    activity_area_c = models.BigIntegerField(null=True)
    activity_known = models.BigIntegerField(null=True)
    outdoor_area_c = models.BigIntegerField(null=True)
    embedded_facilities = models.BigIntegerField(null=True)
    stations_opened = models.BigIntegerField(null=True)
    rural_centres_opened = models.BigIntegerField(null=True)

    class Meta(CardRow.Meta):
        verbose_name = "设施指标"

    def __str__(self) -> str:
        return self.path
