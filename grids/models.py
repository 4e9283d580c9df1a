"""Grids: the smallest management units of a community."""

from typing import Any

from django.db import models
from django.db.models import Q

from governance.divisions.registry import register_scoped
from governance.exchange.rows import DatedRow
from governance.policies.models import CardRow
from grids.choices import GridKind, GridPartyOrg

SEPARATOR = "、"


def split_groups(text: str) -> list[str]:
    """Names of villager groups in the order given, each once."""
    parts = text.replace("，", SEPARATOR).replace(",", SEPARATOR).split(SEPARATOR)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


@register_scoped
class Grid(DatedRow):
    """A grid. Its beginning is not recorded; it counts from its entry until `ended_on`.

    `villager_group_count` follows from `villager_groups` and exists for SQL (SX-GRID-06).
    `boundary` is GeoJSON in CGCS2000 longitude and latitude.
    """

    number = models.CharField("网格编号", max_length=30)
    name = models.CharField("网格名称", max_length=60)
    kind = models.CharField("网格类型", max_length=14, choices=GridKind.choices)
    households = models.PositiveIntegerField("户数")
    population = models.PositiveIntegerField("人口", null=True, blank=True)
    party_org = models.CharField("党组织", max_length=6, choices=GridPartyOrg.choices, blank=True)
    head = models.CharField("网格长", max_length=40, blank=True)
    staff_count = models.PositiveIntegerField("网格员数", null=True, blank=True)
    villager_groups = models.CharField("村民小组", max_length=200, blank=True)
    villager_group_count = models.PositiveSmallIntegerField(default=0, editable=False)
    boundary = models.JSONField("边界", null=True, blank=True)
    ended_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta(DatedRow.Meta):
        verbose_name = "网格"
        indexes = [models.Index(fields=["path"], name="grid_by_path")]
        constraints = [
            *DatedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["division", "number"],
                condition=Q(voided_on=None),
                name="grid_number_once",
                violation_error_message="本社区已有相同编号的网格。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def normalise(self) -> None:
        """Bring the villager groups into one spelling and count them; bulk writers call it too."""
        groups = split_groups(self.villager_groups)
        self.villager_groups = SEPARATOR.join(groups)
        self.villager_group_count = len(groups)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.normalise()
        super().save(*args, **kwargs)


class GridCard(CardRow):
    """Inputs of one community in one run (see the card below for what each means)."""

    grid_count = models.BigIntegerField(null=True)
    grid_households = models.BigIntegerField(null=True)
    residential_grids = models.BigIntegerField(null=True)
    largest_grid = models.BigIntegerField(null=True)
    smallest_household_grid = models.BigIntegerField(null=True)
    largest_household_grid = models.BigIntegerField(null=True)
    grids_with_party_org = models.BigIntegerField(null=True)
    grids_party_known = models.BigIntegerField(null=True)
    grids_mapped = models.BigIntegerField(null=True)
    grid_staff = models.BigIntegerField(null=True)
    group_grids = models.BigIntegerField(null=True)
    single_group_grids = models.BigIntegerField(null=True)
    groups_in_single_grids = models.BigIntegerField(null=True)
    grids_naming_groups = models.BigIntegerField(null=True)

    class Meta(CardRow.Meta):
        verbose_name = "网格指标"

    def __str__(self) -> str:
        return self.path
