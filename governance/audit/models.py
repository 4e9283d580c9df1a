"""Audit events (also the 修改痕迹 of records) and the blocks that seal them."""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone


class EventKind(models.TextChoices):
    LOGIN = "login", "登录"
    LOGIN_FAILED = "login_failed", "登录失败"
    LOGOUT = "logout", "退出"
    PASSWORD = "password", "密码变更"
    UNLOCK = "unlock", "解除锁定"
    GRANT = "grant", "授权变更"
    REVEAL = "reveal", "查看完整信息"
    EXPORT = "export", "导出"
    IMPORT = "import", "导入"
    CREATE = "create", "新增"
    CHANGE = "change", "修改"
    END = "end", "终止"
    VOID = "void", "作废"
    DELETE = "delete", "删除"
    TRANSITION = "transition", "流转"
    JOB = "job", "后台任务"
    REFUSAL = "refusal", "拒绝访问"
    SETTINGS = "settings", "设置变更"


class AppendOnly(TypeError):
    """Somebody tried to change or delete what was written once."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows can be read and added; sealing shows what was changed past this, in the database itself."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly("审计记录只能新增，不能修改。")

    def delete(self) -> NoReturn:
        raise AppendOnly("审计记录只能新增，不能删除。")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("审计记录只能新增，不能修改。")


class AppendOnlyRow(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("审计记录只能新增，不能修改。")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("审计记录只能新增，不能删除。")


class Block(AppendOnlyRow):
    """A sealed run of events in id order; its hash covers them and the block before."""

    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField(unique=True)
    events = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "审计区块"

    def __str__(self) -> str:
        return f"{self.first_event}–{self.last_event}"


class Event(AppendOnlyRow):
    """One thing that somebody did. Append-only; it outlives users and objects, so it holds no foreign keys.

    `before` and `after` hold changed fields only, personal data masked.
    """

    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    username = models.CharField(max_length=150)
    user_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    path = models.CharField(max_length=12, blank=True)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    object_version = models.IntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(null=True)

    class Meta:
        verbose_name = "审计事件"
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="event_by_object"),
            models.Index(fields=["path", "id"], name="event_by_path"),
            models.Index(fields=["username", "id"], name="event_by_user"),
            # Auditors look for rare kinds, and for the number that an error page named.
            models.Index(fields=["kind", "id"], name="event_by_kind"),
            models.Index(fields=["request_id", "id"], name="event_by_request"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.object_label}"
