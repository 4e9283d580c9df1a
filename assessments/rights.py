"""Who may do what with a scheme.

The organiser's staff draft and score; its lead decides. Communities assess their street themselves (or the
bureau for those without an account), never the street in their place: it reads averages only.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from assessments.choices import Direction, SchemeState
from assessments.models import Assessment, Scheme
from governance.accounts.roles import Action
from governance.accounts.scope import REFUSED, permitted, scope_of
from governance.divisions.models import Division, Level

FLOOR = 3
"""Communities that must have assessed their street before an average is read, so that nobody can tell which
score is whose; a number of the portal's own."""
_NOT_YET = (SchemeState.DRAFT, SchemeState.WITHDRAWN)


def organises(user: Any, path: str) -> bool:
    return scope_of(user).may(Action.CHANGE, path)


def decides(user: Any, division: Division) -> bool:
    """The lead of the street, above it the lead of the bureau."""
    action = Action.APPROVE_STREET_STEP if division.level == Level.STREET else Action.APPROVE_CASE
    return scope_of(user).may(action, division.path)


def sees_each(user: Any, scheme: Scheme) -> bool:
    """Whether single scores may be read: of communities about their street only by the bureau."""
    return not scheme.is_up or scope_of(user).may(Action.REVIEW_CASE, scheme.path)


def may_score(user: Any, scheme: Scheme, path: str) -> bool:
    """Whether the user scores at a community's path."""
    if not scheme.is_up:
        return organises(user, scheme.path)
    return scope_of(user).may(Action.ASSESS, path) or scope_of(user).may(Action.REVIEW_CASE, scheme.path)


def may_exempt(user: Any, scheme: Scheme) -> bool:
    """Whether the user says who does not count: about a street only its bureau."""
    return may_score(user, scheme, scheme.path)


def may_reopen(user: Any, scheme: Scheme) -> bool:
    """Whether the user gives a final result back: of a street only its bureau, or two averages could be
    compared."""
    return may_score(user, scheme, scheme.path) if scheme.is_up else decides(user, scheme.division)


def may_report(user: Any, scheme: Scheme, path: str) -> bool:
    """Whether the user writes the community's own account: itself, or the organiser for it."""
    return not scheme.is_up and (scope_of(user).may(Action.ASSESS, path) or organises(user, scheme.path))


def must(allowed: bool) -> None:
    """Raises `PermissionDenied` unless allowed."""
    if not allowed:
        raise PermissionDenied(REFUSED)


def visible_assessments(user: Any) -> QuerySet[Assessment]:
    """Rows a user may open: what assesses him as a community only when it is published."""
    rows = permitted(Assessment.objects.exclude(scheme__state__in=_NOT_YET), user)
    downwards = Q(scheme__direction=Direction.DOWN)
    return rows.filter(downwards | _where(user, Action.ASSESS) | _where(user, Action.REVIEW_CASE))


def _where(user: Any, action: Action) -> Q:
    """Rows at which the user may do something; an empty condition would mean all of them only by itself."""
    condition = scope_of(user).condition(action)
    return Q(pk__in=()) if condition is None else condition or Q(pk__isnull=False)


def floor_of(user: Any, scheme: Scheme) -> int | None:
    """From how many communities on averages are told to the user; None: not at all.

    Whoever may not read single scores gets them when the result is final: watched while scores come in, each
    average would tell the one that was added.
    """
    if sees_each(user, scheme):
        return 1
    return FLOOR if scheme.is_locked else None


def sees_scores(user: Any, scheme: Scheme, path: str) -> bool:
    """Whether scores of one community stand on its page for the user."""
    if scheme.is_up:
        return scope_of(user).may(Action.ASSESS, path) or sees_each(user, scheme)
    return scheme.state == SchemeState.PUBLISHED or scope_of(user).may(Action.VIEW, scheme.path)
