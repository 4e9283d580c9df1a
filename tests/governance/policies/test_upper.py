"""Values and counts of higher divisions, live and stored alike."""

import json
from datetime import date

import pytest
from django.core.management import call_command

from cadres.models import CommunityWorker, TwoCommitteeMember
from governance.people.models import Person
from governance.policies.evaluation.relation import live_relation, stored_relation
from governance.policies.evaluation.resolve import rules_for
from governance.policies.evaluation.store import rules_of, store_frozen
from governance.policies.evaluation.upper import division_result, upper_results
from governance.policies.models import Standard
from tests.factories import Tree
from tests.registry import BEGAN, add_facilities, add_organisations, add_workers, fill_community

ON = date(2026, 6, 15)


def _trace(division, code):
    return next(t for t in division_result(division=division, on=ON).traces if t.code == code).as_json()


def test_a_rate_is_the_sum_over_the_sum_not_the_mean_of_rates(measured_tree: Tree):
    fill_community(measured_tree.community, population_resident=10000, registered_volunteers=1000)
    fill_community(measured_tree["610104001002"], population_resident=1000, registered_volunteers=500)
    result = _trace(measured_tree.street, "SX-VOL-02")
    assert (result["value"], result["outcome"]) == (13.64, "met")
    assert result["counts"] == {"met": 1, "not_met": 1}


def test_a_community_without_both_figures_stays_out_of_the_rate_but_is_counted(measured_tree: Tree):
    fill_community(measured_tree.community, population_resident=10000, registered_volunteers=1300)
    fill_community(measured_tree["610104001002"], population_resident=90000)
    result = _trace(measured_tree.street, "SX-VOL-02")
    assert (result["value"], result["outcome"]) == (13, "met")
    assert result["counts"] == {"met": 1, "no_data": 1}


def test_coverage_keeps_missing_data_in_the_denominator(measured_tree: Tree):
    fill_community(measured_tree.community, has_env_property_committee=True)
    result = _trace(measured_tree.county, "SX-PROP-03")
    assert (result["value"], result["required"], result["outcome"]) == (25, 100, "not_met")


@pytest.mark.parametrize(("share", "outcome"), [(50, "met"), (51, "not_met")])
def test_coverage_may_ask_for_less_than_all(measured_tree: Tree, share: int, outcome: str):
    standard = Standard.objects.get(measure__code="SX-PROP-03")
    standard.upper = {"kind": "coverage", "value": share}
    standard.save()
    for code, has in (("610104001001", True), ("610104001002", True), ("610104002001", False)):
        fill_community(measured_tree[code], has_env_property_committee=has)
    result = _trace(measured_tree.county, "SX-PROP-03")
    assert (result["value"], result["required"], result["outcome"]) == (50, share, outcome)
    needs = "还有 1 个社区未达标，1 个社区缺数据，再有 1 个达标即达到 51%。"
    assert result["remedy"] == ("" if outcome == "met" else needs)


def test_workers_per_10000_counts_each_person_once_and_only_above(measured_tree: Tree):
    fill_community(measured_tree.community, population_urban_resident=10001)
    people = [Person.objects.create(name=f"演示{k}") for k in range(18)]
    add_workers(measured_tree.community, 16, people=people)
    for k, person in enumerate(people):
        TwoCommitteeMember.objects.create(
            division=measured_tree.community,
            person=person,
            committee_post="member",
            is_fulltime=k >= 10,
            counts_toward_quota=True,
            started_on=BEGAN,
        )
    result = _trace(measured_tree.county, "LH-CAD-09")
    assert result["inputs"]["workers"] == 18
    assert (result["value"], result["outcome"]) == (17.998, "not_met")
    assert result["remedy"] == "还需配备社区工作者 1 名。"
    CommunityWorker.objects.create(
        division=measured_tree.community, person=Person.objects.create(name="演示第十九人"), started_on=BEGAN
    )
    assert _trace(measured_tree.street, "LH-CAD-09")["outcome"] == "met"


