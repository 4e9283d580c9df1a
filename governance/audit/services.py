"""Writing events: one at a time, or many with one statement for bulk work."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from governance import bulk
from governance.audit.context import current
from governance.audit.models import Event, EventKind


def build(
    kind: EventKind | str,
    *,
    obj: models.Model | None = None,
    path: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> Event:
    """An unsaved event of the acting user. `before`/`after` must already be masked and JSON-ready."""
    who = current()
    event = Event(
        kind=kind,
        username=who.username,
        user_id=who.user_id,
        role=who.role,
        address=who.address,
        request_id=who.request_id,
        path=path or getattr(obj, "path", "") or who.path,
        before=before,
        after=after,
        reason=reason,
        detail=detail,
    )
    if obj is not None:
        event.object_type = obj._meta.label_lower
        event.object_id = str(obj.pk)
        event.object_label = str(obj)[:200]
        event.object_version = getattr(obj, "version", None)
    return event


def record(kind: EventKind | str, **fields: Any) -> Event:
    """Write one event; the fields are those of `build`."""
    event = build(kind, **fields)
    event.save(force_insert=True)
    return event


def record_many(events: Iterable[Event]) -> None:
    """Write events made by `build` in a few statements (bulk writes are logged like single ones)."""
    bulk.insert(Event, list(events), with_ids=False)
