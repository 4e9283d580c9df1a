"""What the pages of rounds share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from governance.accounts.scope import permitted
from governance.rounds.models import Round, RoundState, RoundStreet, StreetState
from governance.web.todo import days_text

TITLE = "填报任务"
COLOURS = {
    RoundState.OPEN: "blue",
    RoundState.CLOSED: "grey",
    RoundState.WITHDRAWN: "grey",
    StreetState.CONFIRMED: "green",
    StreetState.RETURNED: "amber",
}
"""Colour of the tag of each state; `open` is blue for rounds and for streets."""


def state_tag(row: Round | RoundStreet) -> tuple[str, str]:
    return row.get_state_display(), COLOURS[row.state]  # type: ignore[index]


def due_text(asked: Round, today: date) -> str:
    """还有 3 天, 今天到期, 已超期 2 天; empty for a round that has ended."""
    return days_text(asked.days_left(today))


def rounds_shown(user: Any) -> QuerySet[Round]:
    """Rounds of the bureaus in a user's divisions, and those that were sent to a street of his."""
    own = permitted(Round.objects.all(), user)
    streets = permitted(RoundStreet.objects.all(), user).order_by().values("round")
    return own | Round.objects.filter(pk__in=streets)
