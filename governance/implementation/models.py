"""What a unit, or a division itself, has under way for a measure: the state of today and every step to it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import Unit, User
from governance.accounts.scope import ScopedModel, ScopedQuerySet
from governance.audit.models import AppendOnlyQuerySet, AppendOnlyRow
from governance.divisions.registry import register_scoped
from governance.policies.models import Measure
from governance.policies.models.documents import UnitRole


class Status(models.TextChoices):
    NOT_BEGUN = "not_begun", "未启动"
    UNDER_WAY = "under_way", "推进中"
    DONE = "done", "已完成"
    LASTING = "lasting", "长期坚持"


class State(models.TextChoices):
    """Where the latest progress report stands."""

    NONE = "", "未报送"
    WAITING = "waiting", "待审核"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "已认可"


class UrgingLevel(models.TextChoices):
    """How much the bureau insists, weakest first."""

    REMIND = "remind", "提醒"
    SUPERVISE = "supervise", "督办"
    SUMMON = "summon", "约谈"


@register_scoped
class Undertaking(ScopedModel):
    """One measure, one division, and who answers for it there: a unit by name, or "" the division itself.

    Services alone change it, and write an `Entry` for each change. `role` is set while the bureau has given
    the measure to the unit locally; `level` while a 督办 is open.
    """

    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="undertakings", verbose_name="措施"
    )
    unit_name = models.CharField("单位", max_length=60, blank=True)
    role = models.CharField("本地分工", max_length=11, choices=UnitRole.choices, blank=True)
    state = models.CharField("进展报送", max_length=8, choices=State.choices, blank=True)
    status = models.CharField("落实状态", max_length=9, choices=Status.choices, blank=True)
    completed_on = models.DateField("完成日期", null=True, blank=True)
    latest = models.ForeignKey(
        "Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="最近报送"
    )
    level = models.CharField("督办级别", max_length=9, choices=UrgingLevel.choices, blank=True)
    urged_due_on = models.DateField("督办期限", null=True, blank=True)
    is_answered = models.BooleanField("已回复", default=False)

    class Meta:
        verbose_name = "措施落实"
        indexes = [
            models.Index(fields=["path", "measure"], name="undertaking_by_path"),
            models.Index(
                fields=["path", "state"],
                condition=Q(state__in=["waiting", "returned"]),
                name="undertaking_in_review",
            ),
            models.Index(
                fields=["path", "urged_due_on"], condition=Q(level__gt=""), name="undertaking_urged"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["division", "measure", "unit_name"], name="undertaking_once")
        ]

    def __str__(self) -> str:
        return f"{self.measure.code} {self.answerable}"

    def get_absolute_url(self) -> str:
        return reverse("implementation:undertaking", kwargs={"pk": self.pk})

    @property
    def answerable(self) -> str:
        """The unit, or the name of the division."""
        return self.unit_name or self.division.name

    @property
    def is_finished(self) -> bool:
        """Whether the bureau has accepted that nothing is left to do."""
        return self.state == State.ACCEPTED and self.status in {Status.DONE, Status.LASTING}

    @property
    def is_urged(self) -> bool:
        return bool(self.level)

    def urged_days_left(self, today: date) -> int | None:
        return (self.urged_due_on - today).days if self.level and self.urged_due_on else None


class EntryKind(models.TextChoices):
    REPORT = "report", "报送进展"
    ACCEPT = "accept", "认可"
    RETURN = "return", "退回"
    URGE = "urge", "督办"
    ANSWER = "answer", "回复督办"
    CLOSE = "close", "办结督办"
    ASSIGN = "assign", "确定分工"
    RELEASE = "release", "取消分工"


class EntryQuerySet(AppendOnlyQuerySet, ScopedQuerySet):  # type: ignore[override]
    """Added and read, never changed."""


@register_scoped
class Entry(AppendOnlyRow, ScopedModel):
    """One step of an undertaking, written once; `key` is the form's, so that it is kept once.

    `of` is the report that was accepted or returned. `files` names the evidence: [{"pk", "name"}].
    """

    undertaking = models.ForeignKey(Undertaking, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField("事项", max_length=7, choices=EntryKind.choices)
    at = models.DateTimeField("时间", default=timezone.now)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField("经办人", max_length=120)
    text = models.CharField("内容", max_length=1000, blank=True)
    status = models.CharField("落实状态", max_length=9, choices=Status.choices, blank=True)
    completed_on = models.DateField("完成日期", null=True, blank=True)
    period = models.CharField("报送期", max_length=6, blank=True)
    level = models.CharField("督办级别", max_length=9, choices=UrgingLevel.choices, blank=True)
    due_on = models.DateField("督办期限", null=True, blank=True)
    role = models.CharField("职责", max_length=11, choices=UnitRole.choices, blank=True)
    of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    files = models.JSONField("佐证材料", default=list)
    key = models.CharField(max_length=32)

    objects: ClassVar[models.Manager] = EntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "落实记录"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["division", "at"], condition=Q(kind="accept"), name="entry_accepted"),
        ]
        constraints = [models.UniqueConstraint(fields=["undertaking", "key"], name="entry_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def period_label(self) -> str:
        """2026年上半年 of 2026H1."""
        if not self.period:
            return ""
        return f"{self.period[:4]}年{'上' if self.period.endswith('1') else '下'}半年"


class UnitName(models.Model):
    """What documents call a unit of the portal: 区住建局 for 莲湖区住房和城乡建设局."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="names_in_documents")
    name = models.CharField("文件中的名称", max_length=60)

    class Meta:
        verbose_name = "单位对应"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="unit_name_once",
                violation_error_message="这个名称已经对应该单位。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.unit}"
