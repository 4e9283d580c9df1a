"""Groups that mean every division of a level (各街办): how far each of these is with what the group owes.

A division answers for itself, in reports of its own (`unit_name` is empty), so nothing is kept of the group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import FilteredRelation, Q

from governance.divisions.models import Division
from governance.divisions.paths import is_under
from governance.implementation.models import State, Undertaking
from governance.policies.figures import below
from governance.policies.models import Measure
from governance.policies.models.documents import DocumentStatus

REPORTED = (State.WAITING, State.RETURNED, State.ACCEPTED)


@dataclass
class MemberLine:
    """One division of a group: measures owed, and reports by state."""

    division: Division
    owed: int
    states: Counter[str] = field(default_factory=Counter)

    @property
    def reported(self) -> int:
        return sum(self.states[state] for state in REPORTED)

    @property
    def open(self) -> int:
        return self.owed - self.reported

    @property
    def waiting(self) -> int:
        return self.states[State.WAITING]

    @property
    def returned(self) -> int:
        return self.states[State.RETURNED]

    @property
    def accepted(self) -> int:
        return self.states[State.ACCEPTED]


@dataclass
class GroupProgress:
    """The members of a group below a division, and how many of them have reported on each measure."""

    members: list[MemberLine]
    reported: Counter[int]
    accepted: Counter[int]

    @property
    def asked(self) -> int:
        """Reports that are owed: one of every member on every measure."""
        return sum(member.owed for member in self.members)

    @property
    def reported_in_all(self) -> int:
        return self.reported.total()

    @property
    def accepted_in_all(self) -> int:
        return self.accepted.total()

    def text(self, measures: Sequence[int]) -> tuple[str, str]:
        """Text and colour of a tag over some measures: 已报送 3/9 街道次."""
        asked = len(self.members) * len(measures)
        done = sum(self.reported[each] for each in measures)
        agreed = sum(self.accepted[each] for each in measures)
        if not done:
            return f"0/{asked} 已报送", "grey"
        colour = "green" if agreed == asked else "blue"
        return f"{done}/{asked} 已报送，认可 {agreed}", colour


def members_of(division: Division, level: int) -> list[Division]:
    """The divisions a group means, seen from the one directly above them; elsewhere it stays a name."""
    return [child for child in below(division) if child.level == level]


def progress_of(measures: Iterable[int], division: Division, level: int) -> GroupProgress | None:
    """How far the members are with some measures (one statement); None where none lie directly below."""
    asked, members = set(measures), members_of(division, level)
    if not members:
        return None
    lines = {member.pk: MemberLine(member, len(asked)) for member in members}
    reported: Counter[int] = Counter()
    accepted: Counter[int] = Counter()
    rows = Undertaking.objects.filter(division__in=members, measure__in=asked, unit_name="")
    for place, measure, state in rows.exclude(state=State.NONE).values_list("division", "measure", "state"):
        lines[place].states[state] += 1
        reported[measure] += 1
        accepted[measure] += state == State.ACCEPTED
    return GroupProgress(list(lines.values()), reported, accepted)


def not_reported(divisions: Sequence[Division]) -> dict[int, list[date | None]]:
    """Division → due days of the measures it owes as one of a group and has not reported on (one statement).

    Only documents in force ask for a report. A measure without a due day stands as None.
    """
    if not divisions:
        return {}
    of_theirs = Q(undertakings__division__in=divisions, undertakings__unit_name="")
    reported = FilteredRelation("undertakings", condition=of_theirs & ~Q(undertakings__state=State.NONE))
    levels = {each.level for each in divisions}
    rows = Measure.objects.filter(document__status=DocumentStatus.IN_FORCE, task__units__level__in=levels)
    rows = rows.annotate(reported=reported).order_by()
    asked: dict[tuple[int, date | None, int, str], set[int | None]] = {}
    columns = ("pk", "due_on", "task__units__level", "document__jurisdiction__path", "reported__division")
    for pk, due, level, place, division in rows.values_list(*columns):
        asked.setdefault((pk, due, level, place), set()).add(division)
    return {
        each.pk: [
            due
            for (_, due, level, place), done in asked.items()
            if level == each.level and is_under(each.path, place) and each.pk not in done
        ]
        for each in divisions
    }
