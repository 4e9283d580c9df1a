"""Progress reports: who may send and decide, what is kept, and what is told on."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from governance.accounts.roles import Role
from governance.audit.models import AppendOnly, Event
from governance.divisions.services import check_paths, move_division
from governance.implementation.models import Entry, State, Undertaking
from governance.implementation.progress import decide, narratives
from governance.records.models import Attachment
from tests.governance.implementation.conftest import DAY, PDF


def _events(undertaking):
    return Event.objects.filter(object_type="implementation.undertaking", object_id=str(undertaking.pk))


def test_a_report_waits_with_its_evidence(send, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    row = send(files=[("纪要.pdf", PDF)], status="done", completed_on=date(2026, 5, 20))
    assert (row.state, row.status, row.completed_on) == (State.WAITING, "done", date(2026, 5, 20))
    file = Attachment.objects.get()
    assert row.latest.files == [{"pk": file.pk, "name": "纪要.pdf"}]
    assert (file.object_type, file.object_id) == ("implementation.undertaking", row.pk)
    stored = next(path for path in tmp_path.rglob("*") if path.is_file())
    assert b"evidence" not in stored.read_bytes(), "evidence lies sealed"
    assert row.latest.period == "2026H1" and row.latest.period_label == "2026年上半年"
    assert _events(row).count() == 1


def test_equal_requests_are_kept_once(send, accept):
    first, second = send(), send()
    assert first == second and Entry.objects.count() == 1
    assert [accept(first, key="d1") for _ in range(2)] == [True, False]
    assert Entry.objects.count() == 2 and _events(first).count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "联系人 13812345678"}, "text"),
        ({"text": "完成 \U0001f600"}, "text"),
        ({"text": "长" * 1001}, "text"),
        ({"status": "done"}, "completed_on"),
        ({"status": "done", "completed_on": DAY + timedelta(days=1)}, "completed_on"),
        ({"status": "maybe"}, "status"),
        ({"files": [("a.exe", b"MZ")]}, "files"),
        ({"files": [("a.pdf", PDF)] * 6}, "files"),
    ],
)
def test_what_cannot_be_reported_is_named_at_its_field(send, changes, field):
    with pytest.raises(ValidationError) as refused:
        send(**changes)
    assert set(refused.value.error_dict) == {field}
    assert not Undertaking.objects.exists() and not Attachment.objects.exists()


def test_who_may_report_for_whom(send, user_of, measured_tree, department):
    with pytest.raises(PermissionDenied):
        send(unit_name="区民政局")
    with pytest.raises(PermissionDenied):
        send(unit_name="")
    for role in (Role.UPPER_READER, Role.COMMUNITY, Role.STREET_CLERK):
        with pytest.raises(PermissionDenied):
            send(user=user_of(role))
    with pytest.raises(PermissionDenied):
        send(division=measured_tree.foreign_county)
    assert send(user=user_of(Role.COUNTY_STAFF)).unit_name == "区住建局", "the bureau may for every unit"
    street = send(user=user_of(Role.STREET_CLERK), division=measured_tree.street, unit_name="")
    assert street.answerable == "青年路街道"


def test_a_decision_is_about_the_version_that_was_read(send, accept, user_of):
    row = send()
    seen = row.latest_id
    row = send("又补充了材料", key="k2")
    staff = user_of(Role.COUNTY_STAFF)
    with pytest.raises(ValidationError, match="新的进展"):
        decide(user=staff, undertaking=row, report_id=seen, accept=True, key="d1")
    with pytest.raises(ValidationError):
        decide(user=staff, undertaking=row, report_id=row.latest_id, accept=False, key="d1")
    assert accept(row, remark="请补充验收材料")
    row.refresh_from_db()
    assert row.state == State.RETURNED
    with pytest.raises(ValidationError, match="已退回"):
        accept(row, key="d2")


def test_nobody_decides_on_his_own_report(send, user_of):
    staff = user_of(Role.COUNTY_STAFF)
    row = send(user=staff)
    with pytest.raises(ValidationError, match="自己"):
        decide(user=staff, undertaking=row, report_id=row.latest_id, accept=True, key="d1")
    assert decide(
        user=user_of(Role.COUNTY_LEAD), undertaking=row, report_id=row.latest_id, accept=True, key="d1"
    )
    with pytest.raises(PermissionDenied):
        decide(
            user=user_of(Role.STREET_LEAD), undertaking=row, report_id=row.latest_id, accept=True, key="d2"
        )


def test_the_narrative_is_what_was_accepted_last_until_a_moment(send, accept, measured_tree, measure):
    county = measured_tree.county
    row = send("第一稿")
    assert narratives(county, timezone.localdate()) == {}
    accept(row, key="d1")
    before = timezone.now()
    row = send("第二稿", key="k2")
    assert narratives(county, timezone.localdate()) == {measure.code: "区住建局：第一稿"}
    accept(row, key="d2")
    assert narratives(county, timezone.localdate()) == {measure.code: "区住建局：第二稿"}
    assert narratives(county, before) == {measure.code: "区住建局：第一稿"}
    assert narratives(county, timezone.localdate() - timedelta(days=1)) == {}
    assert narratives(measured_tree.street, timezone.localdate()) == {}


def test_steps_are_never_changed_but_move_with_their_division(send, measured_tree):
    entry = send().latest
    entry.text = "改过"
    for change in (entry.save, entry.delete, lambda: Entry.objects.update(text="改过")):
        with pytest.raises(AppendOnly):
            change()
    moved = move_division(division=measured_tree.county, parent=measured_tree["5114"], reason="测试移动")
    entry.refresh_from_db()
    assert entry.path == moved.path == Undertaking.objects.get().path
    assert check_paths() == []
