"""Assessment schemes with their criteria, who is assessed by them, and the scores."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from assessments.choices import LOCKED, Direction, SchemeState, Source
from governance.accounts.models import User
from governance.accounts.scope import ScopedModel
from governance.divisions.registry import register_scoped
from governance.policies.models import CardRow


def _user(verbose_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=verbose_name
    )


@register_scoped
class Scheme(ScopedModel):
    """A year's scheme of its organiser (`division`), a street or a division above.

    Weights are in hundredths of a percent (`_c`). `previous_c` is what residents' satisfaction weighed in the
    scheme before: typed where that one stands on paper, else taken from it when this one comes into force.
    `satisfaction_c` and `mean_c` are worked out: when it comes into force, and when it is final.
    """

    year = models.PositiveSmallIntegerField("考核年度")
    direction = models.CharField("考评方向", max_length=4, choices=Direction.choices)
    title = models.CharField("方案名称", max_length=60)
    paper = models.CharField("方案文件", max_length=100, blank=True)
    state = models.CharField("状态", max_length=10, choices=SchemeState.choices, default=SchemeState.DRAFT)
    in_force_on = models.DateField("施行日期", null=True)
    ended_on = models.DateField("停用日期", null=True)
    satisfaction_c = models.PositiveIntegerField("居民满意度权重", null=True)
    previous_c = models.PositiveIntegerField("上一方案的居民满意度权重", null=True)
    mean_c = models.PositiveIntegerField("平均得分", null=True)
    published_on = models.DateField("公开日期", null=True)
    place = models.CharField("公开渠道", max_length=100, blank=True)
    reason = models.CharField("退回或撤回原因", max_length=200, blank=True)
    drafted_by = _user("拟订人")
    enacted_by = _user("施行人")
    finalised_by = _user("定稿人")
    finalised_at = models.DateTimeField("定稿时间", null=True)

    class Meta:
        verbose_name = "考核方案"
        indexes = [models.Index(fields=["path"], name="scheme_by_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "year", "direction"],
                condition=~Q(state="withdrawn"),
                name="scheme_once_a_year",
                violation_error_message="本年度已有这个方向的考核方案，请在原方案上修改。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(in_force_on__isnull=False),
                name="scheme_in_force_since_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_on__isnull=False),
                name="scheme_published_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assessments:scheme", args=[self.pk])

    @property
    def is_locked(self) -> bool:
        return self.state in LOCKED

    @property
    def is_up(self) -> bool:
        return self.direction == Direction.UP


class Criterion(models.Model):
    """What is scored, out of 100, and how much it weighs (hundredths of a percent)."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="criteria")
    place = models.PositiveSmallIntegerField("序号")
    name = models.CharField("指标", max_length=30)
    weight_c = models.PositiveIntegerField("权重")
    source = models.CharField("评分方式", max_length=11, choices=Source.choices)
    basis = models.CharField("评分标准", max_length=300, blank=True)

    class Meta:
        verbose_name = "考核指标"
        default_permissions = ()
        ordering = ("place",)
        constraints = [
            models.UniqueConstraint(fields=["scheme", "name"], name="criterion_once"),
            models.CheckConstraint(condition=Q(weight_c__gt=0), name="criterion_weighs"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def asks_replies(self) -> bool:
        """Whether the number of valid answers stands beside the score."""
        return self.source == Source.RESIDENTS


@register_scoped
class Assessment(ScopedModel):
    """A community in a scheme: assessed by its organiser, or (upwards) the one that assesses the street.

    `exempt_reason` takes it out, with the reason; a closed community is out by itself.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="assessments")
    self_report = models.TextField("社区自评", max_length=2000, blank=True)
    exempt_reason = models.CharField("不参评原因", max_length=200, blank=True)
    result_c = models.PositiveIntegerField("得分", null=True)

    class Meta:
        verbose_name = "社区考核"
        indexes = [models.Index(fields=["path"], name="assessment_by_path")]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "division"], name="assessment_once_a_scheme")
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.scheme}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:result", args=[self.pk])

    @property
    def is_counted(self) -> bool:
        return not self.exempt_reason and self.division.closed_on is None


class Score(models.Model):
    """One score in hundredths of a point, with the valid answers behind it where residents gave it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    value_c = models.PositiveIntegerField("得分", null=True)
    replies = models.PositiveIntegerField("有效评价数", null=True)
    by = _user("打分人")
    at = models.DateTimeField("打分时间", default=timezone.now)

    class Meta:
        verbose_name = "考核得分"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="score_once"),
            models.CheckConstraint(
                condition=Q(value_c=None) | Q(value_c__lte=10_000), name="score_of_a_hundred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment} {self.criterion}"


class AssessmentCard(CardRow):
    """Inputs of one community in one run (assessments/cards.py)."""

    satisfaction_weight_raised = models.BigIntegerField(null=True)

    class Meta(CardRow.Meta):
        verbose_name = "考核指标值"

    def __str__(self) -> str:
        return self.path
