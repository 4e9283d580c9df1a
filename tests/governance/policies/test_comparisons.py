"""Comparisons at their limits: the letter that SQL gives, and the explanation that must agree with it."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from governance.policies.comparisons import comparison_for
from governance.policies.comparisons.conditions import Conditions
from governance.policies.evaluation.letters import letter_sql
from governance.policies.evaluation.resolve import Rule
from governance.policies.evaluation.spans import span_of
from governance.policies.evaluation.trace import explain
from governance.policies.indicators import Indicator
from governance.policies.models import Measure, PolicyDocument, Standard, StandardValue
from governance.policies.outcomes import LETTERS
from governance.policies.schema import StandardEntry

GRID = {"min": 300, "max": 500, "of": "households_resident", "smallest": "residential_grids"}
"""Any inputs will do; what they are called does not matter to a comparison."""
PAY = {"input": "population_resident", "factor": 2}
RISES = {"last": "population_resident"}
SHARES = {"other": "population_resident", "tolerance": 1}
SIZE = {
    "persons": "population_resident",
    "over_households": 5000,
    "over_persons": 15000,
    "small_households": 1000,
}
EACH = {"of": {"population_resident": 13, "population_registered": 12}}

TABLE = [
    # D04: the smallest and the largest grid, and whether so many households can be cut at all.
    ("feasible_between", GRID, 500, {"households_resident": 800, "residential_grids": 300}, "M", 0),
    ("feasible_between", GRID, 501, {"households_resident": 800, "residential_grids": 299}, "N", 1),
    ("feasible_between", GRID, 501, {"households_resident": 801, "residential_grids": 300}, "N", 1),
    ("feasible_between", GRID, 400, {"households_resident": 699, "residential_grids": 299}, "N", 1),
    ("feasible_between", GRID, 299, {"households_resident": 299, "residential_grids": 299}, "F", 1),
    ("feasible_between", GRID, 300, {"households_resident": 300, "residential_grids": 300}, "M", 0),
    ("feasible_between", GRID, 500, {"households_resident": 500, "residential_grids": 500}, "M", 0),
    ("feasible_between", GRID, 501, {"households_resident": 501, "residential_grids": 501}, "F", 1),
    ("feasible_between", GRID, 300, {"households_resident": 599, "residential_grids": 299}, "F", 1),
    ("feasible_between", GRID, 300, {"households_resident": 600, "residential_grids": 300}, "M", 0),
    ("feasible_between", GRID, 300, {"households_resident": 0, "residential_grids": 300}, "A", None),
    ("feasible_between", GRID, 300, {"households_resident": None, "residential_grids": 300}, "D", None),
    ("feasible_between", GRID, None, {"households_resident": 600, "residential_grids": None}, "D", None),
    # D27: equal passes; a missing reference is no data.
    ("at_least_input", PAY, 200, {"population_resident": 100}, "M", 0),
    ("at_least_input", PAY, 199, {"population_resident": 100}, "N", 1),
    ("at_least_input", {**PAY, "factor": "1.5"}, 150, {"population_resident": 101}, "N", 2),
    ("at_least_input", PAY, 199, {"population_resident": None}, "D", None),
    ("at_least_input", PAY, 199, {"population_resident": 0}, "A", None),
    # D30: equal passes; nothing to compare with does not apply.
    ("at_most_input", {**PAY, "factor": 1}, 100, {"population_resident": 100}, "M", 0),
    ("at_most_input", {**PAY, "factor": 1}, 101, {"population_resident": 100}, "N", 1),
    ("at_most_input", {**PAY, "factor": 1}, 1, {"population_resident": 0}, "A", None),
    # More than last time; the same is not more, and without a last time nothing can be said.
    ("rises", RISES, 101, {"population_resident": 100}, "M", 0),
    ("rises", RISES, 100, {"population_resident": 100}, "N", 0),
    ("rises", RISES, 99, {"population_resident": 100}, "N", 1),
    ("rises", RISES, 1, {"population_resident": 0}, "M", 0),
    ("rises", RISES, 1, {"population_resident": None}, "D", None),
    # D39: less than last time; nothing cannot become less.
    ("falls", RISES, 99, {"population_resident": 100}, "M", 0),
    ("falls", RISES, 100, {"population_resident": 100}, "N", 0),
    ("falls", RISES, 103, {"population_resident": 100}, "N", 3),
    ("falls", RISES, 0, {"population_resident": 0}, "A", None),
    ("falls", RISES, 1, {"population_resident": None}, "D", None),
    # D29: one smallest unit apart is equal; nothing paid is nothing to share.
    ("equal_shares", SHARES, 100, {"population_resident": 100}, "M", 0),
    ("equal_shares", SHARES, 101, {"population_resident": 100}, "M", 0),
    ("equal_shares", SHARES, 99, {"population_resident": 100}, "M", 0),
    ("equal_shares", SHARES, 102, {"population_resident": 100}, "N", 2),
    ("equal_shares", SHARES, 98, {"population_resident": 100}, "N", 2),
    ("equal_shares", SHARES, 0, {"population_resident": 0}, "A", None),
    ("equal_shares", SHARES, 5, {"population_resident": None}, "D", None),
    # D09: a bound itself is normal; persons that no lower bound names decide upwards only.
    ("size_class", SIZE, 1000, {"population_resident": 0}, "M", 0),
    ("size_class", SIZE, 999, {"population_resident": 15000}, "W", 1),
    ("size_class", {**SIZE, "small_persons": 5000}, 1000, {"population_resident": 4999}, "W", 0),
    ("size_class", SIZE, 5000, {"population_resident": 15001}, "W", 0),
    ("size_class", SIZE, 5002, {"population_resident": 15000}, "W", 2),
    ("size_class", SIZE, 3000, {"population_resident": None}, "D", None),
    # D28: each source against its own amount.
    ("each_at_least", EACH, 25, {"population_resident": 13, "population_registered": 12}, "M", 0),
    ("each_at_least", EACH, 30, {"population_resident": 18, "population_registered": 11}, "N", 1),
    ("each_at_least", EACH, 12, {"population_resident": 0, "population_registered": 12}, "N", 13),
    ("each_at_least", EACH, 12, {"population_resident": None, "population_registered": 12}, "D", None),
]


def _rule(kind: str, parameters: dict[str, Any], *, when: Conditions | None = None) -> Rule:
    document = PolicyDocument(key="d", code="XX", status="in_force")
    standard = Standard(measure=Measure(code="XX-01", title="试验", document=document), binding="mandatory")
    unit = "household" if kind == "feasible_between" else "person"
    measured = Indicator("tried", "试验指标", unit, "试验", "tried", ())
    value = StandardValue(standard=standard, effective_from=date(2020, 1, 1), parameters=parameters)
    comparison = comparison_for(kind, parameters)
    return Rule(standard, value, comparison, measured, when or Conditions(), "", date(2026, 6, 15))


def _letter(rule: Rule, row: dict[str, Any]) -> str:
    columns = ", ".join(
        f"CAST({'NULL' if value is None else value} AS bigint) AS {name}"
        for name, value in ({"is_founding": 0} | row).items()
        if name != "area_type"
    )
    area = f"CAST('{row.get('area_type', 'urban')}' AS varchar(5)) AS area_type"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {letter_sql(rule, span_of(''))} FROM (SELECT {columns}, {area}) i")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_letters_and_explanations_at_the_limits():
    wrong = []
    for kind, parameters, figure, inputs, letter, gap in TABLE:
        rule = _rule(kind, parameters)
        row = {"tried": figure, **inputs}
        found = _letter(rule, row)
        trace = explain(rule=rule, outcome=LETTERS[found], numerator=figure, denominator=1, row=row)
        if found != letter:
            wrong.append(f"{kind} {row}: {found}, not {letter}")
        if gap is not None and str(trace.gap) not in (str(gap), f"{gap}.00"):
            wrong.append(f"{kind} {row}: gap {trace.gap}, not {gap}")
        if letter in "MN" and rule.comparison.judge(rule.unit.value(figure), row) is not (letter == "M"):
            wrong.append(f"{kind} {row}: judged otherwise for a higher division")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_where_the_text_says_nothing_a_failure_only_warns():
    rule = _rule("at_least", {"value": 10}, when=Conditions(only_warns=("town",)))
    letters = {area: _letter(rule, {"tried": 9, "area_type": area}) for area in ("urban", "town", "rural")}
    assert letters == {"urban": "N", "town": "W", "rural": "N"}
    assert _letter(rule, {"tried": 10, "area_type": "town"}) == "M"


def test_sources_of_several_communities_need_the_amount_as_often():
    comparison = comparison_for("each_at_least", EACH)
    row = {"population_resident": 26, "population_registered": 23, "count": 2}
    assert (comparison.required(row), comparison.gap(comparison.required(row), row)) == (50, 1)
    assert not comparison.judge(comparison.required(row), row)


def test_amounts_meant_in_all_are_needed_once():
    comparison = comparison_for("each_at_least", {**EACH, "in_all": True})
    row = {"population_resident": 20, "population_registered": 5, "count": 2}
    assert comparison.required(row) == sum(EACH["of"].values())
    assert comparison.gap(comparison.required(row), row) == EACH["of"]["population_registered"] - 5


def test_the_part_furthest_outside_decides_what_is_told():
    comparison = comparison_for("feasible_between", GRID)
    for largest, smallest, above in ((510, 200, False), (700, 299, True), (400, 299, False)):
        assert comparison.is_above(largest, {"residential_grids": smallest}) is above


@pytest.mark.parametrize(
    ("compare", "value", "says"),
    [
        ("at_least_input", {"input": "households_resident"}, "measured in household, not person"),
        ("rises", {"last": "nothing"}, "unknown input nothing"),
        ("feasible_between", {**GRID, "min": 0}, "above zero"),
    ],
)
def test_a_pack_cannot_compare_what_is_not_alike(compare: str, value: dict[str, Any], says: str):
    entry = {
        "id": "XX-01",
        "indicator": "residents",
        "unit": "person",
        "compare": compare,
        "values": [{"from": date(2020, 1, 1), "clause": "一", **value}],
    }
    with pytest.raises(ValueError, match=says):
        StandardEntry.model_validate(entry)
