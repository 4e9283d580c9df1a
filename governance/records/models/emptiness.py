"""A clerk's word that a community truly has no row of a registry, so that nothing is missing there."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from governance.accounts.scope import ScopedModel, ScopedQuerySet
from governance.divisions.registry import register_scoped


class EmptyConfirmationQuerySet(ScopedQuerySet):
    def valid(self) -> "EmptyConfirmationQuerySet":
        """Those that still stand."""
        return self.filter(revoked_at=None)


@register_scoped
class EmptyConfirmation(ScopedModel):
    """确认为无: of a community and a sheet (by slug), until it is taken back or a row is added.

    A taken back one stays as history with who (nobody when a row did it), when and why.
    """

    sheet = models.CharField("台账", max_length=40)
    note = models.CharField("说明", max_length=200, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", default=timezone.now)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="撤销人",
    )
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    reason = models.CharField("撤销原因", max_length=200, blank=True)

    objects: ClassVar[models.Manager] = EmptyConfirmationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "确认为无"
        indexes = [
            models.Index(fields=["path"], condition=Q(revoked_at=None), name="empty_confirmation_by_path")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "sheet"],
                condition=Q(revoked_at=None),
                name="empty_confirmation_once",
                violation_error_message="本社区的这本台账已确认为无。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.sheet}"
