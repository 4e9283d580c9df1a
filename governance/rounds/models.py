"""A collection round, the streets it was sent to, and the reminders they got."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.scope import ScopedModel
from governance.divisions.registry import register_scoped


class RoundState(models.TextChoices):
    OPEN = "open", "进行中"
    CLOSED = "closed", "已结束"
    WITHDRAWN = "withdrawn", "已撤回"


class StreetState(models.TextChoices):
    OPEN = "open", "填报中"
    CONFIRMED = "confirmed", "已完成"
    RETURNED = "returned", "已退回"


class Stage(models.TextChoices):
    """Why a reminder was sent: somebody pressed 催报, or the clock came to a day."""

    BY_HAND = "by_hand", "人工催报"
    BEFORE = "before", "到期前自动催报"
    DUE = "due", "到期日自动催报"
    AFTER = "after", "逾期自动催报"


def _user(verbose_name: str, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        User, on_delete=models.PROTECT, null=null, blank=null, related_name="+", verbose_name=verbose_name
    )


@register_scoped
class Round(ScopedModel):
    """One request of a bureau, until the end of which day: registries (by slug of their sheets), and ledgers
    with their periods (keys of `duties`).

    `since` and `until`, both included, are the span of which ledgers of events are asked; both empty where
    none of these is.
    """

    title = models.CharField("任务名称", max_length=60)
    note = models.CharField("填报要求", max_length=1000, blank=True)
    due_on = models.DateField("填报期限")
    sheets = models.JSONField("台账", default=list)
    duties = models.JSONField("专项台账", default=list)
    since = models.DateField("事项起始日", null=True, blank=True)
    until = models.DateField("事项截止日", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=RoundState.choices, default=RoundState.OPEN)
    issued_by = _user("下发人", null=False)
    issued_at = models.DateTimeField("下发时间", default=timezone.now)
    ended_by = _user("结束人")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "填报任务"
        indexes = [
            models.Index(fields=["path"], name="round_by_path"),
            # What waits is asked for on every home page; few rounds are open at a time.
            models.Index(fields=["path"], condition=Q(state="open"), name="round_open_by_path"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(since__isnull=True, until__isnull=True)
                | Q(since__isnull=False, until__isnull=False, since__lte=F("until")),
                name="round_span_has_both_ends",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("rounds:detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == RoundState.OPEN

    def days_left(self, today: date) -> int | None:
        """Whole days until the due day, negative when it is past; None for a round that has ended."""
        return (self.due_on - today).days if self.is_open else None


@register_scoped
class RoundStreet(ScopedModel):
    """A round at one street: whether it says that all is filled, and what the bureau answered."""

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="streets", verbose_name="填报任务"
    )
    state = models.CharField("状态", max_length=10, choices=StreetState.choices, default=StreetState.OPEN)
    remark = models.CharField("填报说明", max_length=500, blank=True)
    left = models.PositiveIntegerField("确认时未填", default=0)
    confirmed_by = _user("确认人")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    returned_by = _user("退回人")
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    reason = models.CharField("退回原因", max_length=500, blank=True)
    # Copies of the last reminder, so that lists need not look for it.
    reminded = models.PositiveSmallIntegerField("催报次数", default=0)
    reminded_at = models.DateTimeField("最近催报", null=True, blank=True)

    class Meta:
        verbose_name = "街道填报"
        indexes = [models.Index(fields=["path"], name="round_street_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["round", "division"], name="round_once_a_street"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False),
                name="round_street_confirmed_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("rounds:street", args=[self.pk])

    @property
    def is_done(self) -> bool:
        return self.state == StreetState.CONFIRMED

    def is_late(self, today: date) -> bool:
        """Confirmed after the end of the due day, or not confirmed when it was over."""
        last = today
        if self.is_done and self.confirmed_at is not None:
            last = timezone.localdate(self.confirmed_at)
        elif self.round.ended_at is not None:
            last = timezone.localdate(self.round.ended_at)
        return last > self.round.due_on

    @property
    def reminded_text(self) -> str:
        """已催报 2 次，最近 2026-05-06; empty for a street that was not reminded."""
        if not self.reminded or self.reminded_at is None:
            return ""
        return f"已催报 {self.reminded} 次，最近 {timezone.localdate(self.reminded_at):%Y-%m-%d}"


@register_scoped
class NilReport(ScopedModel):
    """零报告: a street's word that nothing of the kind happened at a subject of a ledger in a round's span.

    It counts as long as there is no entry of the span; taken back, it is deleted (the log keeps both).
    """

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="nil_reports", verbose_name="填报任务"
    )
    duty = models.CharField("专项台账", max_length=60)
    reported_by = _user("报告人", null=False)
    reported_at = models.DateTimeField("报告时间", default=timezone.now)

    class Meta:
        verbose_name = "零报告"
        indexes = [models.Index(fields=["path"], name="nil_report_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["round", "division", "duty"], name="nil_report_once_a_subject")
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.duty}"


class Reminder(models.Model):
    """One 催报 of one street; the clock's carry the due day they were for, each stage of it once."""

    street = models.ForeignKey(RoundStreet, on_delete=models.PROTECT, related_name="reminders")
    number = models.PositiveSmallIntegerField("第几次")
    stage = models.CharField("方式", max_length=10, choices=Stage.choices)
    due_on = models.DateField("填报期限")
    at = models.DateTimeField("催报时间", default=timezone.now)
    by = _user("催报人")

    class Meta:
        verbose_name = "催报"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["street", "number"], name="reminder_number_once"),
            models.UniqueConstraint(
                fields=["street", "stage", "due_on"],
                condition=~Q(stage="by_hand"),
                name="reminder_stage_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.street} {self.number}"
