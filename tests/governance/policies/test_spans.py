"""A stored run cut into spans says what one statement over the whole tree says."""

from datetime import date
from itertools import pairwise

import pytest

from governance.ledgers.models import LedgerCard
from governance.policies.evaluation.letters import joined, letter_sql
from governance.policies.evaluation.relation import live_relation, stored_relation
from governance.policies.evaluation.resolve import rules_for
from governance.policies.evaluation.spans import Span, span_of, spans_of
from governance.policies.evaluation.store import store_frozen
from governance.policies.indicators import all_inputs
from tests.factories import Tree
from tests.registry import add_records, fill_community

ON = date(2026, 6, 15)


def test_spans_cover_the_tree_without_overlap(measured_tree: Tree):
    spans = spans_of("", rules_for(path="", on=ON))
    assert spans[0].low == "" and spans[-1].high == span_of("").high
    assert all(before.high == after.low for before, after in pairwise(spans))
    assert {Span("610104", "610105"), Span("610105", "62")} <= set(spans)
    assert spans_of("610104001", rules_for(path="610104001", on=ON)) == [span_of("610104001")]


@pytest.mark.parametrize(
    ("span", "path", "lies_in", "meets"),
    [
        (span_of("6101"), "61", True, True),
        (span_of("6101"), "6101", True, True),
        (span_of("6101"), "610104", False, True),
        (span_of("6101"), "6102", False, False),
        (span_of("610909"), "6109", True, True),
        (Span("61", "610104"), "610104", False, False),
        (Span("610105", "62"), "610104", False, False),
        (span_of(""), "", True, True),
        (span_of(""), "99", False, True),
    ],
)
def test_where_a_span_lies(span: Span, path: str, lies_in: bool, meets: bool):
    assert (span.lies_in(path), span.meets(path)) == (lies_in, meets)


def test_a_rule_is_a_constant_where_it_does_not_hold(measured_tree: Tree):
    rules = [rule for rule in rules_for(path="61", on=ON) if rule.code.startswith("LH-")]
    assert {letter_sql(rule, Span("610105", "62")) for rule in rules} == {"'-'"}
    assert all("path" not in letter_sql(rule, span_of("610104")) for rule in rules)
    assert joined(["'-'", "'-'", "x", "'A'"]) == "'--' || x || 'A'"


def test_what_is_stored_is_what_is_live(measured_tree: Tree):
    """Figures of ledgers and registries, of every community, read back in full."""
    fill_community(measured_tree.community, households_resident=1500, population_resident=6000)
    fill_community(measured_tree.foreign_community, households_resident=900)
    for place, status in (
        (measured_tree.community, "assigned"),
        (measured_tree.foreign_community, "unassigned"),
    ):
        add_records(
            place,
            [
                {
                    "type": "SX-GRID-07",
                    "name": "学校",
                    "started_on": date(2026, 1, 5),
                    "values": {"placed": status},
                }
            ],
        )
    rules = rules_for(path="", on=ON)
    run = store_frozen(on=ON)
    columns = ", ".join(["path", "letters", *all_inputs()])
    stored = stored_relation(run=run, path="", rules=rules).rows(columns, "ORDER BY path")
    assert stored == live_relation(path="", on=ON, rules=rules).rows(columns, "ORDER BY path")
    figures = {row["path"]: (row["places_listed"], row["places_in_grids"]) for row in stored}
    assert figures[measured_tree.community.path] == (1, 1)
    assert figures[measured_tree.foreign_community.path] == (1, 0)
    assert LedgerCard.objects.filter(run=run).count() == 2
