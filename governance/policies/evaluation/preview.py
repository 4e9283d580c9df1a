"""What a local value would change: both rules evaluated on the same figures, nothing stored."""

from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from governance.policies.evaluation.letters import letter_sql
from governance.policies.evaluation.relation import inputs_of, live_inputs
from governance.policies.evaluation.resolve import Replacement, Rule, catalogue, replacement, rules_for
from governance.policies.evaluation.spans import span_of
from governance.policies.models import LocalValue
from governance.policies.outcomes import LETTERS, NO_RESULT, Outcome


@dataclass(frozen=True)
class Change:
    """So many communities go from one outcome to another; None: the standard has no result there."""

    before: Outcome | None
    after: Outcome | None
    count: int


@dataclass(frozen=True)
class Preview:
    """Communities by outcome before and after; `beside`: outcomes of a value that does not decide."""

    on: date
    rule: Rule
    meetings: list[tuple[Rule, Replacement]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    beside: list[Change] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return sum(change.count for change in self.changes)

    @property
    def total(self) -> int:
        return self.changed + self.unchanged


def preview(value: LocalValue, *, today: date) -> Preview | None:
    """Evaluate the division of a value with and without it, on the day it begins or today if that is past.

    None when the standard is not valid there on that day.
    """
    on, path = max(today, value.effective_from), value.path
    standards = catalogue()
    now = [rule for rule in rules_for(path=path, on=on, standards=standards) if _is_of(rule, value)]
    then = [
        rule for rule in rules_for(path=path, on=on, standards=standards, extra=value) if _is_of(rule, value)
    ]
    every = [each for rule in then for each in (rule, *rule.variants)]
    own = next((each for each in every if each.local is value), None)
    if own is None:
        return None
    wide = rules_for(path="", on=on, standards=standards)
    meetings = [
        (other, verdict)
        for rule in wide
        for other in (rule, *rule.variants)
        if not _same_place(other, value) and (verdict := replacement(own, other)) is not None
    ]
    found = Preview(on, own, meetings)
    if not own.for_communities:
        return found
    before = next((rule for rule in now if not rule.is_beside), None)
    after = next((rule for rule in then if not rule.is_beside), None)
    changes, unchanged, beside = _counted(path, on, before, after, own if own.is_beside else None)
    return Preview(on, own, meetings, changes, unchanged, beside)


def _is_of(rule: Rule, value: LocalValue) -> bool:
    return rule.standard.pk == value.standard_id


def _same_place(rule: Rule, value: LocalValue) -> bool:
    """A value that the new one follows in the same division."""
    return rule.local is not None and _is_of(rule, value) and rule.local.division_id == value.division_id


def _counted(
    path: str, on: date, before: Rule | None, after: Rule | None, beside: Rule | None
) -> tuple[list[Change], int, list[Change]]:
    """One statement: communities grouped by the letters of the three rules."""
    span, three = span_of(path), (before, after, beside)
    letters = [letter_sql(rule, span) if rule else f"'{NO_RESULT}'" for rule in three]
    inputs = live_inputs(path, on, figures=inputs_of([rule for rule in three if rule], span))
    text = (
        f"WITH l AS (SELECT {letters[0]} AS a, {letters[1]} AS b, {letters[2]} AS c FROM ({inputs.text}) i)"
        " SELECT a, b, c, COUNT(*) FROM l GROUP BY a, b, c ORDER BY a, b, c"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, list(inputs.params))
        rows = cursor.fetchall()
    pairs: dict[tuple[Outcome | None, Outcome | None], int] = {}
    third: dict[Outcome, int] = {}
    for a, b, c, count in rows:
        pair = (LETTERS.get(a), LETTERS.get(b))
        pairs[pair] = pairs.get(pair, 0) + count
        if c in LETTERS:
            third[LETTERS[c]] = third.get(LETTERS[c], 0) + count
    changes = [Change(old, new, count) for (old, new), count in pairs.items() if old != new]
    unchanged = sum(count for (old, new), count in pairs.items() if old == new and old is not None)
    return changes, unchanged, [Change(None, outcome, count) for outcome, count in third.items()]
