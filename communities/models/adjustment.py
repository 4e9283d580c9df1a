"""Splitting and merging communities as data: who becomes whom, and which successor each row goes to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.scope import ScopedModel
from governance.divisions.models import Division
from governance.divisions.registry import register_scoped


class AdjustmentKind(models.TextChoices):
    SPLIT = "split", "拆分"
    MERGE = "merge", "合并"


class AdjustmentState(models.TextChoices):
    DRAFT = "draft", "草拟"
    APPLIED = "applied", "已实施"
    WITHDRAWN = "withdrawn", "已撤回"


@register_scoped
class Adjustment(ScopedModel):
    """One split or merger inside a street (`division`). Services alone change it, and only while a draft.

    `basis` is what the plan rests on, `approval` the document by which it was carried out. `key` is the
    form's, so that one sent twice drafts once. `changed_at` is when the plan last changed, so that what was
    reviewed is what is carried out. `listed` counts the communities that stand on the county's list of those
    to be split or merged.
    """

    kind = models.CharField("类型", max_length=5, choices=AdjustmentKind.choices)
    state = models.CharField(
        "状态", max_length=9, choices=AdjustmentState.choices, default=AdjustmentState.DRAFT
    )
    basis = models.CharField("方案依据", max_length=200)
    effective_on = models.DateField("生效日期")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="草拟人")
    drafted_at = models.DateTimeField("草拟时间", default=timezone.now)
    approval = models.CharField("批准文号", max_length=200, blank=True)
    applied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    applied_at = models.DateTimeField("实施时间", null=True, blank=True)
    reason = models.CharField("撤回原因", max_length=200, blank=True)
    listed = models.PositiveSmallIntegerField("名单内社区数", default=0)
    changed_at = models.DateTimeField("修改时间", default=timezone.now, editable=False)
    key = models.CharField(max_length=32, unique=True, editable=False)

    class Meta:
        verbose_name = "社区调整"
        indexes = [
            models.Index(fields=["path", "state"], name="adjustment_by_path"),
            models.Index(fields=["effective_on"], condition=Q(state="applied"), name="adjustment_applied"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="applied") | (Q(applied_at__isnull=False) & ~Q(approval="")),
                name="adjustment_applied_with_approval",
            )
        ]

    def __str__(self) -> str:
        return f"{self.division}{self.get_kind_display()}方案"

    def get_absolute_url(self) -> str:
        return reverse("communities:adjustment", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == AdjustmentState.DRAFT


class AdjustmentSource(models.Model):
    """A community that is split or merged; `figures` are those it had when the adjustment was applied."""

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="sources")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name="原社区")
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = "原社区"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "division"], name="adjustment_source_once")
        ]

    def __str__(self) -> str:
        return str(self.division)


class Successor(models.Model):
    """What a community becomes: a new one by `name`, or one of the sources that goes on (`continues`).

    `figures` are the apportioned ones by field, as typed: a figure not named has not been apportioned.
    `division` is there once the adjustment has been applied.
    """

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="successors")
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("社区名称", max_length=60)
    continues = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="保留的社区"
    )
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="后继社区"
    )
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = "后继社区"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["adjustment", "number"], name="successor_number_once")]

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """Which successor a row goes to, the row named as audit events do; without one it is unassigned.

    Once applied `moved_from` says where the row stood, if it had to move, and `renamed_from` what its name or
    number was, if another row had the same.
    """

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="assignments")
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    successor = models.ForeignKey(Successor, on_delete=models.PROTECT, null=True, related_name="+")
    moved_from = models.ForeignKey(Division, on_delete=models.PROTECT, null=True, related_name="+")
    renamed_from = models.CharField(max_length=120, blank=True)

    objects: ClassVar[models.Manager] = models.Manager()

    class Meta:
        verbose_name = "归属"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "object_type", "object_id"], name="assignment_once")
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"
