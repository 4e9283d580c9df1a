"""The database's own proof that the right keys are at hand."""

from django.db import models


class KeyRecord(models.Model):
    """One row: a known text written with the ring that this database belongs to."""

    check_value = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "密钥校验"

    def __str__(self) -> str:
        return f"密钥校验 {self.created_at:%Y-%m-%d}"
