"""Splitting a community as a case: proposal, residents, review, approval that carries the plan out (E2)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from communities.adjustments import cases, drafting
from communities.adjustments.cases import start_case
from communities.models import AdjustmentState
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.workflows.engine import return_step
from governance.workflows.models import CaseState, StepState
from tests.communities.test_adjustments import ON, make_split, settle, street_sums
from tests.factories import Tree
from tests.governance.workflows.makers import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(filled_tree: Tree, user_of) -> Office:
    return Office(filled_tree, user_of)


@pytest.fixture
def source(filled_tree: Tree) -> Division:
    return filled_tree["610104001002"]


def test_the_approval_of_a_case_carries_the_plan_out(office: Office, source: Division):
    clerk: User = office.user_of(Role.STREET_CLERK)
    street = source.parent
    case = office.open("lh-adjustment", name="演示社区拆分")
    with pytest.raises(ValidationError, match="没有编号为 999 的调整方案"):
        office.finish(case, "proposal", plan=999)
    adjustment = make_split(clerk, source, "演示东社区", "演示西社区")
    with pytest.raises(ValidationError, match="_gates"):
        office.fill(case, "proposal", papers=False, plan=adjustment.pk)
        office.press(case, "proposal")
    settle(clerk, adjustment)
    office.press(case, "proposal")
    office.finish(case, "residents", result="refused")
    assert case.steps.get(key="proposal").state == StepState.RETURNED
    office.press(case, "proposal")
    office.fill(case, "residents", papers=False, result="agreed")
    office.press(case, "residents")
    before = street_sums(street, ON)
    case = office.bring_to(case, "")
    adjustment.refresh_from_db()
    source.refresh_from_db()
    assert (case.state, adjustment.state) == (CaseState.DONE, AdjustmentState.APPLIED)
    assert source.closed_on is not None and adjustment.approval == "演示批复文号"
    assert street_sums(street, today()) == before


def test_what_was_reviewed_is_what_is_carried_out(office: Office, source: Division):
    """A plan changed after the review goes back to it; a second case cannot take the plan."""
    clerk: User = office.user_of(Role.STREET_CLERK)
    adjustment = make_split(clerk, source, "演示东社区", "演示西社区")
    settle(clerk, adjustment)
    case = start_case(user=clerk, adjustment=adjustment)
    assert start_case(user=clerk, adjustment=adjustment) == case
    other = office.open("lh-adjustment", name="同一方案")
    with pytest.raises(ValidationError, match="已由“习武园社区拆分"):
        office.finish(other, "proposal", plan=adjustment.pk)

    given = {"proposal": {"plan": adjustment.pk}}
    case = office.bring_to(case, "approval", **given)
    first, second = adjustment.successors.all()
    figures = {
        first.pk: {"households_resident": 700},
        second.pk: {"households_resident": 1100},
    }
    drafting.set_figures(user=clerk, adjustment=adjustment, figures=figures)
    with pytest.raises(ValidationError, match="在“区民政局审核”以后有改动"):
        office.finish(case, "approval")
    adjustment.refresh_from_db()
    assert adjustment.is_draft
    staff = office.user_of(Role.COUNTY_LEAD)
    case.refresh_from_db()
    case = return_step(
        user=staff, case=case, key="approval", to="review", reason="方案改动了", revision=case.revision
    )
    office.press(case, "review")
    assert office.press(case, "approval").state == CaseState.DONE
    with pytest.raises(ValidationError, match="已实施"):
        start_case(user=clerk, adjustment=adjustment)


def test_only_where_a_procedure_says_how(office: Office, source: Division, monkeypatch):
    clerk: User = office.user_of(Role.STREET_CLERK)
    adjustment = make_split(clerk, source, "演示东社区", "演示西社区")
    with pytest.raises(PermissionDenied):
        start_case(user=office.user_of(Role.COUNTY_STAFF), adjustment=adjustment)
    monkeypatch.setattr(cases, "carrying_kinds", list)
    with pytest.raises(ValidationError, match="没有规定社区拆分合并的办理流程"):
        start_case(user=clerk, adjustment=adjustment)
