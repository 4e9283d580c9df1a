"""The standards before and after, on the day the plan takes effect: evaluation of rows as they would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from communities.adjustments.plan import Plan
from communities.models import Community, Successor
from communities.transfers import COMMUNITY
from governance.divisions.models import Division
from governance.divisions.paths import path_length
from governance.divisions.transfers import whole_by_kind
from governance.policies.evaluation.community import explained_rows, traces_of
from governance.policies.evaluation.relation import Relation, live_relation
from governance.policies.evaluation.resolve import rules_for
from governance.policies.evaluation.sql import Sql
from governance.policies.evaluation.supposed import Supposed
from governance.policies.evaluation.trace import Trace
from governance.policies.outcomes import Outcome

_SILENT = {Outcome.NOT_APPLICABLE, Outcome.NO_DATA, None}
_FIRST = ("households", "residents", "committee_size", "facility_area", "grid", "fund")
"""Beginnings of the indicators an adjustment is made for: size, seats, area, grids, funds; shown first."""
_ByDivision = dict[int, dict[str, Trace]]


@dataclass(frozen=True)
class Effect:
    """One standard: the results of the sources, then of the successors; None where it says nothing."""

    title: str
    code: str
    required: str
    citation: str
    before: tuple[Trace | None, ...]
    after: tuple[Trace | None, ...]

    @property
    def is_changed(self) -> bool:
        """Whether a successor comes out in a way that no source did."""
        old = {each.outcome for each in self.before if each}
        return any(each.outcome not in old for each in self.after if each)

    @property
    def says_something(self) -> bool:
        return any(each and each.outcome not in _SILENT for each in (*self.before, *self.after))


def effects(plan: Plan) -> list[Effect]:
    """Every standard that says something of a source or a successor: what changes first."""
    on, street = plan.adjustment.effective_on, plan.adjustment.division
    rules = rules_for(path=street.path, on=on)
    ids = [each.pk for each in plan.divisions]
    supposed, after_ids = suppose(plan)
    now, then = (
        live_relation(path=street.path, on=on, rules=rules, division_ids=some, supposed=each)
        for some, each in ((ids, Supposed()), (after_ids, supposed))
    )
    before, after = _traces(now, then)
    found = []
    for rule in rules:
        if not rule.for_communities:
            continue
        old = tuple(before.get(each, {}).get(rule.code) for each in ids)
        new = tuple(after.get(each, {}).get(rule.code) for each in after_ids)
        one = next((each for each in (*new, *old) if each), None)
        if one is not None:
            found.append(Effect(one.title, one.code, one.required_text, one.citation, old, new))
    told = [each for each in found if each.says_something]
    return sorted(told, key=_place(told))


def _place(found: list[Effect]) -> Callable[[Effect], Any]:
    order = {id(each): number for number, each in enumerate(found)}

    def place(effect: Effect) -> tuple[bool, bool, int]:
        one = next(each for each in (*effect.after, *effect.before) if each)
        is_first = one.rule.indicator.code.startswith(_FIRST)
        return not is_first, not effect.is_changed, order[id(effect)]

    return place


def _traces(now: Relation, then: Relation) -> tuple[_ByDivision, _ByDivision]:
    """The results of both by division and standard, in one statement: a community may stand in either."""
    text = f"SELECT 0 AS stage, a.* FROM ({now.sql.text}) a UNION ALL SELECT 1, b.* FROM ({then.sql.text}) b"
    both = Relation(Sql(text, now.sql.params + then.sql.params), now.rules, now.on, computed=True)
    found: tuple[_ByDivision, _ByDivision] = ({}, {})
    for row in explained_rows(both):
        found[row["stage"]][row["division_id"]] = {each.code: each for each in traces_of(both, row)}
    return found


def suppose(plan: Plan) -> tuple[Supposed, list[int]]:
    """The rows as they would be, and the ids the successors would have: those of new ones are below zero."""
    on = plan.adjustment.effective_on
    supposed = Supposed()
    places = {each.pk: _place_of(plan, each) for each in plan.successors}
    staying = {each.continues_id for each in plan.successors}
    closing = [each.pk for each in plan.divisions if each.pk not in staying]
    supposed.change(Division, closing, {"closed_on": on.isoformat()})
    like = plan.divisions[0]
    for successor in plan.successors:
        number, path = places[successor.pk]
        figures = {name: successor.figures.get(name) for name in COMMUNITY.figures}
        if successor.continues_id is not None:
            supposed.change(Community, [plan.communities[number].pk], figures)
            continue
        place = {"path": path, "code": path, "name": successor.name}
        supposed.copy(
            Division, like.pk, {"id": number, **place, "opened_on": on.isoformat(), "closed_on": None}
        )
        own = {"id": number, "division_id": number, "path": path, **figures, **fresh(plan, on.isoformat())}
        supposed.copy(Community, plan.communities[like.pk].pk, own)
    for kind, transfer in whole_by_kind().items():
        for successor in plan.successors:
            number, path = places[successor.pk]
            ids = [row.pk for row in plan.rows_of(successor) if row.kind == kind and plan.moves(row)]
            supposed.change(transfer.model, ids, {"division_id": number, "path": path})
    return supposed, [places[each.pk][0] for each in plan.successors]


def _place_of(plan: Plan, successor: Successor) -> tuple[int, str]:
    """Id and path; a new one stands behind everything in the street."""
    if successor.continues is not None:
        return successor.continues.pk, successor.continues.path
    stem = plan.adjustment.division.path.ljust(path_length(4), "0")
    return -successor.number, f"{stem}A{successor.number:02d}"


def fresh(plan: Plan, founded_on: Any) -> dict[str, Any]:
    """What a new community begins with: what all sources agree on, the rest empty."""
    rows = list(plan.communities.values())
    values: dict[str, Any] = {}
    for name in (*COMMUNITY.copied, *COMMUNITY.dropped):
        column = Community._meta.get_field(name)
        same = {getattr(row, name) for row in rows}
        empty = "" if column.get_internal_type() == "CharField" else None
        values[name] = same.pop() if name in COMMUNITY.copied and len(same) == 1 else empty
    return {**values, "founded_on": founded_on}
