"""A community: the lowest division and what is known of it."""

from django.db import models
from django.urls import reverse

from communities.choices import AreaType, CommunityType, Establishment, PartyOrgKind
from governance.divisions.models import Division
from governance.divisions.registry import register_scoped
from governance.exchange.rows import RegistryRow


@register_scoped
class Community(RegistryRow):
    """Exactly one for every community-level division, made with it, filled or not.

    An empty figure is missing, never zero. A community whose area type is empty has not been entered yet.
    """

    division = models.OneToOneField(
        Division, on_delete=models.PROTECT, related_name="community", verbose_name="社区"
    )
    usual_name = models.CharField("惯用名称", max_length=60, blank=True)
    area_type = models.CharField("区域类型", max_length=5, choices=AreaType.choices, blank=True)
    community_type = models.CharField("社区类型", max_length=20, choices=CommunityType.choices, blank=True)
    households_resident = models.PositiveIntegerField("常住户数", null=True, blank=True)
    households_registered = models.PositiveIntegerField("户籍户数", null=True, blank=True)
    population_resident = models.PositiveIntegerField("常住人口", null=True, blank=True)
    population_registered = models.PositiveIntegerField("户籍人口", null=True, blank=True)
    population_urban_resident = models.PositiveIntegerField("城镇常住人口", null=True, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    is_new_build = models.BooleanField("新建社区", null=True, blank=True, help_text="留空时按成立日期判断")
    is_converted_village = models.BooleanField("村转居", null=True, blank=True)
    party_org_kind = models.CharField("党组织类型", max_length=14, choices=PartyOrgKind.choices, blank=True)
    villager_groups = models.PositiveIntegerField("村民小组数", null=True, blank=True)
    registered_volunteers = models.PositiveIntegerField("注册志愿者数", null=True, blank=True)
    has_env_property_committee = models.BooleanField("环境和物业管理委员会", null=True, blank=True)
    boundary_east = models.CharField("东至", max_length=100, blank=True)
    boundary_south = models.CharField("南至", max_length=100, blank=True)
    boundary_west = models.CharField("西至", max_length=100, blank=True)
    boundary_north = models.CharField("北至", max_length=100, blank=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    establishment = models.CharField(
        "设立情况", max_length=8, choices=Establishment.choices, blank=True, editable=False
    )
    """Empty for a community like any other; `building` from its approval until it stands on the ledger."""
    ledger_number = models.CharField("台账编号", max_length=120, blank=True, editable=False)

    class Meta:
        verbose_name = "社区"
        indexes = [models.Index(fields=["path"], name="community_by_path")]

    def __str__(self) -> str:
        return self.usual_name or self.division.name

    def get_absolute_url(self) -> str:
        return reverse("communities:detail", args=[self.division.code])
