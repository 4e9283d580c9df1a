"""How the results of one standard spread over the divisions below: every count leads to its rows."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.db.models.functions import Substr
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length, under
from governance.policies.evaluation.rule import Rule
from governance.policies.models import EvaluationRun, Scorecard
from governance.policies.outcomes import FINDING_LETTERS, LETTERS, Outcome
from governance.policies.presentation import standard_url


@dataclass(frozen=True)
class Figure:
    """A number and the list that holds as many rows."""

    value: int
    url: str


@dataclass(frozen=True)
class SpreadLine:
    division: Division
    counts: list[Figure]
    total: int


def rows_url(rule: Rule, outcome: Outcome, area: Division) -> str:
    """问题清单 for what is a finding, else the communities on the page of the standard."""
    findings = {LETTERS[letter] for letter in FINDING_LETTERS}
    if outcome in findings and rule.at(area.path).binds:
        query = {"area": area.code, "standard": rule.measure_code, "outcome": outcome.value}
        return f"{reverse('policies:findings')}?{urlencode(query)}"
    query = {"area": area.code, "outcome": outcome.value}
    return f"{standard_url(rule.measure_code)}?{urlencode(query)}#communities"


def base_of(user: Any, area: Division | None) -> Division | None:
    """The division to look below: the one chosen, else the user's only one; None where nothing lies below."""
    scope = scope_of(user)
    mine = [each for each in scope.divisions if scope.may(Action.VIEW, each.path)]
    base = area or (mine[0] if len(mine) == 1 else None)
    return base if base is not None and base.level < Level.COMMUNITY else None


def spread(rule: Rule, run: EvaluationRun, place: int, base: Division) -> dict[str, Any] | None:
    """Counts by outcome of each division right below `base`, and the outcomes that occur."""
    children = list(base.children.current().order_by("path"))
    found: dict[tuple[str, str], int] = {}
    cards = Scorecard.objects.filter(under(base.path), run=run).order_by()
    for level in sorted({child.level for child in children}):
        grouped = cards.annotate(
            unit=Substr("path", 1, path_length(level)), letter=Substr("letters", place, 1)
        ).values_list("unit", "letter")
        for unit, letter, count in grouped.annotate(count=Count("pk")):
            found[unit, letter] = count
    shown = [letter for letter in LETTERS if any(found.get((child.path, letter)) for child in children)]
    if not shown:
        return None
    lines = [
        SpreadLine(
            child,
            [
                Figure(found.get((child.path, letter), 0), rows_url(rule, LETTERS[letter], child))
                for letter in shown
            ],
            sum(found.get((child.path, letter), 0) for letter in LETTERS),
        )
        for child in children
    ]
    return {
        "base": base,
        "outcomes": [LETTERS[letter] for letter in shown],
        "lines": [line for line in lines if line.total],
        "sums": [
            Figure(sum(line.counts[k].value for line in lines), rows_url(rule, LETTERS[letter], base))
            for k, letter in enumerate(shown)
        ],
        "total": sum(line.total for line in lines),
    }
