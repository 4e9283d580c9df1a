"""Community social organisations."""

from django.db import models
from django.db.models import Q

from communities.choices import OrganisationKind, OrganisationStatus
from governance.divisions.registry import register_scoped
from governance.exchange.rows import DatedRow


@register_scoped
class SocialOrganisation(DatedRow):
    """A social organisation at home in a community, registered or filed (HN-SOC-02)."""

    name = models.CharField("组织名称", max_length=80)
    kind = models.CharField("类别", max_length=13, choices=OrganisationKind.choices, blank=True)
    status = models.CharField("登记状态", max_length=10, choices=OrganisationStatus.choices)
    started_on = models.DateField("成立日期", null=True, blank=True)
    ended_on = models.DateField("注销日期", null=True, blank=True)

    class Meta(DatedRow.Meta):
        verbose_name = "社会组织"
        indexes = [models.Index(fields=["path"], name="organisation_by_path")]
        constraints = [
            *DatedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["division", "name"],
                condition=Q(voided_on=None),
                name="organisation_name_once",
                violation_error_message="本社区已有同名社会组织。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
