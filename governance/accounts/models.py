"""Users, the units they belong to, and grants of a role on a division."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from guardian.models import UserObjectPermissionBase

from governance.accounts.roles import PERMISSION_PREFIX, ROLES, Role
from governance.divisions.models import Division


class Unit(models.Model):
    """An office: its name, letterhead and document prefix are data (民政局, 社会工作部 …)."""

    name = models.CharField("单位名称", max_length=60, unique=True)
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="units", verbose_name="行政区划"
    )
    letterhead = models.CharField("发文机关标志", max_length=60, blank=True)
    document_prefix = models.CharField("发文字号前缀", max_length=20, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "单位"

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in; names of rights are roles granted on divisions, never groups."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]
    display_name = models.CharField("姓名", max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, verbose_name="单位")
    must_change_password = models.BooleanField("须修改初始密码", default=True)
    password_changed_at = models.DateTimeField("密码修改时间", default=timezone.now)

    EMAIL_FIELD = None  # type: ignore[assignment]
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        verbose_name = "用户"

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    def clean(self) -> None:
        self.username = self.normalize_username(self.username)


class OldPassword(models.Model):
    """Hashes of earlier passwords, so that they are not taken again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "历史密码"

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d}"


class UserSession(models.Model):
    """Which sessions a user has, so that logout and a change of role end the others."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField("登录时间", default=timezone.now)
    seen_at = models.DateTimeField("最近活动", default=timezone.now)
    address = models.CharField("登录地址", max_length=45, blank=True)
    browser = models.CharField("浏览器", max_length=60, blank=True)

    class Meta:
        verbose_name = "会话"

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d %H:%M}"


class ListPreference(models.Model):
    """How a user last saw a list: the conditions of the last search and the columns left out.

    `list_key` names the list (its route); `last_query` is a query string without `?`; `hidden` holds labels
    of columns, so that a column added later is shown.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="list_preferences")
    list_key = models.CharField(max_length=80)
    last_query = models.CharField("上次条件", max_length=1000, blank=True)
    hidden = models.JSONField("隐藏的列", default=list)

    class Meta:
        verbose_name = "列表偏好"
        constraints = [
            models.UniqueConstraint(fields=["user", "list_key"], name="list_preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.list_key}"


class SavedFilter(models.Model):
    """Conditions of a list that a user keeps under a name; only the user sees them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    list_key = models.CharField(max_length=80)
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=1000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "常用条件"
        constraints = [
            models.UniqueConstraint(fields=["user", "list_key", "name"], name="saved_filter_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class DivisionGrant(UserObjectPermissionBase):
    """(user, role, division): a guardian object permission with a direct foreign key."""

    content_object = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        verbose_name = "授权"
        unique_together = [["user", "permission", "content_object"]]

    def __str__(self) -> str:
        return f"{self.user} {self.role_label} {self.content_object}"

    @property
    def role(self) -> Role:
        return Role(self.permission.codename.removeprefix(PERMISSION_PREFIX))

    @property
    def role_label(self) -> str:
        return ROLES[self.role].label


class Setting(models.Model):
    """A value that replaces the default of a registered option (see options.py); one row an option."""

    key = models.CharField("设置项", max_length=60, unique=True)
    value = models.JSONField("值")
    changed_by = models.CharField("修改人", max_length=150, blank=True)
    changed_at = models.DateTimeField("修改时间", default=timezone.now)

    class Meta:
        verbose_name = "系统设置"

    def __str__(self) -> str:
        return self.key
