"""Findings (问题): a division that does not meet a binding standard, from the day seen to the day mended."""

from django.db import models
from django.db.models import Q

from governance.accounts.scope import ScopedModel
from governance.divisions.registry import register_scoped
from governance.policies.models.standards import Standard
from governance.policies.outcomes import Outcome, Severity


@register_scoped
class Finding(ScopedModel):
    """Opened and closed by evaluation only; what it means today is told by the live trace."""

    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="findings")
    outcome = models.CharField("结果", max_length=14, choices=Outcome.choices)
    severity = models.CharField("程度", max_length=5, choices=Severity.choices)
    opened_on = models.DateField("发现日期")
    resolved_on = models.DateField("消除日期", null=True, blank=True)

    class Meta:
        verbose_name = "问题"
        indexes = [
            models.Index(fields=["path"], condition=Q(resolved_on=None), name="finding_open_by_path"),
            models.Index(fields=["path", "standard"], name="finding_by_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "standard"], condition=Q(resolved_on=None), name="finding_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.standard}"
