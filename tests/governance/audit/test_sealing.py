"""The log is append-only; sealing shows what was changed behind the portal's back."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from governance.audit.models import AppendOnly, Block, Event, EventKind
from governance.audit.sealing import seal_events, verify
from governance.audit.services import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed() -> list[Event]:
    """Three sealed events and one that is too young for it."""
    events = [record(EventKind.CHANGE, reason=str(number)) for number in range(3)]
    seal_events(timezone.now() + timedelta(minutes=6))
    record(EventKind.LOGIN)
    return events


def _execute(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_events_are_never_changed_or_deleted(sealed):
    event = sealed[0]
    event.reason = "改写"
    everything = Event.objects.all()
    for attempt in (
        event.save,
        event.delete,
        everything.delete,
        lambda: everything.update(reason="改写"),
        lambda: Event.objects.bulk_update([event], ["reason"]),
        Block.objects.get().delete,
    ):
        with pytest.raises(AppendOnly, match="只能新增"):
            attempt()
    assert Event.objects.filter(reason="0").count() == 1


def test_a_second_sealing_seals_only_what_is_new(sealed):
    assert (verify().events, verify().unsealed, verify().ok) == (4, 1, True)
    assert seal_events(timezone.now()) == 0
    assert seal_events(timezone.now() + timedelta(minutes=6)) == 1
    first, second = Block.objects.order_by("pk")
    assert second.previous_hash == first.hash
    assert (verify().blocks, verify().unsealed, verify().ok) == (2, 0, True)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET username = 'x' WHERE id = %s",
        "UPDATE audit_event SET before = '{}' WHERE id = %s",
        "DELETE FROM audit_event WHERE id = %s",
        "UPDATE audit_block SET hash = 'x' WHERE last_event > %s",
        "UPDATE audit_block SET events = 2 WHERE last_event > %s",
    ],
)
def test_tampering_is_noticed_and_the_command_fails(sealed, capsys, sql):
    _execute(sql, sealed[1].pk)
    with pytest.raises(SystemExit) as left:
        call_command("verify_audit", "--json")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out) == {
        "blocks": 1,
        "events": Event.objects.count(),
        "unsealed": 1,
        "ok": False,
    }


def test_a_whole_log_verifies(sealed, capsys):
    call_command("verify_audit", "--json")
    assert json.loads(capsys.readouterr().out) == {"blocks": 1, "events": 4, "unsealed": 1, "ok": True}
