"""待办 of 政策落实: what the bureau has to look at, what a unit or a street has to answer or to mend.

Every number leads to 进展和督办 under the same condition; counting them takes one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.visitor import visitor
from governance.divisions.models import Division, Level
from governance.divisions.paths import ancestor_paths
from governance.implementation.groups import not_reported
from governance.implementation.models import State, Undertaking
from governance.implementation.units import names_of, own_divisions
from governance.policies.models import Measure
from governance.policies.models.documents import DocumentStatus
from governance.web.todo import SOON, Todo

CONDITIONS = (
    ("waiting", "待审核的进展"),
    ("returned", "被退回的进展"),
    ("urged", "未办结的督办"),
    ("answered", "已回复待办结的督办"),
    ("late", "超期的督办"),
    ("to_review", "待我审核"),
    ("to_close", "待我办结的督办"),
    ("mine_late", "我发出的超期督办"),
    ("to_mend", "退回给我的进展"),
    ("to_answer", "待我回复的督办"),
)
_NONE = Q(pk__in=())
_AHEAD = SOON * 13
"""How far ahead the due day of a measure makes its report urgent: a quarter."""
_MOST_LINES = 5
"""Divisions that get a line each; more are summed up."""


def _where(user: Any, action: Action) -> Q:
    condition = scope_of(user).condition(action)
    return _NONE if condition is None else condition


def _names(user: Any) -> set[str]:
    return names_of(user) if scope_of(user).may_anywhere(Action.REPORT_OWN_MEASURES) else set()


def _mine(user: Any, names: set[str]) -> Q:
    """What a user answers for: the divisions whose records he keeps without reviewing them, and his unit."""
    scope = scope_of(user)
    mine = _NONE
    if not scope.may_anywhere(Action.REVIEW_CASE):
        mine |= _where(user, Action.CHANGE) & Q(unit_name="")
    if names:
        mine |= _where(user, Action.REPORT_OWN_MEASURES) & Q(unit_name__in=names)
    return mine


def conditions_of(user: Any, on: date, names: set[str] | None = None) -> dict[str, Q]:
    """The condition behind each key of `CONDITIONS`; `names` are those of the user's unit, if at hand."""
    reviews = _where(user, Action.REVIEW_CASE)
    mine = _mine(user, _names(user) if names is None else names)
    urged = Q(level__gt="")
    late = urged & Q(urged_due_on__lt=on)
    return {
        "waiting": Q(state=State.WAITING),
        "returned": Q(state=State.RETURNED),
        "urged": urged,
        "answered": urged & Q(is_answered=True),
        "late": late,
        "to_review": reviews & Q(state=State.WAITING) & ~Q(latest__author=user),
        "to_close": reviews & urged & Q(is_answered=True),
        "mine_late": reviews & late & Q(is_answered=False),
        "to_mend": mine & Q(state=State.RETURNED),
        "to_answer": mine & urged & Q(is_answered=False),
    }


_LINES = (
    ("to_review", "待审核的进展报送", "份", None),
    ("to_close", "已回复、待办结的督办", "件", None),
    ("mine_late", "超过期限未回复的督办", "件", "urged_due_on"),
    ("to_mend", "被退回的进展报送", "份", None),
    ("to_answer", "待回复的督办", "件", "urged_due_on"),
)


def _url(key: str) -> str:
    return f"{reverse('implementation:undertakings')}?show={key}"


def todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    user = visitor(request)
    scope = scope_of(user)
    if not any(
        scope.may_anywhere(each) for each in (Action.REVIEW_CASE, Action.CHANGE, Action.REPORT_OWN_MEASURES)
    ):
        return
    names = _names(user)
    conditions = conditions_of(user, on, names)
    asked: dict[str, Any] = {}
    for key, _, _, day in _LINES:
        asked[key] = Count("pk", filter=conditions[key])
        if day:
            asked[f"{key}_on"] = Min(day, filter=conditions[key])
    rows = Undertaking.objects.filter(_where(user, Action.VIEW))
    rows = rows.filter(Q(state__in=[State.WAITING, State.RETURNED]) | Q(level__gt=""))
    counts = rows.aggregate(**asked)
    for key, label, unit, day in _LINES:
        due = counts[f"{key}_on"] if day else None
        yield Todo(label, _url(key), due, counts[key], unit)
    if names:
        yield from _owed(user, names, on)
    yield from _owed_in_groups(own_divisions(user), on)


def _owed_by(user: Any, names: set[str]) -> Q:
    """Measures of binding documents that name the user's unit in its place (a condition for measures)."""
    return Q(
        task__units__name__in=names,
        document__status=DocumentStatus.IN_FORCE,
        document__jurisdiction__path__in=ancestor_paths(user.unit.division.path),
    )


def _owed(user: Any, names: set[str], on: date) -> Iterable[Todo]:
    """Measures of the user's unit on which nothing was reported yet."""
    reported = Undertaking.objects.filter(
        _where(user, Action.REPORT_OWN_MEASURES),
        measure=OuterRef("pk"),
        unit_name__in=names,
    ).exclude(state=State.NONE)
    rows = Measure.objects.filter(_owed_by(user, names)).filter(~Exists(reported))
    found = rows.aggregate(
        count=Count("pk", distinct=True),
        due=Min("due_on", filter=Q(due_on__gte=on, due_on__lte=on + _AHEAD)),
    )
    yield _not_reported("本单位尚未报送的措施", found["count"], found["due"], show="open")


def _owed_in_groups(divisions: Sequence[Division], on: date) -> Iterable[Todo]:
    """Measures that documents give to all divisions of a level: a line for each of a few that have not
    reported, one for many, which leads to the list of them."""
    owed = not_reported(divisions)
    waiting = [each for each in divisions if owed[each.pk]]
    if len(waiting) <= _MOST_LINES:
        lines = [(each.name, owed[each.pk], {"area": each.code}) for each in waiting]
    else:
        every = [due for each in waiting for due in owed[each.pk]]
        levels = {each.level for each in waiting}
        noun = Level(levels.pop()).label if len(levels) == 1 else "区划"
        lines = [(f"{len(waiting)} 个{noun}", every, {})]
    for name, days, query in lines:
        due = min((day for day in days if day is not None and on <= day <= on + _AHEAD), default=None)
        yield _not_reported(f"{name}尚未报送的措施", len(days), due, **query, show="open")


def _not_reported(label: str, count: int, due: date | None, **query: str) -> Todo:
    url = f"{reverse('implementation:tasks')}?{urlencode(query)}"
    return Todo(label, url, due, count, "项", "按分工报送进展和佐证材料")


def register_todo() -> None:
    from governance.web import todo

    todo.register(todo.Provider("implementation", todos, Action.VIEW, todo.A_MINUTE))
