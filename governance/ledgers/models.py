"""Entries of the ledgers, the versions of their types, and the figures a run keeps of them."""

from typing import Any

from django.db import models
from django.db.models import Q

from governance.divisions.registry import register_scoped
from governance.exchange.rows import DatedRow
from governance.policies.models.runs import CardRow


class RecordTypeVersion(models.Model):
    """A version of a record type as it was when entries were first made with it; it never changes then."""

    code = models.CharField("编号", max_length=20)
    number = models.PositiveSmallIntegerField("版本")
    digest = models.CharField("校验值", max_length=64)
    definition = models.JSONField("定义")
    loaded_at = models.DateTimeField("装载时间", auto_now_add=True)

    class Meta:
        verbose_name = "台账类型版本"
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="record_type_version_once")]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"


@register_scoped
class LedgerEntry(DatedRow):
    """One entry: what figures and lists ask for in columns, everything else in `values`.

    `code` is that of the type (the id of its measure), `edition` the version it was last saved with. `period`
    is 2026M09, 2026Q3, 2026H1 or 2026, for events the day in ISO form (so that the same thing may happen
    twice), empty for states. `count`, `amount` (in the field's smallest unit), `status` and `due_on` are
    copies of the fields that the type names; `name` may be empty for periods. `breach`: what the clause asks
    was not kept; recorded all the same.
    """

    code = models.CharField("编号", max_length=20)
    edition = models.PositiveSmallIntegerField("类型版本", default=1)
    name = models.CharField("名称", max_length=120, blank=True)
    period = models.CharField("期间", max_length=24, blank=True)
    started_on = models.DateField("日期", null=True, blank=True)
    ended_on = models.DateField("终止日期", null=True, blank=True)
    count = models.BigIntegerField("数量", null=True, blank=True)
    amount = models.BigIntegerField("金额", null=True, blank=True)
    status = models.CharField("状态", max_length=40, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    breach = models.BooleanField("不合规定", default=False)
    values = models.JSONField("内容", default=dict)

    class Meta(DatedRow.Meta):
        verbose_name = "台账记录"
        indexes = [
            models.Index(fields=["code", "path"], name="ledger_by_code"),
            models.Index(fields=["path"], name="ledger_by_path"),
            models.Index(
                fields=["due_on", "path"],
                condition=Q(due_on__isnull=False, voided_on=None),
                name="ledger_by_due_day",
            ),
        ]
        constraints = [
            *DatedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["division", "code", "period", "name"],
                condition=Q(voided_on=None),
                name="ledger_entry_once",
                violation_error_message="已有相同的记录。",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.period) if part) or self.code


class LedgerCard(CardRow):
    """The figures of one community in a run, by code: the card of the ledgers.

    One object instead of a column each: packs declare the figures, and a community has few of them. A row of
    its own for each took most of the time of an evaluation. No key, or no row, means no data.
    """

    figures = models.JSONField(default=dict)

    class Meta(CardRow.Meta):
        verbose_name = "台账数据"

    def __str__(self) -> str:
        return ", ".join(f"{code}={value}" for code, value in self.figures.items())

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("figures of a run are written by evaluation only")
