"""Local values: what a division asks of a standard beside the pack, drafted and then put in force."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.scope import ScopedModel, ScopedQuerySet
from governance.divisions.models import Division
from governance.divisions.registry import register_scoped
from governance.policies.models.standards import ImmutableValue, Standard
from governance.policies.outcomes import Binding

_DEFINITION = ("standard_id", "division_id", "effective_from", "parameters", "binding", "clause")


class LocalState(models.TextChoices):
    """What people did to it; whether a value holds on a day follows from the dates."""

    DRAFT = "draft", "草拟"
    ENACTED = "enacted", "已生效"
    WITHDRAWN = "withdrawn", "已撤回"


class LocalValueQuerySet(ScopedQuerySet):
    def enacted(self) -> "LocalValueQuerySet":
        return self.filter(state=LocalState.ENACTED)


@register_scoped
class LocalValue(ScopedModel):
    """Parameters of a standard in one division from a day on, cited; the next one ends them, null repeals.

    `place_code` is the division's code as it was: rules of stored runs are named by it.
    """

    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", verbose_name="适用区划"
    )
    standard = models.ForeignKey(
        Standard, on_delete=models.PROTECT, related_name="local_values", verbose_name="标准"
    )
    place_code = models.CharField(max_length=12, editable=False)
    effective_from = models.DateField("生效日期")
    parameters = models.JSONField("标准值", null=True)
    binding = models.CharField("约束力", max_length=12, choices=Binding.choices)
    paper = models.CharField("文件名称", max_length=100)
    number = models.CharField("文号", max_length=60)
    clause = models.CharField("条款", max_length=40)
    reading = models.TextField("口径说明", max_length=500)
    state = models.CharField("状态", max_length=9, choices=LocalState.choices, default=LocalState.DRAFT)
    remark = models.CharField("退回、撤回意见", max_length=200, blank=True)
    # The number of the form: one that is sent twice drafts once.
    key = models.CharField(max_length=32, unique=True, editable=False)
    drafted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    drafted_by_name = models.CharField("草拟人", max_length=120)
    drafted_at = models.DateTimeField("草拟时间", default=timezone.now)
    decided_by_name = models.CharField("办理人", max_length=120, blank=True)
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    used_on = models.DateField("报告使用日期", null=True, blank=True)

    objects = LocalValueQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "地方标准值"
        ordering = ["path", "standard", "effective_from", "pk"]
        indexes = [models.Index(fields=["path", "state"], name="local_value_by_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "division", "effective_from"],
                condition=Q(state=LocalState.ENACTED),
                name="local_value_once_a_day",
                violation_error_message="这个区划的这项标准，同一天已有另一个值生效。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.standard} {self.effective_from}"

    def get_absolute_url(self) -> str:
        return reverse("policies:value", kwargs={"pk": self.pk})

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and self._redefined():
            raise ImmutableValue("已生效或已撤回的地方标准值不能修改；请废止，或另拟一个新的值。")
        super().save(*args, **kwargs)

    def _redefined(self) -> bool:
        """Whether what was decided on would change."""
        stored = LocalValue.objects.get(pk=self.pk)
        changed = any(getattr(stored, name) != getattr(self, name) for name in _DEFINITION)
        return stored.state != LocalState.DRAFT and changed

    @property
    def is_repeal(self) -> bool:
        return self.parameters is None

    @property
    def citation(self) -> str:
        return f"《{self.paper}》（{self.number}）{self.clause}"
