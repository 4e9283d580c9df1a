"""Filters of the console's lists: users, and what the audit log is searched by."""

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.http import QueryDict
from django.utils import timezone

from governance.accounts.lockout import cool_off, failure_limit
from governance.accounts.models import DivisionGrant, Unit, User
from governance.accounts.roles import ROLES, Action, Role, permission_codename
from governance.accounts.scope import permitted
from governance.divisions.models import Division
from governance.divisions.paths import under
from governance.web.areas import AreaField
from governance.web.filters import FilterForm

NORMAL, LOCKED, NEVER, CLOSED = "normal", "locked", "never", "closed"
STATES = (("", "全部"), (NORMAL, "正常"), (LOCKED, "已锁定"), (NEVER, "未首次登录"), (CLOSED, "已停用"))


def locked_names(now: datetime) -> QuerySet[Any]:
    """User names that are locked now, as a subquery."""
    return (
        AccessAttempt.objects.filter(attempt_time__gte=now - cool_off())
        .values("username")
        .annotate(failures=Sum("failures_since_start"))
        .filter(failures__gte=failure_limit())
        .values("username")
    )


def in_state(users: QuerySet[User], state: str) -> QuerySet[User]:
    if state == CLOSED:
        return users.filter(is_active=False)
    users = users.filter(is_active=True)
    if state == NEVER:
        return users.filter(last_login=None)
    locked = Q(username__in=locked_names(timezone.now()))
    if state == LOCKED:
        return users.filter(locked)
    return users.filter(last_login__isnull=False).exclude(locked)


def in_area(users: QuerySet[User], division: Division) -> QuerySet[User]:
    """Users with a role in the division or below; without any role, users of its units."""
    grants = DivisionGrant.objects.filter(user=OuterRef("pk"))
    inside = grants.filter(under(division.path, "content_object__path"))
    return users.filter(Exists(inside) | (~Exists(grants) & under(division.path, "unit__division__path")))


def with_role(users: QuerySet[User], role: str) -> QuerySet[User]:
    codename = permission_codename(Role(role))
    return users.filter(
        Exists(DivisionGrant.objects.filter(user=OuterRef("pk"), permission__codename=codename))
    )


def named(users: QuerySet[User], text: str) -> QuerySet[User]:
    text = text.strip()
    return users.filter(Q(username__icontains=text) | Q(display_name__icontains=text))


def units_of(user: Any, action: Action) -> QuerySet[Unit]:
    """Units inside the administrator's divisions, in path order."""
    units = permitted(Unit.objects.all(), user, action, "division__path")
    return units.order_by("division__path", "name")


class UserFilter(FilterForm):
    """Unit, area, role, state, name."""

    name = forms.CharField(label="用户名或姓名", max_length=60)
    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none(), empty_label="全部")
    role = forms.ChoiceField(
        label="角色", choices=[("", "全部"), *((role.value, spec.label) for role, spec in ROLES.items())]
    )
    state = forms.ChoiceField(label="状态", choices=STATES)

    def __init__(self, data: QueryDict, *, user: Any, action: Action, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["unit"].queryset = units_of(user, action)  # type: ignore[attr-defined]
        area = AreaField(user=user, chosen=data.get("area", ""), action=action)
        if area.is_useful:
            self.fields["area"] = area
        self.lookups = {  # type: ignore[misc]
            "name": named,
            "area": in_area,
            "role": with_role,
            "state": in_state,
        }
