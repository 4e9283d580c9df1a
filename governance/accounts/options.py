"""Options that the system administrator may change while the portal runs, each with its type and bounds.

An option is registered in code with its default (that of `governance/settings.py`); a row of `Setting`
replaces it. What docs/deployment.md names stays with the environment and is no option. Values are read
through the cache for `CACHE_SECONDS`, so that other processes follow a change within that time; the process
that made it follows at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from governance.accounts.models import Setting

CACHE_SECONDS = 15
_CACHE_KEY = "accounts:settings"


@dataclass(frozen=True)
class Option:
    """One option. A number has `lowest` and `highest` (both allowed) and a `unit`; a text has `longest`.

    `default` is asked each time, so that it follows the settings of the process.
    """

    key: str
    group: str
    label: str
    default: Callable[[], Any]
    help: str = ""
    unit: str = ""
    lowest: int | None = None
    highest: int | None = None
    longest: int = 0
    required: bool = True

    @property
    def is_number(self) -> bool:
        return self.lowest is not None

    @property
    def bounds(self) -> str:
        """What is allowed, in words."""
        if self.is_number:
            return f"{self.lowest:,}–{self.highest:,} {self.unit}".strip()
        return f"最多 {self.longest} 个字"

    def clean(self, value: Any) -> Any:
        """The value as it is stored; raises `ValidationError` (Chinese) when it is out of bounds."""
        if self.is_number:
            if isinstance(value, bool) or not isinstance(value, int):
                raise ValidationError(f"“{self.label}”应为整数。")
            assert self.lowest is not None and self.highest is not None
            if not self.lowest <= value <= self.highest:
                raise ValidationError(f"“{self.label}”应在 {self.bounds} 之间，现为 {value:,}。")
            return value
        text = str(value).strip()
        if len(text) > self.longest:
            raise ValidationError(f"“{self.label}”最多 {self.longest} 个字，现为 {len(text)} 个。")
        if self.required and not text:
            raise ValidationError(f"“{self.label}”不能为空。")
        return text

    def described(self, value: Any) -> str:
        """A value as users read it."""
        if self.is_number:
            return f"{value:,} {self.unit}".strip()
        return str(value) or "（空）"


_options: dict[str, Option] = {}


def register(option: Option) -> Option:
    """Make an option known; a second one with the same key is a programming error."""
    if _options.setdefault(option.key, option) is not option:
        raise ValueError(f"Option registered twice: {option.key}")
    return option


def registered() -> tuple[Option, ...]:
    """All options, in the order in which they were registered."""
    return tuple(_options.values())


def find(key: str) -> Option | None:
    return _options.get(key)


def stored() -> dict[str, Any]:
    """The values that replace defaults, by key; empty while the database cannot be asked."""
    values = cache.get(_CACHE_KEY)
    if values is None:
        try:
            values = dict(Setting.objects.values_list("key", "value"))
        except DatabaseError:
            return {}
        cache.set(_CACHE_KEY, values, CACHE_SECONDS)
    return values


def value(key: str) -> Any:
    """The value in force. KeyError for a key that nobody registered."""
    option = _options[key]
    kept = stored().get(key)
    return option.default() if kept is None else kept


def peek(key: str) -> Any:
    """The value in force as far as it is known without a statement: for pages shown when all else fails."""
    kept = (cache.get(_CACHE_KEY) or {}).get(key)
    return _options[key].default() if kept is None else kept


def forget() -> None:
    """Read the values anew at the next question (in this process)."""
    cache.delete(_CACHE_KEY)


def upload_max_bytes() -> int:
    """Largest upload: the option, but never more than the program's own limit."""
    kept = stored().get("upload_max_megabytes")
    most = settings.UPLOAD_MAX_BYTES
    return most if kept is None else min(most, kept * 1024 * 1024)


SIGN_IN, PASSWORDS, FILES, FRAME = "登录与会话", "密码", "导出与上传", "名称与联系方式"

register(
    Option(
        "session_idle_minutes",
        SIGN_IN,
        "空闲退出",
        lambda: settings.SESSION_IDLE_SECONDS // 60,
        help="多长时间没有操作自动退出登录。",
        unit="分钟",
        lowest=5,
        highest=120,
    )
)
register(
    Option(
        "session_absolute_hours",
        SIGN_IN,
        "最长登录",
        lambda: settings.SESSION_ABSOLUTE_SECONDS // 3600,
        help="一次登录最长可用多久，到时须重新登录。",
        unit="小时",
        lowest=1,
        highest=24,
    )
)
register(
    Option(
        "lockout_failures",
        SIGN_IN,
        "失败几次锁定",
        lambda: settings.LOCKOUT_FAILURES,
        help="连续登录失败达到次数即锁定该用户名。",
        unit="次",
        lowest=3,
        highest=10,
    )
)
register(
    Option(
        "lockout_minutes",
        SIGN_IN,
        "锁定时长",
        lambda: settings.LOCKOUT_MINUTES,
        help="锁定多久后可再次登录；安全管理员可随时解锁。",
        unit="分钟",
        lowest=5,
        highest=1440,
    )
)
register(
    Option(
        "password_min_length",
        PASSWORDS,
        "最短长度",
        lambda: settings.PASSWORD_MIN_LENGTH,
        help="对今后设置的密码生效，现有密码不受影响。",
        unit="位",
        lowest=8,
        highest=32,
    )
)
register(
    Option(
        "password_history",
        PASSWORDS,
        "不得重复",
        lambda: settings.PASSWORD_HISTORY,
        help="新密码不能与最近几次用过的相同。",
        unit="次",
        lowest=1,
        highest=24,
    )
)
register(
    Option(
        "password_max_age_days",
        PASSWORDS,
        "有效期",
        lambda: settings.PASSWORD_MAX_AGE_DAYS,
        help="超过后登录时须先修改密码。",
        unit="天",
        lowest=30,
        highest=365,
    )
)
register(
    Option(
        "export_max_rows",
        FILES,
        "台账导出行数",
        lambda: getattr(settings, "EXPORT_MAX_ROWS", 200_000),
        # Not above what an upload may have: what leaves must be able to come back.
        help="一次导出最多多少行，超过时请用户分级导出。",
        unit="行",
        lowest=100,
        highest=200_000,
    )
)
register(
    Option(
        "audit_export_rows",
        FILES,
        "日志导出行数",
        lambda: 20_000,
        help="一次导出审计日志最多多少条。",
        unit="条",
        lowest=100,
        highest=100_000,
    )
)
register(
    Option(
        "upload_max_megabytes",
        FILES,
        "上传文件大小",
        lambda: settings.UPLOAD_MAX_BYTES // (1024 * 1024),
        help="工作簿等上传文件的上限，不能超过程序的硬上限。",
        unit="MB",
        lowest=1,
        highest=20,
    )
)
register(
    Option(
        "system_name",
        FRAME,
        "系统名称",
        lambda: "社区治理工作平台",
        help="显示在页面左上角和浏览器标签上。",
        longest=20,
    )
)
register(
    Option(
        "support_contact",
        FRAME,
        "技术支持",
        lambda: "",
        help="显示在登录页和出错页上，例如“信息中心 029-88888888”。",
        longest=60,
        required=False,
    )
)
