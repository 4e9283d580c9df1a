"""What a form leaves behind: before it is saved a draft, afterwards its number, so that it saves once."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from governance.crypto.fields import EncryptedTextField


class Draft(models.Model):
    """The fields of an unsaved form of one user, sealed because they may hold persons.

    `key` names the form (`change:grids:12`, see `governance.records.drafts`), `path` its division.
    `data` is JSON of field names and texts as typed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=60)
    path = models.CharField(max_length=12, blank=True)
    data = EncryptedTextField()
    saved_at = models.DateTimeField("保存时间", default=timezone.now)

    class Meta:
        verbose_name = "草稿"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="draft_once")]
        indexes = [models.Index(fields=["saved_at"], name="draft_by_age")]

    def __str__(self) -> str:
        return self.key


class Submission(models.Model):
    """A form that was saved: sent again, it leads to what it saved and writes nothing.

    `token` was given out with the form. The row is written in the transaction that saves the record, so of
    many equal requests at the same time only one gets through.
    """

    token = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "已提交的表单"
        indexes = [models.Index(fields=["made_at"], name="submission_by_age")]

    def __str__(self) -> str:
        return self.token
