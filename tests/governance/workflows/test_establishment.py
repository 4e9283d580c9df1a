"""A community newly set up, from proposal to certificate (E1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from communities.models import Community
from governance.accounts.roles import Action, Role
from governance.divisions.clock import today
from governance.exchange.sheets import by_slug
from governance.records.history import changes_of, events_of
from governance.workflows import engine
from governance.workflows.models import CaseState, StepState
from tests.governance.workflows.makers import CREDIT_CODE, Office
from tests.governance.workflows.test_engine import states

pytestmark = pytest.mark.django_db


def test_a_converted_village_needs_its_assembly(office: Office):
    case = office.open()
    office.finish(case, "proposal", village=True)
    with pytest.raises(ValidationError, match="村转居的应由村民会议通过"):
        office.finish(case, "residents", meeting="residents")
    office.finish(case, "residents", meeting="assembly")


def test_the_approval_founds_a_community_under_establishment(office: Office):
    case = office.bring_to(office.open(), "approval")
    with pytest.raises(ValidationError, match="晚于今天"):
        office.finish(case, "approval", approved_on=today() + timedelta(days=1))
    before = Community.objects.count()
    case = office.press_with(case, "approval", approved_on=today())
    community = Community.objects.get(division=case.result)
    assert Community.objects.count() == before + 1
    assert community.establishment == "building" and community.division.code[9] == "9"
    told = [change for event in events_of(community) for change in changes_of(event, by_slug("communities"))]
    assert [each.new for each in told if each.label == "设立情况"] == ["建设中"], "words, not what is stored"
    assert (community.boundary_east, community.households_resident) == ("演示东至", 5)
    assert case.result.parent == case.division
    with pytest.raises(ValidationError, match="不能撤回"):
        engine.withdraw(
            user=office.user_of(Role.STREET_CLERK),
            case=case,
            opener=Action.OPEN_CASE,
            reason="x",
            revision=case.revision,
        )


def test_election_and_premises_need_the_registries(office: Office):
    case = office.bring_to(office.open(), "filing")
    with pytest.raises(ValidationError) as caught:
        office.finish(case, "election")
    assert len(caught.value.message_dict["_gates"]) == 2
    with pytest.raises(ValidationError, match="服务设施里还没有"):
        office.finish(case, "premises")
    office.members(case)
    office.premises(case)
    office.press(case, "election")
    office.press(case, "premises")
    # An unfiled case has blocked neither; the first inspection does not wait for the filing.
    assert states(case)["filing"] == StepState.ACTIVE
    assert states(case)["first_inspection"] == StepState.ACTIVE


def test_an_inspection_that_fails_leads_to_rectification_and_back(office: Office):
    case = office.bring_to(office.open(), "first_inspection")
    with pytest.raises(ValidationError, match="三项都达标"):
        office.finish(case, "first_inspection", premises=False)
    office.fill(case, "first_inspection", premises=False, result="failed", problems="厅堂太小")
    case = office.press(case, "first_inspection")
    assert states(case)["rectification"] == StepState.RETURNED
    case = office.finish(case, "rectification")
    assert states(case)["first_inspection"] == StepState.ACTIVE
    office.fill(case, "first_inspection", premises=True, result="passed")
    case = office.press(case, "first_inspection")
    office.finish(case, "final_inspection", result="failed", problems="标识不全")
    assert states(case)["rectification"] == StepState.RETURNED


def test_to_the_ledger_and_the_certificate(office: Office):
    case = office.bring_to(office.open(), "ledger")
    assert states(case)["rectification"] == StepState.SKIPPED
    case = office.finish(case, "ledger", number="莲社台〔2026〕1号")
    community = Community.objects.get(division=case.result)
    assert (community.establishment, community.ledger_number) == ("", "莲社台〔2026〕1号")
    row = case.steps.get(key="year_report")
    assert (row.due_on.month, row.due_on.day) == (12, 31)
    office.finish(case, "year_report")
    with pytest.raises(ValidationError):
        office.finish(case, "certificate", code="12")
    case = office.finish(case, "certificate", code=CREDIT_CODE)
    community.refresh_from_db()
    assert case.state == CaseState.DONE and community.credit_code == CREDIT_CODE
