"""What every registry row shares: scope, a version for the workbook's round trip, ending and voiding."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from governance.accounts.scope import ScopedModel, ScopedQuerySet


class RegistryQuerySet(ScopedQuerySet):
    def valid(self) -> Self:
        """Rows that were not voided."""
        return self.filter(voided_on=None)

    def active_on(self, on: date) -> Self:
        """Valid rows that had begun and not ended on a day."""
        return self.valid().filter(active_on(on))


def active_on(on: date) -> Q:
    """Condition for rows in force on a day: begun (or begun at an unknown date) and not yet ended.

    The end date is the first day on which the row no longer counts.
    """
    return (Q(started_on=None) | Q(started_on__lte=on)) & (Q(ended_on=None) | Q(ended_on__gt=on))


class RegistryRow(ScopedModel):
    """A row of a registry. It ends by its date or is voided with a reason; nothing is deleted."""

    version = models.PositiveIntegerField("版本", default=1, editable=False)
    voided_on = models.DateField("作废日期", null=True, blank=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)

    objects: ClassVar[models.Manager] = RegistryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True


class DatedRow(RegistryRow):
    """A registry row with a beginning and an end; subclasses name the two dates as users know them."""

    started_on = models.DateField("开始日期", null=True, blank=True)
    ended_on = models.DateField("结束日期", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message="结束日期不能早于开始日期。",
            )
        ]
