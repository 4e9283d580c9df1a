"""Where the per-object reference keeps its results; the table exists in throwaway databases only."""

from django.db import models


class LoopResult(models.Model):
    """One standard of one community, a row each."""

    division_id = models.BigIntegerField()
    standard = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    letter = models.CharField(max_length=1)

    class Meta:
        indexes = [models.Index(fields=["division_id", "standard"], name="loop_result_by_division")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.standard} {self.letter}"
