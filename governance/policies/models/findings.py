"""Findings (问题): a division that does not meet a binding standard, from the day seen to the day mended."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.scope import ScopedModel
from governance.audit.models import AppendOnlyRow
from governance.divisions.registry import register_scoped
from governance.policies.models.standards import Standard
from governance.policies.outcomes import Outcome, Severity


@register_scoped
class Finding(ScopedModel):
    """Opened and closed by evaluation only; what it means today is told by the live trace.

    Evaluation never touches who is responsible and until when, so these outlive every refresh. A standard
    missed again makes a new finding that begins without them and names the one before.
    """

    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="findings")
    outcome = models.CharField("结果", max_length=14, choices=Outcome.choices)
    severity = models.CharField("程度", max_length=5, choices=Severity.choices)
    opened_on = models.DateField("发现日期")
    resolved_on = models.DateField("消除日期", null=True, blank=True)
    previous = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="上次发现"
    )
    responsible = models.CharField("责任单位或岗位", max_length=80, blank=True)
    responsible_user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="责任人"
    )
    due_on = models.DateField("整改期限", null=True, blank=True)

    class Meta:
        verbose_name = "问题"
        indexes = [
            models.Index(fields=["path"], condition=Q(resolved_on=None), name="finding_open_by_path"),
            models.Index(fields=["path", "standard"], name="finding_by_path"),
            models.Index(
                fields=["path", "due_on"],
                condition=Q(resolved_on=None, due_on__isnull=False),
                name="finding_due_by_path",
            ),
            models.Index(
                fields=["path", "responsible"],
                condition=Q(resolved_on=None, responsible__gt=""),
                name="finding_assigned_by_path",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "standard"], condition=Q(resolved_on=None), name="finding_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.standard}"

    def get_absolute_url(self) -> str:
        return reverse("policies:finding", kwargs={"pk": self.pk})

    @property
    def is_open(self) -> bool:
        return self.resolved_on is None

    @property
    def is_assigned(self) -> bool:
        return bool(self.responsible or self.responsible_user_id)

    @property
    def responsible_text(self) -> str:
        """The post or unit, and the user's name where the text does not say it; empty when nobody is."""
        user = self.responsible_user
        if user is None or str(user) in self.responsible:
            return self.responsible
        return f"{self.responsible}（{user}）" if self.responsible else str(user)

    def days_left(self, today: date) -> int | None:
        """Whole days until the due day, negative afterwards; None without one and for what is mended."""
        return (self.due_on - today).days if self.due_on and self.is_open else None


class FindingChange(models.Model):
    """An open finding whose outcome became another one (the data contradict each other, the day came)."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="changes")
    changed_on = models.DateField("日期")
    before = models.CharField("原结果", max_length=14, choices=Outcome.choices)
    after = models.CharField("新结果", max_length=14, choices=Outcome.choices)

    class Meta:
        verbose_name = "结果变化"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.changed_on} {self.get_before_display()} → {self.get_after_display()}"


class FindingNote(AppendOnlyRow):
    """What was done or said about a finding. Written once; `key` is the form's, so that it is kept once."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField("时间", default=timezone.now)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField("记录人", max_length=120)
    text = models.CharField("内容", max_length=500)
    key = models.CharField(max_length=32)

    class Meta:
        verbose_name = "办理记录"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["finding", "key"], name="finding_note_once")]

    def __str__(self) -> str:
        return f"{self.author_name} {self.at:%Y-%m-%d %H:%M}"
