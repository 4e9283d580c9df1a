"""Local values in evaluation: when they begin, what they replace, what stands beside what, what stays."""

from datetime import date, timedelta

import pytest

from governance.divisions.registry import make_communities
from governance.policies.evaluation.community import community_results
from governance.policies.evaluation.resolve import replacement, rules_for
from governance.policies.evaluation.store import live_run, rules_of, store_frozen
from governance.policies.evaluation.upper import division_result
from governance.policies.findings import refresh
from governance.policies.inheritance import APPLIES, BESIDE, REPLACED, chain, family_of
from governance.policies.loader import load_policies
from governance.policies.models import Finding, LocalValue, Measure, Scorecard, Standard, StandardValue
from governance.policies.models.standards import ImmutableValue
from governance.policies.progress import frozen_results
from governance.policies.views.common import current_run, stored_results
from tests.factories import Tree, make_division
from tests.governance.policies.local import put_in_force
from tests.registry import fill_community

DAY = date(2026, 6, 15)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
STRICTER, EASIER = {"min": 1000, "max": 4000}, {"min": 800, "max": 6000}
SIZE, STREET_SIZE = "LH-SIZE-01", "LH-SIZE-01@610104001"


@pytest.fixture
def place(measured_tree: Tree) -> Tree:
    """Two communities of two streets, each of 4500 households: too many for STRICTER alone."""
    for code in ("610104001001", "610104002001"):
        fill_community(measured_tree[code], households_resident=4500)
    return measured_tree


def _sizes(division, on: date) -> dict[str, dict]:
    return {
        trace.code: trace.as_json()
        for trace in community_results(division=division, on=on)
        if trace.as_json()["measure"] == SIZE
    }


def test_a_value_holds_from_its_day_on_and_replaces_the_wider_one_in_its_place(place: Tree):
    put_in_force(SIZE, place.street, DAY, STRICTER)
    before, after = _sizes(place.community, BEFORE), _sizes(place.community, DAY)
    assert set(before) == set(after) == {SIZE}
    assert (before[SIZE]["outcome"], before[SIZE]["clause"]) == ("met", "(四)")
    assert (after[SIZE]["outcome"], after[SIZE]["clause"]) == ("not_met", "第三条")
    assert after[SIZE]["required"] == {"min": 1000, "max": 4000}
    assert after[SIZE]["local"]["division"] == "610104001"
    assert _sizes(place["610104002001"], DAY)[SIZE]["outcome"] == "met"


def test_a_street_and_the_whole_count_each_community_once(place: Tree):
    put_in_force(SIZE, place.street, DAY, STRICTER)
    for division, met, missed in ((place.street, 0, 1), (place.county, 1, 1), (place.province, 1, 1)):
        counts = [t.counts for t in division_result(division=division, on=DAY).traces if t.code == SIZE]
        assert [(each.get("met", 0), each.get("not_met", 0)) for each in counts] == [(met, missed)]


@pytest.mark.parametrize(("parameters", "binding"), [(EASIER, "in_principle"), (STRICTER, "encourage")])
def test_an_easier_or_weaker_value_stands_beside_and_the_wider_one_decides(place: Tree, parameters, binding):
    fill_community(place.community, households_resident=5500)
    put_in_force(SIZE, place.street, DAY, parameters, binding=binding)
    found = _sizes(place.community, DAY)
    assert list(found) == [SIZE, STREET_SIZE]
    assert found[SIZE]["outcome"] == "not_met"
    assert found[STREET_SIZE]["outcome"] == ("met" if parameters is EASIER else "not_met")
    assert found[STREET_SIZE]["measure"] == SIZE
    refresh(path="", on=DAY)
    finding = Finding.objects.get(division=place.community, standard__measure__code=SIZE)
    assert finding.outcome == "not_met"
    traces = {
        trace.code: trace for trace in stored_results(current_run(), [place.community])[place.community.pk]
    }
    assert traces[STREET_SIZE].severity is None
    assert traces[SIZE].severity == finding.severity


