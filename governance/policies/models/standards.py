"""Standards: an indicator, a comparison, where it applies, and values dated with their clause."""

from datetime import date
from typing import Any

from django.db import models

from governance.policies.models.documents import Measure
from governance.policies.outcomes import Binding

_DEFINITION = ("indicator", "comparison", "area_types", "conditions", "upper")


class Standard(models.Model):
    """A checkable rule. It carries the code of its measure: one result per measure.

    `area_types` empty means every area type; `conditions` limits further (see comparisons/conditions.py);
    `upper` says what a higher division's own value is; `pace` from which day and figure a target is followed.
    """

    measure = models.OneToOneField(Measure, on_delete=models.CASCADE, related_name="standard")
    indicator = models.CharField("指标", max_length=40)
    comparison = models.CharField("比较方式", max_length=20)
    binding = models.CharField("约束力", max_length=12, choices=Binding.choices)
    due_on = models.DateField("完成期限", null=True, blank=True)
    area_types = models.JSONField("区域类型", default=list)
    conditions = models.JSONField("适用条件", default=dict)
    upper = models.JSONField("上级口径", default=dict)
    remedy = models.JSONField("整改提示", default=dict)
    pace = models.JSONField("进度起点", default=dict)
    reading = models.TextField("口径说明", blank=True)

    class Meta:
        verbose_name = "标准"
        ordering = ["measure__document", "measure__order"]

    def __str__(self) -> str:
        return self.measure.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and self._redefined() and self.values.exclude(used_on=None).exists():
            raise ImmutableValue(
                f"{self.code} 已用于正式报告，其指标、比较方式和适用范围不能修改；请另立新的标准。"
            )
        super().save(*args, **kwargs)

    def _redefined(self) -> bool:
        """Whether what a frozen result means would change; binding, due day and texts may be corrected."""
        stored = Standard.objects.get(pk=self.pk)
        return any(getattr(stored, name) != getattr(self, name) for name in _DEFINITION)

    @property
    def code(self) -> str:
        return self.measure.code

    def value_on(self, on: date) -> "StandardValue | None":
        """The value in force on a day (values prefetched); None before the first and after a repeal."""
        current = None
        for value in sorted(self.values.all(), key=lambda item: item.effective_from):
            if value.effective_from <= on:
                current = value
        return current if current and current.parameters is not None else None


class StandardValue(models.Model):
    """Parameters from a day on, with their clause; the next value ends them, null repeals.

    Immutable once a frozen report has used it (`used_on`).
    """

    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="values")
    effective_from = models.DateField("生效日期")
    parameters = models.JSONField("参数", null=True)
    clause = models.CharField("条款", max_length=40)
    note = models.CharField("说明", max_length=300, blank=True)
    used_on = models.DateField("报告使用日期", null=True, blank=True)

    class Meta:
        verbose_name = "标准值"
        ordering = ["standard", "effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "effective_from"], name="standard_value_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.standard} {self.effective_from}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and self.used_on and self._changed():
            raise ImmutableValue(
                f"{self.standard.code} 自 {self.effective_from} 起的值已用于正式报告，不能修改。"
            )
        super().save(*args, **kwargs)

    def _changed(self) -> bool:
        stored = StandardValue.objects.get(pk=self.pk)
        return stored.used_on is not None and (
            stored.parameters != self.parameters or stored.effective_from != self.effective_from
        )


class ImmutableValue(ValueError):
    """A value that a frozen report has used may not change; add a new dated value instead."""