def test_who_works_in_two_communities_of_a_county_counts_once(measured_tree: Tree):
    first, second = measured_tree.community, measured_tree["610104001002"]
    person, fulltime = (Person.objects.create(name=name) for name in ("演示甲", "演示乙"))
    for division in (first, second):
        fill_community(division, population_urban_resident=5000)
        add_workers(division, 2, people=[person])
        TwoCommitteeMember.objects.create(
            division=division,
            person=fulltime,
            committee_post="member",
            is_fulltime=True,
            counts_toward_quota=True,
            started_on=BEGAN,
        )
    TwoCommitteeMember.objects.create(
        division=second,
        person=person,
        committee_post="member",
        is_fulltime=True,
        counts_toward_quota=True,
        started_on=BEGAN,
    )
    for division in (measured_tree.street, measured_tree.county):
        result = _trace(division, "LH-CAD-09")
        assert (result["inputs"]["workers"], result["value"], result["gap"]) == (4, 4, 14)


def test_the_inputs_shown_are_those_the_rate_was_made_of(measured_tree: Tree):
    fill_community(measured_tree.community, population_urban_resident=5000)
    add_workers(measured_tree.community, 9)
    fill_community(measured_tree["610104001002"], population_urban_resident=70000)
    result = _trace(measured_tree.county, "LH-CAD-09")
    assert (result["value"], result["outcome"]) == (18, "met")
    assert result["inputs"] == {"workers": 9, "population_urban_resident": 5000}


def test_a_provincial_quota_is_judged_at_the_province_and_contributed_below(measured_tree: Tree):
    fill_community(measured_tree.community)
    add_facilities(
        measured_tree.community,
        [
            {"kind": "station", "started_on": date(2026, 1, 1)},
            {"kind": "station", "started_on": date(2025, 12, 31)},
            {"kind": "station", "started_on": date(2026, 6, 16)},
        ],
    )
    assert _trace(measured_tree.county, "SX-FAC-01")["outcome"] == "information"
    result = _trace(measured_tree.province, "SX-FAC-01")
    assert (result["value"], result["required"], result["outcome"]) == (1, 100, "warning")


def test_the_shortfall_counts_communities_below_the_standard(measured_tree: Tree):
    for code, area in (("610104001001", 29999), ("610104001002", 30000)):
        fill_community(measured_tree[code], households_resident=1000)
        add_facilities(measured_tree[code], [{"building_area_c": area}])
    result = _trace(measured_tree.county, "LH-FAC-11")
    assert (result["value"], result["outcome"]) == (1, "not_met")


def test_an_area_without_data_gives_no_data_and_no_values(measured_tree: Tree):
    result = division_result(division=measured_tree.county, on=ON)
    assert result.communities == 4
    own = [trace for trace in result.traces if trace.outcome is not None]
    assert own and {trace.outcome for trace in own} == {"no_data"}
    assert all(trace.value is None for trace in own)


@pytest.fixture
def some_data(measured_tree: Tree) -> Tree:
    fill_community(
        measured_tree.community,
        households_resident=1200,
        population_resident=5200,
        registered_volunteers=700,
        founded_on=date(2025, 1, 1),
        is_new_build=None,
    )
    add_facilities(measured_tree.community, [{"building_area_c": 36000, "activity_area_c": 21600}])
    add_organisations(measured_tree.community, 10)
    fill_community(measured_tree["610104002001"], area_type="rural", households_resident=900)
    return measured_tree


def test_a_stored_run_reads_back_what_was_evaluated_live(some_data: Tree):
    path = some_data.county.path
    live = live_relation(path=path, on=ON, rules=rules_for(path=path, on=ON))
    run = store_frozen(on=ON)
    stored = stored_relation(run=run, path=path, rules=rules_of(run))
    for level in (3, 4, 5):
        then = [result.as_json() for result in upper_results(relation=stored, level=level)]
        now = [result.as_json() for result in upper_results(relation=live, level=level)]
        assert then == now


def test_the_command_prints_one_object_for_any_level(some_data: Tree, capsys):
    for code, key in (("610104001001", "results"), ("610104", "counts"), ("0", "communities")):
        call_command("check_standards", code, "--on", "2026-06-15", "--json")
        assert key in json.loads(capsys.readouterr().out)


def test_an_unknown_code_is_refused_as_json(measured_tree: Tree, capsys):
    with pytest.raises(SystemExit) as left:
        call_command("check_standards", "999999", "--json")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "unknown_division"
