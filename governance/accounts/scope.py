"""One door to scoped rows: what a user may see and do, as ranges of division paths.

`permitted` finds what a user may see (anything else is 404, the same answer as missing); the action is
asked afterwards with `require` (403 and an audit event).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Self, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q

from governance.accounts.models import DivisionGrant, User
from governance.accounts.roles import ROLES, Action, Role
from governance.divisions.models import Division
from governance.divisions.paths import is_under, under

REFUSED = "您的角色没有办理此项操作的权限。"
Rows = TypeVar("Rows", bound=models.QuerySet)


def _disjoint(paths: Iterable[str]) -> tuple[str, ...]:
    """Sorted paths without those that lie under another one."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not is_under(path, kept[-1]):
            kept.append(path)
    return tuple(kept)


class Scope:
    """The grants of one user, resolved once."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._paths: dict[Action, tuple[str, ...]] = {}

    @cached_property
    def grants(self) -> list[DivisionGrant]:
        """All grants with permission and division, in path order (one statement)."""
        if not self.user.is_authenticated or not self.user.is_active:
            return []
        rows = DivisionGrant.objects.filter(user=self.user).select_related("permission", "content_object")
        return sorted(rows, key=lambda grant: grant.content_object.path)

    @cached_property
    def roles(self) -> list[Role]:
        return list(dict.fromkeys(grant.role for grant in self.grants))

    @property
    def label(self) -> str:
        """Roles as shown to users."""
        return "、".join(ROLES[role].label for role in self.roles)

    @property
    def divisions(self) -> list[Division]:
        """The divisions of the grants, in path order."""
        return list({grant.content_object_id: grant.content_object for grant in self.grants}.values())

    def paths(self, action: Action) -> tuple[str, ...]:
        """Disjoint paths below which the action is allowed."""
        found = self._paths.get(action)
        if found is None:
            found = self._paths[action] = _disjoint(
                grant.content_object.path for grant in self.grants if action in ROLES[grant.role].actions
            )
        return found

    def may(self, action: Action, path: str) -> bool:
        return any(is_under(path, granted) for granted in self.paths(action))

    def may_anywhere(self, action: Action) -> bool:
        return bool(self.paths(action))

    def condition(self, action: Action, field: str = "path") -> Q | None:
        """Filter for rows where the action is allowed; None when there are none."""
        paths = self.paths(action)
        if not paths:
            return None
        condition = Q()
        for path in paths:
            condition |= under(path, field)
        return condition


def scope_of(user: Any) -> Scope:
    """The scope of a user, kept on the user object of this request."""
    scope = getattr(user, "_scope", None)
    if scope is None:
        scope = Scope(user)
        user._scope = scope
    return scope


def forget_scope(user: User) -> None:
    """Drop the kept scope after a grant was changed in this process."""
    if hasattr(user, "_scope"):
        del user._scope


def home_path(user: User) -> str:
    """Where events about a user belong: the division of the first grant, else of the unit."""
    divisions = scope_of(user).divisions
    if divisions:
        return divisions[0].path
    return user.unit.division.path if user.unit is not None else ""


def permitted(queryset: Rows, user: Any, action: Action = Action.VIEW, field: str = "path") -> Rows:
    """The rows of a queryset with a path column for which the user may do `action`."""
    condition = scope_of(user).condition(action, field)
    return queryset.none() if condition is None else queryset.filter(condition)


def require(user: Any, action: Action, path: str) -> None:
    """Raises `PermissionDenied` unless the user may do `action` at `path`."""
    if not scope_of(user).may(action, path):
        raise PermissionDenied(REFUSED)


class ScopedQuerySet(models.QuerySet):
    def permitted(self, user: Any, action: Action = Action.VIEW) -> Self:
        """Rows inside the user's scope; every view, export, import, PDF and job starts here."""
        return permitted(self, user, action)

    def under(self, path: str) -> Self:
        return self.filter(under(path))


class ScopedModel(models.Model):
    """A row that belongs to a division and carries a copy of its path for range queries."""

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name="社区")
    path = models.CharField(max_length=12, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.path = self.division.path
        super().save(*args, **kwargs)
