"""Uploads of workbooks and what became of them; downloads that were made in the background."""

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
    UNDONE = "undone", "已撤销"


COLOURS: dict[str, str] = {
    BatchStatus.WAITING: "blue",
    BatchStatus.PREVIEWED: "amber",
    BatchStatus.APPLIED: "green",
    BatchStatus.REFUSED: "red",
    BatchStatus.UNDONE: "grey",
}
"""Colour of the tag of each status."""


class ImportBatch(models.Model):
    """One uploaded workbook; its content is seen by its uploader alone.

    The file, its preview and what an undo needs lie sealed on disk under `key` and are deleted after a week;
    this row keeps numbers only and outlives them. `path` is the area of its rows, by which the lead of a
    street and the county find it in the list of imports.
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
    decisions = models.JSONField("逐项选择", default=dict)
    """Conflicts decided one by one: `previews.conflict_key` → theirs or mine."""
    message = models.CharField("说明", max_length=500, blank=True)
    effect = models.JSONField("体检变化", null=True)
    """What the import changed elsewhere, see `hooks.Effects`; None where that is not known."""
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    applied_at = models.DateTimeField("导入时间", null=True)
    purged_at = models.DateTimeField("文件删除时间", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undo_reason = models.CharField("撤销理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "导入"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="batch_by_user"),
            models.Index(fields=["path", "-id"], name="batch_by_path"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("exchange:batch", args=[self.pk])

    def count(self, name: str) -> Any:
        return self.counts.get(name, 0)

    @property
    def number(self) -> str:
        """The number of the receipt, e.g. DR20261122-000123."""
        return f"DR{timezone.localtime(self.created_at):%Y%m%d}-{self.pk or 0:06d}"

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


class ExportFile(models.Model):
    """A workbook made in the background for one user; the file lies sealed under `key` for a week.

    The reason for full personal data stands here and not in the job, whose payload holds ids only.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    path = models.CharField("区划", max_length=12, blank=True)
    code = models.CharField("区划代码", max_length=12)
    file_name = models.CharField("文件", max_length=200)
    sheets = models.JSONField("工作表", default=list)
    is_revealed = models.BooleanField("完整信息", default=False)
    reason = models.CharField("理由", max_length=200, blank=True)
    key = models.CharField(max_length=32, unique=True, editable=False)
    rows = models.PositiveIntegerField("行数", default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField("大小", default=0)
    created_at = models.DateTimeField("申请时间", default=timezone.now)
    made_at = models.DateTimeField("完成时间", null=True)
    purged_at = models.DateTimeField("文件删除时间", null=True)

    class Meta:
        verbose_name = "台账导出"
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], name="export_by_user")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("exchange:file", args=[self.pk])

    @property
    def is_ready(self) -> bool:
        return self.made_at is not None and self.purged_at is None
