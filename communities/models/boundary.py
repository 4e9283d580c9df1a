"""The boundary of a community on the map, in versions."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from communities.choices import BoundaryState, CoordinateSystem
from governance.accounts.scope import ScopedModel, ScopedQuerySet
from governance.divisions.registry import register_scoped

_IN_FORCE = (BoundaryState.CURRENT, BoundaryState.REPLACED)


class BoundaryQuerySet(ScopedQuerySet):
    def current(self) -> Self:
        """Those in force today, of communities that still exist."""
        return self.filter(state=BoundaryState.CURRENT, division__closed_on=None)

    def in_force_on(self, on: date) -> Self:
        """Those in force on a day."""
        return self.filter(state__in=_IN_FORCE, effective_from__lte=on).filter(
            Q(ended_on=None) | Q(ended_on__gt=on)
        )


@register_scoped
class CommunityBoundary(ScopedModel):
    """One version; a version is written once and afterwards only changes its state.

    `geometry` is a GeoJSON Polygon or MultiPolygon in CGCS2000 longitude and latitude, checked by
    `communities.boundaries.geojson`; `service_points` are pairs of the same kind, around which the 15-minute
    circle is drawn; `west` to `north` are its extent in ten-millionths of a degree, by which neighbours are
    found.
    """

    number = models.PositiveIntegerField("版本")
    state = models.CharField("状态", max_length=8, choices=BoundaryState.choices)
    geometry = models.JSONField("边界")
    service_points = models.JSONField("便民服务点", default=list, blank=True)
    source_system = models.CharField("来源坐标系", max_length=8, choices=CoordinateSystem.choices)
    effective_from = models.DateField("生效日期", null=True, blank=True)
    ended_on = models.DateField("替代日期", null=True, blank=True)
    basis = models.CharField("依据文件", max_length=200, blank=True)
    overlap_reason = models.CharField("重叠原因", max_length=200, blank=True)
    overlap_ruling = models.CharField("裁定文号", max_length=100, blank=True)
    area_m2 = models.PositiveBigIntegerField("面积（㎡）")
    perimeter_m = models.PositiveIntegerField("周长（米）")
    vertices = models.PositiveIntegerField("顶点数")
    west = models.IntegerField()
    south = models.IntegerField()
    east = models.IntegerField()
    north = models.IntegerField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="保存人",
    )
    saved_by_name = models.CharField("保存人", max_length=120, blank=True)
    saved_at = models.DateTimeField("保存时间", default=timezone.now)

    objects: ClassVar[models.Manager] = BoundaryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "社区边界"
        indexes = [
            models.Index(fields=["path"], name="boundary_by_path"),
            models.Index(
                fields=["south", "west"], condition=Q(state="current"), name="boundary_current_by_place"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["division", "number"], name="boundary_number_once"),
            models.UniqueConstraint(
                fields=["division"], condition=Q(state="current"), name="boundary_one_current"
            ),
            models.UniqueConstraint(
                fields=["division"], condition=Q(state="draft"), name="boundary_one_draft"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["current", "replaced"])
                | (Q(effective_from__isnull=False) & ~Q(basis="")),
                name="boundary_in_force_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division.name}边界第 {self.number} 版"

    def get_absolute_url(self) -> str:
        return reverse("communities:boundary", args=[self.division.code]) + f"?version={self.number}"
