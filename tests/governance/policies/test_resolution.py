"""Which rule holds where and when (D01)."""

from datetime import date

import pytest

from governance.divisions.registry import make_communities
from governance.policies.evaluation.community import community_results
from governance.policies.evaluation.resolve import rules_for
from governance.policies.models import PolicyDocument, Standard, StandardValue
from tests.factories import Tree, make_division
from tests.registry import fill_community

ON = date(2026, 6, 15)


def _move_volunteers_to_lianhu(value: int, binding: str = "strive") -> Standard:
    """Give Lianhu a volunteer rate of its own, on the measure of one of its other standards."""
    standard = Standard.objects.get(measure__code="LH-SOC-02")
    standard.indicator, standard.comparison, standard.binding = "volunteer_rate", "at_least", binding
    standard.save()
    StandardValue.objects.filter(standard=standard).update(parameters={"value": value})
    return standard


def _codes(path: str) -> set[str]:
    return {rule.code for rule in rules_for(path=path, on=ON) if rule.indicator.code == "volunteer_rate"}


def test_a_community_inherits_the_rules_of_its_province(measured_tree: Tree):
    fill_community(measured_tree.community, population_resident=1000, registered_volunteers=130)
    codes = {trace.code for trace in community_results(division=measured_tree.community, on=ON)}
    assert {"SX-VOL-02", "LH-SIZE-01"} <= codes


def test_a_county_outside_lianhu_has_the_provincial_rules_only(measured_tree: Tree):
    fill_community(measured_tree.foreign_community, households_resident=1)
    codes = {trace.code for trace in community_results(division=measured_tree.foreign_community, on=ON)}
    assert codes and all(code.startswith("SX-") for code in codes)


def test_a_province_without_documents_has_no_rules(measured_tree: Tree):
    stranger = make_division("370103001001", "另一省社区")
    make_communities()
    assert community_results(division=stranger, on=ON) == []


def test_the_more_specific_rule_replaces_the_wider_one(measured_tree: Tree):
    _move_volunteers_to_lianhu(15)
    assert _codes(measured_tree.county.path) == {"LH-SOC-02"}
    assert _codes(measured_tree.foreign_county.path) == {"SX-VOL-02"}


def test_seen_from_the_province_each_community_has_its_own_rule(measured_tree: Tree):
    _move_volunteers_to_lianhu(15)
    assert _codes(measured_tree.province.path) == {"SX-VOL-02", "LH-SOC-02"}
    from governance.policies.evaluation.upper import division_result

    counts = {t.code: t.counts for t in division_result(division=measured_tree.province, on=ON).traces}
    assert sum(counts["SX-VOL-02"].values()) == 1
    assert sum(counts["LH-SOC-02"].values()) == 4


@pytest.mark.parametrize(("value", "binding"), [(12, "strive"), (15, "explore")])
def test_an_easier_or_weaker_rule_stands_beside_the_wider_one(measured_tree: Tree, value: int, binding: str):
    _move_volunteers_to_lianhu(value, binding)
    assert _codes(measured_tree.county.path) == {"SX-VOL-02", "LH-SOC-02"}


def test_a_draft_never_replaces_and_makes_no_colour(measured_tree: Tree):
    _move_volunteers_to_lianhu(15)
    PolicyDocument.objects.filter(code="LH").update(status="draft")
    assert _codes(measured_tree.county.path) == {"SX-VOL-02", "LH-SOC-02"}
    fill_community(measured_tree.community, population_resident=1000, registered_volunteers=0)
    traces = {t.code: t for t in community_results(division=measured_tree.community, on=ON)}
    assert traces["LH-SOC-02"].outcome == "not_met"
    assert traces["LH-SOC-02"].severity is None


def test_the_next_value_ends_the_one_before_and_null_repeals(measured_tree: Tree):
    standard = Standard.objects.get(measure__code="LH-FAC-02")
    for day, parameters in ((date(2026, 6, 1), {"value": 1200}), (date(2026, 7, 1), None)):
        StandardValue.objects.create(
            standard=standard, effective_from=day, parameters=parameters, clause="(七)"
        )

    def required(on: date) -> object:
        found = [
            t for t in community_results(division=measured_tree.community, on=on) if t.code == "LH-FAC-02"
        ]
        return found[0].as_json()["required"] if found else None

    assert required(date(2026, 5, 31)) == 1000
    assert required(date(2026, 6, 1)) == 1200
    assert required(date(2026, 7, 1)) is None


def test_a_community_that_did_not_exist_that_day_has_no_results(measured_tree: Tree):
    measured_tree.community.opened_on = date(2026, 6, 16)
    measured_tree.community.save()
    assert community_results(division=measured_tree.community, on=ON) == []
