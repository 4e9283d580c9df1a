"""Stored evaluations: one run, and per community its inputs (cards of the apps) and outcomes (letters)."""

from django.db import models

from governance.divisions.models import Division


class RunKind(models.TextChoices):
    LIVE = "live", "实时"
    FROZEN = "frozen", "定稿"


class EvaluationRun(models.Model):
    """An evaluation on a date; `standards` keeps the order in which letters stand.

    `local_values` names the local values it used: whatever is put in force later, they are what it means.
    There is one live run, whose rows are replaced as data change; frozen runs never change.
    """

    kind = models.CharField(max_length=6, choices=RunKind.choices)
    on = models.DateField("评价日期")
    standards = models.JSONField(default=list)
    local_values = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "评价批次"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"


class RunRow(models.Model):
    """A row of a run for one community. No database constraints: rows come by the ten thousand."""

    run = models.ForeignKey(
        EvaluationRun, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    division = models.ForeignKey(
        Division, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    path = models.CharField(max_length=12)

    class Meta:
        abstract = True


class CardRow(RunRow):
    """Base of the apps' card models: typed columns named like the card's inputs."""

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["run", "path"], name="%(class)s_run_path")]


class Scorecard(RunRow):
    """Outcomes of one community: one letter per rule in the order of the run."""

    letters = models.CharField(max_length=2000)

    class Meta:
        verbose_name = "评价结果"
        indexes = [models.Index(fields=["run", "path"], name="scorecard_run_path")]

    def __str__(self) -> str:
        return self.letters
