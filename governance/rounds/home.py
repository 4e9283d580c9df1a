"""What waits: rounds that a street has to fill, streets that a bureau waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.divisions.clock import today
from governance.divisions.paths import is_under
from governance.rounds.filling import may_confirm
from governance.rounds.models import Round, RoundState, RoundStreet, StreetState
from governance.rounds.progress import UNFINISHED
from governance.web.todo import Todo

_MOST = 50
"""Lines of one list: more is no list of things to do."""


def _fills(user: Any) -> bool:
    """Whether the user answers for a street at all; who only sends rounds costs no statement here."""
    scope = scope_of(user)
    own: Sequence[str] = scope.paths(Action.ADD)
    sends = scope.paths(Action.COLLECT)
    below = [path for path in own if not any(is_under(path, each) for each in sends)]
    return bool(below) or (bool(own) and scope.may_anywhere(Action.CONFIRM_DATA))


def _rows_of(request: HttpRequest, on: date) -> list[RoundStreet]:
    """What the streets of the user have to fill or have filled this month, asked for once a request."""
    kept: list[RoundStreet] | None = request.__dict__.get("_round_streets")
    if kept is not None:
        return kept
    user: Any = request.user
    if not _fills(user):
        return []
    month = timezone.make_aware(datetime(on.year, on.month, 1))
    rows = permitted(RoundStreet.objects.all(), user, Action.ADD)
    rows = rows.filter(UNFINISHED | Q(state=StreetState.CONFIRMED, confirmed_at__gte=month))
    # Of their values, "confirmed" is the first in the alphabet: what waits stands before what is done.
    rows = rows.select_related("round", "division").order_by("-state", "round__due_on", "pk")
    kept = [row for row in rows[:_MOST] if may_confirm(user, row)]
    request.__dict__["_round_streets"] = kept
    return kept


def street_todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """A line for each round that a street of the user has to fill or has filled this month."""
    own = scope_of(request.user).paths(Action.ADD)
    for row in _rows_of(request, on):
        place = f"（{row.division.name}）" if own != (row.path,) else ""
        label = f"填报任务：{row.round.title}{place}"
        if row.is_done:
            yield Todo(label, row.get_absolute_url(), done=True)
            continue
        returned = f"已退回：{row.reason}" if row.state == StreetState.RETURNED else ""
        note = "；".join(part for part in (returned, row.reminded_text) if part)
        yield Todo(label, row.get_absolute_url(), row.round.due_on, note=note)


def bureau_todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """A line for each open round of the bureau, with the streets that are still to come."""
    waits = Count(
        "streets",
        filter=Q(streets__division__closed_on=None) & ~Q(streets__state=StreetState.CONFIRMED),
    )
    rounds = permitted(Round.objects.filter(state=RoundState.OPEN), request.user, Action.COLLECT)
    for row in rounds.annotate(waits=waits).order_by("due_on", "pk")[:_MOST]:
        text = f"尚有 {row.waits} 个街道未完成" if row.waits else "街道均已完成，可以结束"
        yield Todo(f"填报任务“{row.title}”{text}", row.get_absolute_url(), row.due_on)


def waiting_count(request: HttpRequest) -> int:
    """The number beside the menu entry: rounds that a street of the user has not answered."""
    return sum(1 for row in _rows_of(request, today()) if not row.is_done)


def register_home() -> None:
    from governance.web import todo

    todo.register(todo.Provider("rounds-street", street_todos, Action.ADD, todo.A_MINUTE))
    todo.register(todo.Provider("rounds-bureau", bureau_todos, Action.COLLECT, todo.A_MINUTE))
