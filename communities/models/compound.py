"""Housing compounds."""

from django.db import models
from django.db.models import Q

from communities.choices import PropertyKind
from governance.divisions.registry import register_scoped
from governance.exchange.rows import DatedRow


@register_scoped
class Compound(DatedRow):
    """A housing compound of a community and how it is managed."""

    name = models.CharField("小区名称", max_length=60)
    households = models.PositiveIntegerField("户数")
    buildings = models.PositiveIntegerField("楼栋数", null=True, blank=True)
    started_on = models.DateField("建成日期", null=True, blank=True)
    property_kind = models.CharField("物业类型", max_length=14, choices=PropertyKind.choices, blank=True)
    has_owners_committee = models.BooleanField("业委会", null=True, blank=True)
    ended_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta(DatedRow.Meta):
        verbose_name = "小区"
        indexes = [models.Index(fields=["path"], name="compound_by_path")]
        constraints = [
            *DatedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["division", "name"],
                condition=Q(voided_on=None),
                name="compound_name_once",
                violation_error_message="本社区已有同名小区。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
