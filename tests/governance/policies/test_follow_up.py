"""Work on findings: it outlives evaluation, is logged, and is open to those who steer and who mend."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.policies.findings import refresh
from governance.policies.follow_up import (
    Assignment,
    add_note,
    assign,
    candidates,
    due_text,
    state_of,
)
from governance.policies.models import Finding, FindingChange, FindingNote
from tests.factories import Tree, make_user
from tests.registry import add_facilities, fill_community

DAY = date(2026, 6, 15)
DUE = date(2026, 6, 30)


@pytest.fixture
def finding(measured_tree: Tree) -> Finding:
    """莲湖路社区 has 999 households, one too few."""
    fill_community(measured_tree.community, households_resident=999)
    refresh(path=measured_tree.county.path, on=DAY)
    return Finding.objects.get(standard__measure__code="LH-SIZE-01")


def _events():
    return Event.objects.filter(object_type="policies.finding").order_by("pk")


def test_evaluation_keeps_who_is_responsible_and_until_when(finding, measured_tree, user_of):
    staff = user_of(Role.COUNTY_STAFF)
    values = Assignment(responsible="综治办", due_on=DUE)
    assert (
        assign(findings=[finding.pk], by=staff, assignment=values, note="请核对户数", key="a", today=DAY) == 1
    )
    for day in (DAY, DAY + timedelta(days=1)):
        refresh(path=measured_tree.county.path, on=day)
    finding.refresh_from_db()
    assert (finding.responsible, finding.due_on, finding.resolved_on) == ("综治办", DUE, None)
    assert [note.text for note in finding.notes.all()] == ["请核对户数"]
    event = _events().get()
    assert event.before == {"responsible": "", "due_on": ""}
    assert event.after == {"responsible": "综治办", "due_on": "2026-06-30"}
    assert event.reason == "请核对户数"


def test_a_standard_missed_again_begins_anew_and_names_the_finding_before(finding, measured_tree, user_of):
    staff = user_of(Role.COUNTY_STAFF)
    assign(
        findings=[finding.pk],
        by=staff,
        assignment=Assignment(responsible="综治办", due_on=DUE),
        key="a",
        today=DAY,
    )
    for number, households in enumerate((1000, 998), start=1):
        fill_community(measured_tree.community, households_resident=households)
        refresh(path=measured_tree.community.path, on=DAY + timedelta(days=number))
    finding.refresh_from_db()
    assert finding.resolved_on == DAY + timedelta(days=1)
    assert finding.responsible == "综治办", "what was done stays with the finding that was mended"
    again = Finding.objects.get(standard=finding.standard, division=finding.division, resolved_on=None)
    assert again.previous == finding
    assert (again.responsible, again.due_on, again.opened_on) == ("", None, DAY + timedelta(days=2))


def test_a_change_of_outcome_is_kept(measured_tree: Tree):
    fill_community(measured_tree.community, area_type="urban", households_resident=100)
    add_facilities(measured_tree.community, [{"building_area_c": 100, "activity_area_c": 10}])
    refresh(path="", on=DAY)
    from facilities.models import Facility

    Facility.objects.update(activity_area_c=101)
    for _ in range(2):
        refresh(path=measured_tree.community.path, on=DAY)
    change = FindingChange.objects.get(finding__standard__measure__code="LH-FAC-05")
    assert (change.before, change.after, change.changed_on) == ("not_met", "data_error", DAY)


def test_who_may_assign_and_who_may_write(finding, user_of):
    values = Assignment(responsible="综治办")
    for role in (Role.STREET_LEAD, Role.COUNTY_STAFF, Role.COUNTY_LEAD):
        assert assign(
            findings=[finding.pk], by=user_of(role), assignment=Assignment(due_on=DUE), key="a", today=DAY
        ) in (
            0,
            1,
        )
    for role in (Role.STREET_CLERK, Role.COMMUNITY, Role.DEPARTMENT, Role.UPPER_READER):
        with pytest.raises(PermissionDenied):
            assign(findings=[finding.pk], by=user_of(role), assignment=values, key="b", today=DAY)
        with pytest.raises(PermissionDenied):
            add_note(finding=finding, by=user_of(role), note="已办", key="b")
    community = user_of(Role.COMMUNITY)
    assign(
        findings=[finding.pk],
        by=user_of(Role.STREET_LEAD),
        assignment=Assignment(responsible="", user=community),
        key="c",
        today=DAY,
    )
    finding.refresh_from_db()
    assert finding.responsible_user == community
    assert add_note(finding=finding, by=community, note="已核对，实为 1,002 户", key="d")


def test_a_finding_of_another_street_is_unknown(finding, user_of, measured_tree):
    other = user_of(Role.STREET_LEAD, measured_tree.other_street)
    assert assign(findings=[finding.pk], by=other, assignment=Assignment(due_on=DUE), key="a", today=DAY) == 0
    finding.refresh_from_db()
    assert finding.due_on is None


def test_posting_twice_writes_once(finding, user_of):
    staff = user_of(Role.COUNTY_STAFF)
    values = Assignment(responsible="综治办", due_on=DUE)
    changed = [
        assign(findings=[finding.pk], by=staff, assignment=values, note="请核对", key="a", today=DAY)
        for _ in range(2)
    ]
    noted = [add_note(finding=finding, by=staff, note="已核对", key="b") for _ in range(2)]
    assert (changed, noted) == ([1, 0], [True, False])
    assert FindingNote.objects.count() == _events().count() == 2


def test_what_is_refused_says_where_and_saves_nothing(finding, user_of):
    staff = user_of(Role.COUNTY_STAFF)
    for assignment, note, field in (
        (Assignment(due_on=DAY - timedelta(days=1)), "", "due_on"),
        (Assignment(due_on=DUE), "联系 13800138000", "note"),
        (Assignment(responsible="", user=make_user("stranger")), "", "user"),
    ):
        with pytest.raises(ValidationError) as refused:
            assign(findings=[finding.pk], by=staff, assignment=assignment, note=note, key="a", today=DAY)
        assert field in refused.value.error_dict
    finding.refresh_from_db()
    assert finding.due_on is None
    assert not FindingNote.objects.exists() and not _events().exists()


def test_a_mended_finding_is_left_alone(finding, measured_tree, user_of):
    fill_community(measured_tree.community, households_resident=1000)
    refresh(path="", on=DAY)
    staff = user_of(Role.COUNTY_STAFF)
    assert assign(findings=[finding.pk], by=staff, assignment=Assignment(due_on=DUE), key="a", today=DAY) == 0


def test_candidates_work_where_the_findings_lie(finding, measured_tree, user_of):
    for role in Role:
        user_of(role)
    other = user_of(Role.STREET_CLERK, measured_tree.other_street)
    lead, staff = user_of(Role.STREET_LEAD), user_of(Role.COUNTY_STAFF)
    names = {each.username for each in candidates(by=lead, paths=[finding.path])}
    assert names == {"street_clerk", "street_lead", "community"}
    names = {each.username for each in candidates(by=staff, paths=[finding.path])}
    assert {"department", "county_staff", "street_lead"} <= names
    assert other.username not in names and "security_admin" not in names and "upper_reader" not in names
    both = [finding.path, measured_tree["610104002001"].path]
    assert "street_lead" not in {each.username for each in candidates(by=staff, paths=both)}


@pytest.mark.parametrize(
    ("days", "text", "state"),
    [(3, "还剩 3 天", "整改中"), (0, "今天到期", "整改中"), (-5, "已超期 5 天", "已超期")],
)
def test_days_left_in_words(days, text, state):
    finding = Finding(due_on=DAY + timedelta(days=days), responsible="综治办")
    assert due_text(finding, DAY) == text
    assert state_of(finding, DAY)[0] == state


def test_state_without_anybody_and_when_mended():
    assert state_of(Finding(), DAY)[0] == "未指派"
    assert state_of(Finding(resolved_on=DAY, due_on=DAY - timedelta(days=9)), DAY) == ("已消除", "green")
    assert due_text(Finding(resolved_on=DAY, due_on=DAY), DAY) == ""
