"""Files attached to a record: a scan of an appointment, a photograph of a facility."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from governance.accounts.scope import ScopedModel, ScopedQuerySet
from governance.divisions.registry import register_scoped


class AttachmentQuerySet(ScopedQuerySet):
    def valid(self) -> "AttachmentQuerySet":
        """Those that were not voided."""
        return self.filter(voided_on=None)

    def of(self, row: models.Model) -> "AttachmentQuerySet":
        """The attachments of a record, newest first."""
        return self.filter(object_type=row._meta.label_lower, object_id=row.pk).order_by("-pk")


@register_scoped
class Attachment(ScopedModel):
    """One file of one record; it lies sealed on disk under `key` and is never deleted, only voided.

    `object_type` and `object_id` name the record as audit events do. `content_type` was found in the content,
    not taken from the name. `size` is in bytes, `sha256` of the file as it was uploaded.
    """

    object_type = models.CharField("对象", max_length=60)
    object_id = models.BigIntegerField()
    name = models.CharField("文件名", max_length=200)
    key = models.CharField(max_length=32, unique=True, editable=False)
    sha256 = models.CharField("校验值", max_length=64)
    size = models.PositiveIntegerField("大小")
    content_type = models.CharField("类型", max_length=100)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    voided_on = models.DateField("作废日期", null=True, blank=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)

    objects: ClassVar[models.Manager] = AttachmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "附件"
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="attachment_by_object"),
            models.Index(fields=["path"], name="attachment_by_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "sha256"],
                condition=models.Q(voided_on=None),
                name="attachment_file_once",
                violation_error_message="这个文件已经是本记录的附件。",
            )
        ]

    def __str__(self) -> str:
        return self.name
