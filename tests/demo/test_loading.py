"""The invented ledger: complete, marked, encrypted, healthy in the main, and the same at every run."""

import json

import pytest
from django.db import connection

from cadres.models import CommunityWorker, TwoCommitteeMember
from communities.boundaries.checks import all_overlaps
from communities.boundaries.near import outlines_of
from communities.models import Community, CommunityBoundary, Compound, SocialOrganisation
from demo.cases import CASES, VERY_LARGE, VERY_SMALL
from demo.dates import FIRST_HALF, LATER
from demo.loading import REGISTRIES, load_registries
from demo.people import MARK
from facilities.models import Facility
from governance.audit.models import Event, EventKind
from governance.divisions.models import Division
from governance.divisions.services import check_paths
from governance.people.identity import parse_id
from governance.people.models import Person
from governance.policies.models import Finding
from grids.models import Grid

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_streets_and_communities_are_the_real_ones(demo):
    assert Division.objects.filter(level=4).count() == 9
    assert Division.objects.communities().count() == 142
    assert demo.counts["社区"] == 142 - sum(case.unfilled for case in CASES.values())
    assert set(CASES) <= set(Division.objects.communities().values_list("code", flat=True))


def test_second_run_changes_nothing(demo):
    before = {model: model._base_manager.count() for model in (*REGISTRIES.values(), Person, Event, Finding)}
    assert load_registries() == {}
    assert {model: model._base_manager.count() for model in before} == before


def test_boundaries_are_invented_and_fit_together(demo):
    rows = CommunityBoundary.objects.current().select_related("division")
    assert rows.count() == demo.counts["社区"] < 142, "some communities have none, as in life"
    assert all(row.basis.startswith(MARK) and row.area_m2 > 10_000 for row in rows)
    assert all_overlaps(outlines_of(rows)) == []


def test_sizes_are_those_of_the_district_plan(demo):
    filled = Community.objects.exclude(area_type="")
    assert filled.filter(households_resident__gt=5000).count() == len(VERY_LARGE) == 7
    assert filled.filter(households_resident__lt=1000).count() == len(VERY_SMALL) == 8


def test_every_invented_name_is_marked(demo):
    for model in (Person, Grid, Facility, Compound, SocialOrganisation):
        assert not model._base_manager.exclude(name__startswith=MARK).exists(), model
    assert not Grid.objects.exclude(head="").exclude(head__startswith=MARK).exists()
    for side in ("east", "south", "west", "north"):
        column = f"boundary_{side}"
        assert (
            not Community.objects.exclude(**{column: ""}).exclude(**{f"{column}__startswith": MARK}).exists()
        )


def test_persons_are_valid_and_nobody(demo):
    numbers = [person.id_number for person in Person.objects.all()]
    assert len(set(numbers)) == len(numbers)
    for person in Person.objects.all():
        identity = parse_id(person.id_number)
        assert identity.number.startswith("10")
        assert (identity.birth_date.isoformat(), identity.sex) == (person.birth_date, person.sex)
        assert person.phone.startswith("1380000") and len(person.phone) == 11


def test_no_personal_data_stand_open_in_the_database(demo):
    person = Person.objects.first()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id_number, birth_date, phone FROM {Person._meta.db_table}")
        stored = " ".join(cell for row in cursor.fetchall() for cell in row)
    events = json.dumps(list(Event.objects.values_list("before", "after", "detail")), ensure_ascii=False)
    for secret in (person.id_number, person.birth_date, person.phone):
        assert secret not in stored
        assert secret not in events


def test_loading_is_logged_with_counts(demo):
    details = Event.objects.filter(kind=EventKind.IMPORT, reason__contains=MARK).values_list(
        "detail", flat=True
    )
    assert {detail["registry"]: detail["new"] for detail in details} == demo.counts


def test_rows_are_dated_and_placed_rightly(demo):
    assert check_paths() == []
    assert Facility.objects.exclude(ended_on=None).exists()
    assert Grid.objects.exclude(ended_on=None).exists()
    assert TwoCommitteeMember.objects.exclude(ended_on=None).exists()
    assert CommunityWorker.objects.exclude(ended_on=None).exists()
    west, east, south, north = 108.86, 108.945, 34.245, 34.296
    for ring in (grid.boundary["coordinates"][0] for grid in Grid.objects.exclude(boundary=None)):
        assert len(ring) == 5 and ring[0] == ring[-1]
        assert all(west <= x <= east and south <= y <= north for x, y in ring)


def test_most_results_are_met_and_some_are_not(demo):
    counts = demo.district.counts
    judged = counts["met"] + counts["not_met"] + counts["warning"] + counts["data_error"]
    assert 0.70 <= counts["met"] / judged <= 0.86
    assert counts["data_error"] >= 3 and counts["no_data"] > 100


def test_workers_are_short_in_some_streets(demo):
    traces = {trace.as_json()["measure"]: trace.as_json() for trace in demo.district.traces}
    assert traces["LH-CAD-09"]["outcome"] == "not_met"
    assert 17 < traces["LH-CAD-09"]["value"] < 18


def test_findings_were_opened_and_some_resolved(demo):
    assert Finding.objects.filter(opened_on=FIRST_HALF, resolved_on=None).exists()
    assert Finding.objects.filter(opened_on=FIRST_HALF, resolved_on=LATER).count() >= 5
    assert Finding.objects.filter(opened_on=LATER).exists()
