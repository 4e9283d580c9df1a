"""Writing many rows: values arrive as Django's own methods would have written them."""

import datetime as dt

import pytest
from django.db import DataError, connection

from governance import bulk
from governance.audit.models import Event, EventKind

TRICKY = ["制表\t符", "换\n行\r回车", "反\\斜\\n杠", "\\N", "引'号\"", "", "😀𠮷"]
MANY = 700
"""Enough for COPY on PostgreSQL."""


def _event(number: int) -> Event:
    text = TRICKY[number % len(TRICKY)]
    return Event(
        kind=EventKind.CHANGE,
        username=f"用户{number}",
        user_id=None if number % 2 else number,
        object_label=text,
        object_version=number,
        before=None if number % 3 else {},
        after={"字段": text, "数": number, "空": None, "是": True, "列": ["\\", "\t"]},
    )


def _shown(event: Event) -> tuple[object, ...]:
    return (
        event.username,
        event.user_id,
        event.object_label,
        event.object_version,
        event.before,
        event.after,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("count", [3, MANY])
def test_inserted_rows_read_back_as_given(count: int) -> None:
    events = [_event(number) for number in range(count)]
    bulk.insert(Event, events, with_ids=False)
    stored = list(Event.objects.order_by("object_version"))
    assert [_shown(event) for event in stored] == [_shown(event) for event in events]
    assert stored[0].at == events[0].at


@pytest.mark.django_db
@pytest.mark.parametrize("count", [3, MANY])
def test_updated_rows_read_back_as_given_and_others_stay(count: int) -> None:
    bulk.insert(Event, [_event(number) for number in range(count + 1)], with_ids=False)
    *rows, other = Event.objects.order_by("object_version")
    for number, row in enumerate(rows):
        row.reason = TRICKY[number % len(TRICKY)]
        row.detail = {"x": row.reason} if number % 2 else None
        row.at = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
        row.user_id = None
    for _ in range(2):  # within one transaction, as a large import does for several tables
        bulk.update(Event, rows, ["reason", "detail", "at", "user_id"])
    stored = {event.pk: event for event in Event.objects.all()}
    for row in rows:
        found = stored[row.pk]
        assert (found.reason, found.detail, found.at, found.user_id) == (
            row.reason,
            row.detail,
            row.at,
            row.user_id,
        )
    assert stored[other.pk].reason == ""


@pytest.mark.django_db
def test_errors_of_the_database_are_those_of_django() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes texts of any length")
    events = [_event(number) for number in range(MANY)]
    events[-1].object_label = "长" * 300
    with pytest.raises(DataError):
        bulk.insert(Event, events, with_ids=False)