def test_a_narrower_value_replaces_the_one_above_it_and_reads_off_the_same_letter(place: Tree):
    put_in_force(SIZE, place.county, DAY, {"min": 1000, "max": 4800})
    put_in_force(SIZE, place.street, DAY, STRICTER)
    refresh(path="", on=DAY)
    run = current_run()
    assert [code for code in run.standards if code.startswith(SIZE)] == [SIZE]
    for division, most in ((place.community, 4000), (place["610104002001"], 4800)):
        trace = next(t for t in stored_results(run, [division])[division.pk] if t.code == SIZE)
        assert trace.as_json()["required"]["max"] == most
        assert trace.outcome == ("not_met" if most == 4000 else "met")


def test_the_next_value_ends_one_and_null_repeals(place: Tree):
    put_in_force(SIZE, place.county, BEFORE, STRICTER)
    put_in_force(SIZE, place.county, DAY, {"min": 1000, "max": 4600})
    put_in_force(SIZE, place.county, AFTER, None)
    most = [_sizes(place.community, on)[SIZE]["required"]["max"] for on in (BEFORE, DAY, AFTER)]
    assert most == [4000, 4600, 5000]


def test_a_tie_between_bands_is_a_parameter(place: Tree):
    """G01: 2000 households ask for 7 seats, unless the division reads it otherwise."""
    fill_community(place.community, households_resident=2000)
    pack = StandardValue.objects.get(standard__measure__code="LH-CAD-03")
    assert "2000" in pack.standard.reading

    def required(on: date) -> int:
        traces = community_results(division=place.community, on=on)
        return next(trace.as_json()["required"] for trace in traces if trace.code == "LH-CAD-03")

    bands = [{"max": 2000, "value": 5}, {"above": 2000, "max": 4000, "value": 7}, {"above": 4000, "value": 9}]
    put_in_force("LH-CAD-03", place.county, DAY, {**pack.parameters, "bands": bands})
    assert (required(BEFORE), required(DAY)) == (7, 5)


def test_findings_follow_the_value_and_there_is_one_of_a_standard(place: Tree):
    refresh(path="", on=BEFORE)
    assert not Finding.objects.filter(standard__measure__code=SIZE).exists()
    put_in_force(SIZE, place.street, DAY, STRICTER, binding="mandatory")
    put_in_force(SIZE, place.other_street, DAY, STRICTER)
    refresh(path="", on=DAY)
    found = Finding.objects.filter(standard__measure__code=SIZE, resolved_on=None)
    assert {each.path: each.severity for each in found} == {
        place.community.path: "red",
        place["610104002001"].path: "amber",
    }
    put_in_force(SIZE, place.street, AFTER, None)
    refresh(path="", on=AFTER)
    assert found.get().division == place["610104002001"]


def test_only_the_division_is_measured_again_and_the_others_keep_their_letters(place: Tree):
    refresh(path="", on=DAY)
    codes = live_run().standards
    kept = Scorecard.objects.get(division=place["610104002001"])
    put_in_force("SX-VOL-02", place.street, DAY, {"value": 5})
    refresh(path=place.street.path, on=DAY)
    run, again = live_run(), Scorecard.objects.get(division=place["610104002001"])
    beside = run.standards.index("SX-VOL-02@610104001")
    assert [code for code in run.standards if "@" not in code] == codes
    assert again.pk == kept.pk
    assert again.letters == kept.letters[:beside] + "-" + kept.letters[beside:]
    here = Scorecard.objects.get(division=place.community)
    assert len(here.letters) == len(run.standards) and here.letters[beside] != "-"
    LocalValue.objects.update(state="withdrawn")
    refresh(path=place.community.path, on=DAY)
    assert live_run().standards == codes
    assert Scorecard.objects.get(division=place["610104002001"]).letters == kept.letters


