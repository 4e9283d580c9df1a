"""What the demonstration's users did: each kind is there, and a second load changes nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from communities.adjustments import figures, plan
from communities.models import Adjustment, SocialOrganisation
from demo.accounts import load_accounts
from demo.activity import CLERK, LEAD, STAFF, WITHOUT_ORGANISATIONS, load_activity
from demo.dates import LATER
from demo.follow_up import DUE_IN
from demo.loading import REGISTRIES
from demo.people import MARK
from demo.procedures import STORIES
from demo.workbooks import make_workbooks
from facilities.models import Facility
from governance.accounts.models import SavedFilter, User
from governance.audit.models import Event, EventKind
from governance.exchange.models import BatchStatus, ImportBatch
from governance.exchange.services import prepare
from governance.exchange.sheets import by_slug
from governance.exchange.undoing import standing
from governance.implementation.models import Entry, Undertaking
from governance.people.models import Person
from governance.policies.filters import with_due
from governance.policies.models import Finding, FindingNote
from governance.records import drafts
from governance.records.attachments import read
from governance.records.models import Attachment, Draft, EmptyConfirmation
from governance.reports.models import DataConfirmation
from governance.rounds.models import Reminder, Round, RoundStreet
from governance.workflows.models import Case, CaseState, CaseStep, StepState
from tests.demo.test_cases import CHANGED_LATER, EXPECTED

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

KINDS = (
    *(Attachment, DataConfirmation, Draft, EmptyConfirmation, Event, Finding, FindingNote, ImportBatch),
    *(Round, RoundStreet, Reminder, Case, CaseStep),
)


@pytest.fixture(scope="module")
def counts(demo, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, int]]:
    """Loaded once for the module and rolled back afterwards."""
    folder = tmp_path_factory.mktemp("activity")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder), transaction.atomic():
        load_accounts()
        yield load_activity()
        transaction.set_rollback(True)


def _entered(username: str, street: str) -> Any:
    return Event.objects.filter(username=username, path__startswith=street, detail__origin="form")


def test_records_were_changed_in_two_streets(counts):
    assert counts["修改"] >= 20
    of_clerk, of_county = _entered(CLERK, "610104001"), _entered(STAFF, "610104005")
    assert of_clerk.count() >= 15 and of_county.count() >= 7
    kinds = set(of_clerk.values_list("kind", flat=True))
    assert kinds >= {EventKind.CREATE, EventKind.CHANGE, EventKind.END, EventKind.VOID}
    moved = of_clerk.filter(object_type="cadres.communityworker", kind=EventKind.END).get()
    assert moved.detail["moved_to"] == "610104001009"
    given = (of_clerk | of_county).exclude(reason="").values_list("reason", flat=True)
    assert all(MARK in reason for reason in given)


def test_every_person_is_still_marked(counts):
    assert not Person.objects.exclude(name__startswith=MARK).exists()


def test_one_import_was_applied_and_one_has_errors(counts):
    good, bad = ImportBatch.objects.filter(user__username=CLERK).order_by("pk")
    assert good.status == BatchStatus.APPLIED and standing(good).is_possible
    assert SocialOrganisation.objects.filter(name=f"{MARK}青年读书会").exists()
    assert bad.status == BatchStatus.PREVIEWED and not bad.may_apply
    assert bad.count("errors") >= 2


def test_findings_are_followed_up(counts):
    today = timezone.localdate()
    assigned = Finding.objects.exclude(due_on=None)
    assert assigned.count() == counts["整改"] == len(DUE_IN) == 12
    assert with_due(assigned, "overdue", today).count() == 2
    assert with_due(assigned, "soon", today).count() == 3
    assert all(finding.is_assigned for finding in assigned)
    assert FindingNote.objects.filter(text__startswith=MARK).count() == 12


def test_progress_is_accepted_returned_and_waiting(counts):
    states = sorted(Undertaking.objects.exclude(state="").values_list("state", flat=True))
    assert states == ["accepted", "accepted", "returned", "waiting"]
    assert Undertaking.objects.exclude(level="").count() == 1
    assert counts["落实"] == Entry.objects.count() == 8
    assert not Entry.objects.exclude(text="").exclude(text__startswith=MARK).exists()


def test_words_given(counts):
    empty = EmptyConfirmation.objects.valid().get()
    assert (empty.division.code, empty.sheet) == (WITHOUT_ORGANISATIONS, "organisations")
    word = DataConfirmation.objects.get(withdrawn_at=None)
    assert (word.division.code, word.confirmed_by.username) == ("610104001", LEAD)


def test_a_round_is_under_way(counts):
    made = Round.objects.get()
    assert made.is_open and MARK in made.note and counts["填报任务"] == 1
    states = dict(RoundStreet.objects.values_list("division__code", "state"))
    assert len(states) == 9
    assert (states["610104001"], states["610104002"], states["610104003"]) == (
        "returned",
        "confirmed",
        "open",
    )
    assert Reminder.objects.get().street.division.code == "610104003"


def test_draft_filter_and_attachment(counts):
    clerk = User.objects.get(username=CLERK)
    assert MARK in drafts.read(Draft.objects.get(user=clerk))["name"]
    assert SavedFilter.objects.filter(user=clerk).count() == 1
    file = Attachment.objects.get(object_type="facilities.facility")
    assert file.name.startswith(MARK) and Facility.objects.filter(pk=file.object_id).exists()
    assert read(user=clerk, sheet=by_slug("facilities"), file=file).startswith(b"%PDF-")


def test_boundary_cases_stand_as_they_were(demo, counts):
    touched = set(Event.objects.filter(detail__origin="form").values_list("path", flat=True))
    for code in touched & EXPECTED.keys():
        outcomes = demo.outcomes(code)
        assert {measure: outcomes[measure] for measure in EXPECTED[code]} == EXPECTED[code], code
    for code in touched & CHANGED_LATER.keys():
        outcomes = demo.outcomes(code, LATER)
        assert {measure: outcomes[measure] for measure in CHANGED_LATER[code]} == CHANGED_LATER[code], code


def test_workbook_to_try_fits_the_changed_ledger(counts):
    path = make_workbooks()[0]
    preview = prepare(path.read_bytes(), User.objects.get(username=CLERK)).preview
    assert preview["errors"] == [] and preview["conflicts"] == []
    assert (preview["new"], preview["changed"]) == (6, 4)


def test_second_load_changes_nothing(counts):
    models = (*KINDS, *REGISTRIES.values(), Person, SavedFilter)
    before = {model: model._base_manager.count() for model in models}
    assert load_activity() == {}
    assert {model: model._base_manager.count() for model in models} == before


def test_cases_stand_in_every_state(counts):
    cases = Case.objects.all()
    assert counts["办理事项"] == len(STORIES) + 1 == cases.count()
    assert set(cases.values_list("state", flat=True)) == set(CaseState)
    founded = cases.filter(slug="lh-establishment").exclude(result=None)
    assert {each.result.community.establishment for each in founded} == {"building"}
    elections = CaseStep.objects.filter(case__in=founded, key="election", state=StepState.ACTIVE)
    assert sorted(each.is_late(timezone.localdate()) for each in elections) == [False, True]
    assert CaseStep.objects.filter(state=StepState.RETURNED).exists()
    split = cases.get(slug="lh-adjustment")
    assert split.steps.get(key="review").state == StepState.ACTIVE
    found = plan.read(Adjustment.objects.get(state="draft"))
    assert all(line.is_kept for line in figures.lines(found)) and not found.unassigned
