"""Findings open, change and close with the data, and only for rules that bind."""

from datetime import date

from governance.policies.evaluation.store import live_run
from governance.policies.findings import refresh
from governance.policies.models import Finding, PolicyDocument, Scorecard
from tests.factories import Tree
from tests.registry import add_facilities, fill_community

FIRST, NEXT = date(2026, 6, 15), date(2026, 6, 16)


def _open(code: str):
    return Finding.objects.filter(standard__measure__code=code, resolved_on=None).first()


def test_a_finding_opens_once_and_closes_when_mended(measured_tree: Tree):
    community = fill_community(measured_tree.community, households_resident=999)
    refresh(path=measured_tree.county.path, on=FIRST)
    refresh(path=measured_tree.county.path, on=FIRST)
    finding = _open("LH-SIZE-01")
    assert (finding.outcome, finding.severity, finding.opened_on) == ("not_met", "amber", FIRST)
    assert Finding.objects.filter(standard=finding.standard).count() == 1
    community.households_resident = 1000
    community.save()
    refresh(path=measured_tree.community.path, on=NEXT)
    finding.refresh_from_db()
    assert finding.resolved_on == NEXT


def test_only_mandatory_failures_are_red(measured_tree: Tree):
    fill_community(measured_tree.community, households_resident=1000)
    add_facilities(measured_tree.community, [{"building_area_c": 1}])
    refresh(path="", on=FIRST)
    assert _open("LH-FAC-01").severity == "red"
    assert _open("LH-SIZE-01") is None


def test_a_finding_follows_a_change_of_outcome(measured_tree: Tree):
    fill_community(measured_tree.community, area_type="urban", households_resident=100)
    add_facilities(measured_tree.community, [{"building_area_c": 100, "activity_area_c": 10}])
    refresh(path="", on=FIRST)
    assert _open("LH-FAC-05").outcome == "not_met"
    from facilities.models import Facility

    Facility.objects.update(activity_area_c=101)
    refresh(path=measured_tree.community.path, on=FIRST)
    assert _open("LH-FAC-05").outcome == "data_error"


def test_missing_data_and_drafts_make_no_findings(measured_tree: Tree):
    PolicyDocument.objects.filter(code="LH").update(status="draft")
    fill_community(measured_tree.community, households_resident=1)
    refresh(path="", on=FIRST)
    assert not Finding.objects.exists()


def test_refreshing_a_part_leaves_the_rest_alone(measured_tree: Tree):
    for code in ("610104001001", "610104002001"):
        fill_community(measured_tree[code], households_resident=1)
    refresh(path="", on=FIRST)
    Finding.objects.all().delete()
    refresh(path=measured_tree.street.path, on=FIRST)
    paths = set(Finding.objects.values_list("path", flat=True))
    assert paths == {measured_tree.community.path}


def test_a_new_day_measures_everything_again(measured_tree: Tree):
    refresh(path="", on=FIRST)
    refresh(path=measured_tree.community.path, on=NEXT)
    run = live_run()
    assert run.on == NEXT
    assert Scorecard.objects.filter(run=run).count() == 5
