"""Local values as lists show them: where each stands today, told by its dates and those of the next one."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.paths import ancestor_paths
from governance.policies.models import LocalState, LocalValue

DRAFT, PENDING, HOLDS, ENDED, FOLLOWED, WITHDRAWN = (
    "draft",
    "pending",
    "holds",
    "ended",
    "followed",
    "withdrawn",
)
STATES = {
    DRAFT: "草拟",
    PENDING: "待生效",
    HOLDS: "已生效",
    ENDED: "已废止",
    FOLLOWED: "已被新值接替",
    WITHDRAWN: "已撤回",
}
_COLOURS = {DRAFT: "blue", PENDING: "blue", HOLDS: "green"}


def visible(user: Any) -> Q:
    """The values of a user's divisions, and those put in force above them, which hold there too."""
    scope = scope_of(user)
    condition = scope.condition(Action.VIEW)
    if condition is None:
        return Q(pk__in=[])
    above = {each for path in scope.paths(Action.VIEW) for each in ancestor_paths(path)}
    return condition | Q(path__in=above, state=LocalState.ENACTED)


def with_states(rows: QuerySet[LocalValue], today: date) -> QuerySet[LocalValue]:
    """`shown_state`, and `until`: from when on it no longer holds. Rows that only end others are left out."""
    following = (
        LocalValue.objects.enacted()
        .filter(
            standard=OuterRef("standard"),
            division=OuterRef("division"),
            effective_from__gt=OuterRef("effective_from"),
        )
        .order_by("effective_from")
    )
    enacted = Q(state=LocalState.ENACTED)
    return (
        rows.filter(parameters__isnull=False)
        .annotate(
            until=Subquery(following.values("effective_from")[:1]),
            next_pk=Subquery(following.values("pk")[:1]),
            successor=Subquery(following.filter(parameters__isnull=False).values("pk")[:1]),
        )
        .annotate(
            shown_state=Case(
                When(state=LocalState.WITHDRAWN, then=Value(WITHDRAWN)),
                When(enacted & Q(effective_from__gt=today), then=Value(PENDING)),
                When(enacted & Q(until__lte=today, next_pk=F("successor")), then=Value(FOLLOWED)),
                When(enacted & Q(until__lte=today), then=Value(ENDED)),
                When(enacted, then=Value(HOLDS)),
                default=Value(DRAFT),
                output_field=CharField(),
            )
        )
    )


def told(rows: Sequence[Any], today: date) -> list[Any]:
    """Values in force, one day or another, of one standard, with what `with_states` gives; those at hand
    already need no statement."""
    found = []
    for _, group in groupby(sorted(rows, key=_place), key=lambda row: row.path):
        held = list(group)
        for row, following in zip(held, [*held[1:], None], strict=True):
            row.until = following.effective_from if following else None
            row.shown_state = HOLDS
            if row.effective_from > today:
                row.shown_state = PENDING
            elif following is not None and following.effective_from <= today:
                row.shown_state = ENDED if following.is_repeal else FOLLOWED
        found += [row for row in reversed(held) if not row.is_repeal]
    return found


def _place(row: Any) -> tuple[str, date]:
    return row.path, row.effective_from


def state_tag(value: Any) -> tuple[str, str]:
    """Text and colour of a tag; `value` comes from `with_states`."""
    if value.shown_state == DRAFT and value.remark:
        return "草拟（已退回）", "amber"
    return STATES[value.shown_state], _COLOURS.get(value.shown_state, "grey")
