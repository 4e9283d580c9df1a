"""Uploads of workbooks: what was checked, and what became of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class BatchStatus(models.TextChoices):
    WAITING = "waiting", "正在检查"
    PREVIEWED = "previewed", "待确认"
    APPLIED = "applied", "已导入"
    REFUSED = "refused", "未通过"


COLOURS: dict[str, str] = {
    BatchStatus.WAITING: "blue",
    BatchStatus.PREVIEWED: "amber",
    BatchStatus.APPLIED: "green",
    BatchStatus.REFUSED: "red",
}
"""Colour of the tag of each status."""


class ImportBatch(models.Model):
    """One uploaded workbook; only its uploader sees it.

    The file and its preview lie sealed on disk under `key` and are deleted after a week; this row keeps the
    counts only and outlives them.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    path = models.CharField("区划", max_length=12, blank=True)
    file_name = models.CharField("文件", max_length=200)
    key = models.CharField(max_length=32, unique=True, editable=False)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("大小")
    status = models.CharField("状态", max_length=9, choices=BatchStatus.choices, default=BatchStatus.WAITING)
    counts = models.JSONField("行数", default=dict)
    fingerprint = models.CharField(max_length=64, blank=True)
    on_conflict = models.CharField("冲突处理", max_length=6, blank=True)
    message = models.CharField("说明", max_length=500, blank=True)
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    applied_at = models.DateTimeField("导入时间", null=True)
    purged_at = models.DateTimeField("文件删除时间", null=True)

    class Meta:
        verbose_name = "导入"
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], name="batch_by_user")]

    def __str__(self) -> str:
        return f"{self.file_name} {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("exchange:batch", args=[self.pk])

    def count(self, name: str) -> Any:
        return self.counts.get(name, 0)

    @property
    def state(self) -> str:
        """The status as users read it: a file with errors has nothing to be confirmed."""
        if self.status == BatchStatus.PREVIEWED and self.count("errors"):
            return "有错误"
        return self.get_status_display()

    @property
    def colour(self) -> str:
        if self.status == BatchStatus.PREVIEWED and self.count("errors"):
            return "red"
        return COLOURS[self.status]

    @property
    def has_file(self) -> bool:
        return self.purged_at is None

    @property
    def has_changes(self) -> bool:
        """Whether a confirmation would save anything."""
        return any(self.count(name) for name in ("new", "changed", "conflicts"))

    @property
    def may_apply(self) -> bool:
        """Whether only the confirmation is missing (conflicts are decided with it)."""
        return self.status == BatchStatus.PREVIEWED and self.has_file and not self.count("errors")