def test_a_frozen_run_means_the_same_after_a_value_begins_even_backdated(place: Tree):
    own = put_in_force(SIZE, place.street, BEFORE, EASIER)
    run = store_frozen(on=DAY)
    own.refresh_from_db()
    assert (run.local_values, own.used_on) == ([own.pk], DAY)
    before = {code: trace.as_json() for code, trace in frozen_results(run, place.community).items()}
    assert STREET_SIZE in before
    put_in_force(SIZE, place.street, DAY, STRICTER)
    put_in_force(SIZE, place.county, BEFORE, {"min": 1, "max": 2})
    Standard.objects.filter(measure__code=SIZE).update(binding="encourage")
    after = {code: trace.as_json() for code, trace in frozen_results(run, place.community).items()}
    assert [rule.code for rule in rules_of(run)] == run.standards
    assert {code: each["required"] for code, each in after.items()} == {
        code: each["required"] for code, each in before.items()
    }
    assert after[SIZE]["outcome"] == "met"


def test_what_was_decided_on_is_not_edited(place: Tree):
    value = put_in_force(SIZE, place.street, DAY, STRICTER)
    value.parameters = EASIER
    with pytest.raises(ImmutableValue, match="废止"):
        value.save()


def test_loading_policies_leaves_local_values_alone(place: Tree):
    value = put_in_force(SIZE, place.street, DAY, STRICTER)
    StandardValue.objects.filter(standard__measure__code=SIZE).update(note="x")
    assert load_policies().lines
    assert LocalValue.objects.filter(pk=value.pk).values("parameters", "state").get() == {
        "parameters": STRICTER,
        "state": "enacted",
    }


def test_a_draft_document_binds_where_it_was_adopted(place: Tree):
    """仁寿's draft asks for something; adopted with its own figures it judges there and only there."""
    measure = Measure.objects.filter(document__key="renshou-draft").first()
    standard = Standard.objects.create(
        measure=measure, indicator="households", comparison="between", binding="mandatory"
    )
    StandardValue.objects.create(
        standard=standard, effective_from=date(2018, 1, 1), parameters=STRICTER, clause=measure.clause.ref
    )
    make_division("511421001", "文林街道", place["511421"])
    community = make_division("511421001001", "演示社区")
    make_communities()
    fill_community(community, households_resident=4500)

    def told(on: date):
        traces = [
            trace for trace in community_results(division=community, on=on) if trace.code == measure.code
        ]
        return [(trace.outcome, trace.severity, trace.source_title) for trace in traces]

    put_in_force(measure.code, place["511421"], DAY, STRICTER, paper="仁寿县实施意见")
    assert told(BEFORE) == [("not_met", None, standard.measure.document.title)]
    assert told(DAY) == [("not_met", "red", "仁寿县实施意见")]
    refresh(path="", on=DAY)
    assert Finding.objects.filter(standard=standard, division=community).count() == 1


def test_a_value_of_one_standard_says_nothing_of_its_sisters(place: Tree):
    """LH-SIZE-03 measures households too; a street's own LH-SIZE-01 does not do away with it."""
    put_in_force(SIZE, place.street, DAY, STRICTER)
    rules = {rule.code: rule for rule in rules_for(path=place.street.path, on=DAY)}
    assert rules[SIZE].local is not None
    assert replacement(rules[SIZE], rules["LH-SIZE-03"]) is None


def test_the_chain_of_a_division_says_what_applies_and_why(place: Tree):
    put_in_force("SX-VOL-02", place.county, DAY, {"value": 15})
    put_in_force("SX-VOL-02", place.street, DAY, {"value": 14})
    family = family_of(rules_for(path="", on=DAY), "volunteer_rate")
    links = chain(family, "volunteer_rate", place.community.path)
    assert [(link.rule.place, link.state) for link in links] == [
        ("陕西省", REPLACED),
        ("莲湖区", APPLIES),
        ("青年路街道", BESIDE),
    ]
    assert "莲湖区" in links[0].reason and "要求较低" in links[2].reason
    elsewhere = chain(family, "volunteer_rate", place.foreign_community.path)
    assert [(link.rule.place, link.state) for link in elsewhere] == [("陕西省", APPLIES)]
