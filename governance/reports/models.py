"""Report periods, the freezes of a period, and the reports made from them."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.scope import ScopedModel
from governance.divisions.registry import register_scoped
from governance.policies.models import EvaluationRun
from governance.reports.periods import HalfYear, begins_on


class PeriodManager(models.Manager["Period"]):
    def for_half_year(self, half: HalfYear) -> "Period":
        """The period of a half-year, made with the default days when asked for the first time."""
        previous = self.filter(code=half.previous.code).first()
        before = previous.cut_off if previous else half.previous.default_cut_off
        period, _ = self.get_or_create(
            code=half.code,
            defaults={
                "starts_on": begins_on(before),
                "cut_off": half.default_cut_off,
                "due_on": half.due_on,
            },
        )
        return period


class Period(models.Model):
    """A report period: data up to the end of `cut_off`, submission up to the end of `due_on`."""

    code = models.CharField("报告期", max_length=6, unique=True)
    starts_on = models.DateField("开始日期")
    cut_off = models.DateField("数据截止日")
    due_on = models.DateField("报送期限")

    objects = PeriodManager()

    class Meta:
        verbose_name = "报告期"
        ordering = ["-code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("cut_off"), cut_off__lte=F("due_on")),
                name="period_days_in_order",
                violation_error_message="数据截止日应在开始日期之后、报送期限之前。",
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def half_year(self) -> HalfYear:
        return HalfYear.parse(self.code)

    @property
    def label(self) -> str:
        return self.half_year.label

    def has_begun(self, today: date) -> bool:
        return today >= self.starts_on

    def is_cut_off(self, today: date) -> bool:
        """Whether the cut-off day is over, so that the period may be frozen."""
        return today > self.cut_off

    @property
    def latest_snapshot(self) -> "Snapshot | None":
        return self.snapshots.order_by("-version").first()


class Snapshot(models.Model):
    """One freeze of a period for the whole tree; a later correction makes the next version."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="snapshots")
    version = models.PositiveSmallIntegerField("版本")
    run = models.OneToOneField(EvaluationRun, on_delete=models.PROTECT, related_name="snapshot")
    created_at = models.DateTimeField("定稿时间", auto_now_add=True)

    class Meta:
        verbose_name = "定稿数据"
        constraints = [models.UniqueConstraint(fields=["period", "version"], name="snapshot_version_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """2026H1-1: the version that every figure of a report names."""
        return f"{self.period.code}-{self.version}"


class ReportQuerySet(models.QuerySet["Report"]):
    def final(self) -> Self:
        return self.filter(snapshot__isnull=False)


@register_scoped
class Report(ScopedModel):
    """A finished PDF of one division and period, from a snapshot or, without one, as a draft."""

    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="reports", verbose_name="报告期"
    )
    snapshot = models.ForeignKey(
        Snapshot,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name="数据版本",
    )
    # The cut-off of a final report; the day a draft was measured for.
    on = models.DateField("数据日期")
    figures = models.JSONField("指标", default=list)
    pages = models.PositiveSmallIntegerField("页数")
    sha256 = models.CharField("校验值", max_length=64)
    file_name = models.CharField("文件", max_length=100)
    annex_name = models.CharField("附表", max_length=100, blank=True)
    generated_at = models.DateTimeField("生成时间", auto_now=True)
    generated_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="生成人"
    )

    class Meta:
        verbose_name = "进展报告"
        indexes = [models.Index(fields=["path"], name="report_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["period", "division", "snapshot"], name="report_once_a_snapshot"),
            models.UniqueConstraint(
                fields=["period", "division"], condition=Q(snapshot=None), name="report_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("reports:detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.snapshot_id is None


@register_scoped
class DataConfirmation(ScopedModel):
    """The lead of a street vouches for its data of one period, until it is withdrawn with a reason."""

    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="confirmations", verbose_name="报告期"
    )
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="确认人")
    confirmed_at = models.DateTimeField("确认时间", default=timezone.now)
    note = models.CharField("说明", max_length=200, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤回人"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "数据确认"
        indexes = [models.Index(fields=["path"], name="data_confirmation_by_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "period"],
                condition=Q(withdrawn_at=None),
                name="data_confirmation_once",
                violation_error_message="本期数据已经确认。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.period}"
