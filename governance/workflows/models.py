"""A case, its steps, what happened to it, the papers of its steps, and the days that are not as usual."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.scope import ScopedModel
from governance.divisions.registry import register_scoped
from governance.records.models import Attachment


class CaseState(models.TextChoices):
    OPEN = "open", "办理中"
    DONE = "done", "已办结"
    REFUSED = "refused", "不予批准"
    WITHDRAWN = "withdrawn", "已撤回"


class StepState(models.TextChoices):
    PENDING = "pending", "未开始"
    ACTIVE = "active", "办理中"
    RETURNED = "returned", "已退回"
    DONE = "done", "已完成"
    SKIPPED = "skipped", "不适用"


LIVE_STEPS = (StepState.ACTIVE, StepState.RETURNED)
"""A step somebody has to work on."""


class Verb(models.TextChoices):
    """What can happen to a case."""

    OPENED = "opened", "发起"
    FINISHED = "finished", "办理"
    SKIPPED = "skipped", "略过"
    RETURNED = "returned", "退回"
    TAKEN = "taken", "接办"
    URGED = "urged", "催办"
    REMINDED = "reminded", "自动提醒"
    MOVED = "moved", "期限调整"
    REFUSED = "refused", "不予批准"
    WITHDRAWN = "withdrawn", "撤回"
    CLOSED = "closed", "办结"


def _user(verbose_name: str, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        User, on_delete=models.PROTECT, null=null, blank=null, related_name="+", verbose_name=verbose_name
    )


class ProcedureVersion(models.Model):
    """A version of a procedure as cases were opened with it; only its deadlines may still move."""

    slug = models.CharField("编号", max_length=40)
    number = models.PositiveSmallIntegerField("版本")
    digest = models.CharField("校验值", max_length=64)
    definition = models.TextField("定义")
    """As JSON text: a JSON column of PostgreSQL would not keep the order of choices."""
    loaded_at = models.DateTimeField("装载时间", auto_now_add=True)

    class Meta:
        verbose_name = "流程版本"
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="procedure_version_once")]

    def __str__(self) -> str:
        return f"{self.slug} v{self.number}"


@register_scoped
class Case(ScopedModel):
    """One thing that is handled by a procedure, at the division it is about.

    `revision` counts transitions: a page made from an older one cannot act. `lock_key` holds what may be
    open only once at a division; empty where any number may.
    """

    procedure = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+")
    slug = models.CharField("流程", max_length=40)
    name = models.CharField("事项", max_length=80)
    state = models.CharField("状态", max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    revision = models.PositiveIntegerField(default=1)
    lock_key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001 - NULL never collides
    opened_by = _user("发起人", null=False)
    opened_at = models.DateTimeField("发起时间", default=timezone.now)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    reason = models.CharField("结束原因", max_length=500, blank=True)
    result = models.ForeignKey(
        "divisions.Division", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """The division that came out of the case, such as a community newly set up."""

    class Meta:
        verbose_name = "办理事项"
        indexes = [
            models.Index(fields=["path"], name="case_by_path"),
            models.Index(fields=["slug", "path"], name="case_by_procedure"),
            models.Index(fields=["opened_by", "id"], name="case_by_opener"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "division", "lock_key"],
                condition=Q(state="open", lock_key__isnull=False),
                name="case_open_once",
                violation_error_message="已有同样的事项正在办理。",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="case_closed_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("workflows:case", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == CaseState.OPEN


@register_scoped
class CaseStep(ScopedModel):
    """A step of a case: what was filled in, who works on it and until when.

    `action` is what somebody must be allowed to do to work on it (copied, so that lists can ask). `values`
    are those of the procedure's fields, as a ledger entry keeps them. `remarks` are what was to be corrected,
    by field, when it was returned.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    key = models.CharField("步骤", max_length=40)
    order = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=40)
    state = models.CharField("状态", max_length=10, choices=StepState.choices, default=StepState.PENDING)
    values = models.JSONField("内容", default=dict)
    opinion = models.CharField("意见", max_length=500, blank=True)
    remarks = models.JSONField(default=dict)
    holder = _user("承办人")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    done_by = _user("办理人")
    done_at = models.DateTimeField("办理时间", null=True, blank=True)
    reminded_at = models.DateTimeField("最近催办", null=True, blank=True)

    class Meta:
        verbose_name = "办理步骤"
        ordering = ["order"]
        indexes = [
            models.Index(
                fields=["action", "path"],
                condition=Q(state__in=("active", "returned")),
                name="case_step_waiting",
            ),
            models.Index(
                fields=["due_on"],
                condition=Q(state__in=("active", "returned"), due_on__isnull=False),
                name="case_step_by_due_day",
            ),
            models.Index(fields=["done_by", "id"], name="case_step_by_doer"),
            models.Index(fields=["path"], name="case_step_by_path"),
        ]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="case_step_once")]

    def __str__(self) -> str:
        return str(self.case)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STEPS

    def is_late(self, on: date) -> bool:
        """Whether its day is over without it, or it was finished after it."""
        if self.due_on is None:
            return False
        if self.state == StepState.DONE and self.done_at is not None:
            return timezone.localdate(self.done_at) > self.due_on
        return self.is_live and on > self.due_on


class StepFile(models.Model):
    """Which paper of a step an attachment is."""

    step = models.ForeignKey(CaseStep, on_delete=models.PROTECT, related_name="files")
    paper = models.CharField("材料", max_length=40)
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "办理材料"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.paper} {self.attachment}"


class CaseEvent(models.Model):
    """One line of a case's timeline; it stays as long as the case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    step = models.CharField("步骤", max_length=40, blank=True)
    verb = models.CharField("经过", max_length=10, choices=Verb.choices)
    at = models.DateTimeField("时间", default=timezone.now)
    by = _user("办理人")
    text = models.CharField("意见", max_length=500, blank=True)
    detail = models.JSONField(default=dict)
    stage = models.CharField(max_length=20, blank=True)
    """Of a reminder by the clock: which one, so that it is sent once."""

    class Meta:
        verbose_name = "办理经过"
        default_permissions = ()
        indexes = [models.Index(fields=["case", "id"], name="case_event_by_case")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step", "stage"], condition=~Q(stage=""), name="case_reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.get_verb_display()}"


class SpecialDay(models.Model):
    """A weekday off, or a Saturday or Sunday worked: what the yearly holiday notice moves."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    note = models.CharField("说明", max_length=80)

    class Meta:
        verbose_name = "节假日安排"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_working else '放假'}"

    @classmethod
    def known(cls) -> dict[date, bool]:
        """Whether each special day is worked."""
        rows: Any = cls.objects.values_list("day", "is_working")
        return dict(rows)
