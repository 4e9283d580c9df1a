"""How users are shown: their state, their roles, and which of them an administrator works with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from governance.accounts.directory import manageable_users
from governance.accounts.lockout import locked_until
from governance.accounts.models import User
from governance.accounts.passwords import is_expired
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.visitor import visitor

ADMIN_ACTIONS = (Action.MANAGE_ACCOUNTS, Action.MANAGE_GRANTS)


def admin_action(user: Any) -> Action:
    """Which of the two sides of the user pages somebody works on; no account holds both (三员分立)."""
    return next((each for each in ADMIN_ACTIONS if scope_of(user).may_anywhere(each)), ADMIN_ACTIONS[0])


def users_of(request: HttpRequest, action: Action | None = None) -> QuerySet[User]:
    """The users that the visitor may manage, with unit and grants."""
    admin = visitor(request)
    return manageable_users(admin, action or admin_action(admin))


def find_user(request: HttpRequest, pk: int, action: Action | None = None) -> User:
    """One of them; anybody else is the same 404."""
    user = users_of(request, action).filter(pk=pk).select_related("unit__division").first()
    if user is None:
        raise Http404
    return user


def state_of(user: User, locked: datetime | None, now: datetime) -> tuple[str, str]:
    """Word and colour for the state of an account."""
    if not user.is_active:
        return "已停用", "grey"
    if locked is not None:
        return f"已锁定，到 {timezone.localtime(locked):%H:%M}", "red"
    if user.last_login is None:
        return "未首次登录", "blue"
    if user.must_change_password:
        return "待改初始密码", "amber"
    if is_expired(user.password_changed_at, now):
        return "密码已过期", "amber"
    return "正常", "green"


def note_states(users: Iterable[User]) -> None:
    """Give each user `state` and `locked_until` (one statement)."""
    users, now = list(users), timezone.now()
    locked = locked_until([user.username for user in users], now)
    for user in users:
        user.locked_until = locked.get(user.username)  # type: ignore[attr-defined]
        user.state = state_of(user, locked.get(user.username), now)  # type: ignore[attr-defined]


def grants_text(user: User) -> str:
    """街道录入员：青年路街道、北院门街道；社区：…"""
    by_role: dict[str, list[str]] = {}
    for grant in user.listed_grants:  # type: ignore[attr-defined]
        by_role.setdefault(grant.role_label, []).append(grant.content_object.name)
    return "；".join(f"{label}：{'、'.join(names)}" for label, names in by_role.items()) or "未授权"
