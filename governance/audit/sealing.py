"""Sealing events into hashed blocks, and verifying the chain."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from governance.audit.models import Block, Event

_BLOCK_SIZE = 1000
# An event with a lower id may still commit late; what is this old has committed or never will.
_SETTLED = timedelta(minutes=5)
_FIELDS = [field.attname for field in Event._meta.concrete_fields]


@dataclass(frozen=True)
class Verification:
    """Outcome of a check of the whole chain."""

    blocks: int
    events: int
    unsealed: int
    broken: list[str]

    @property
    def ok(self) -> bool:
        return not self.broken


def _digest(previous: str, events: list[Event]) -> str:
    digest = hashlib.sha256(previous.encode())
    for event in events:
        content = {name: getattr(event, name) for name in _FIELDS}
        digest.update(json.dumps(content, default=str, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def _chunks(after: int, until: int) -> Iterator[list[Event]]:
    while True:
        events = list(Event.objects.filter(pk__gt=after, pk__lte=until).order_by("pk")[:_BLOCK_SIZE])
        if not events:
            return
        yield events
        after = events[-1].pk


def seal_events(now: datetime) -> int:
    """Seal all settled events not yet in a block, in id order; returns how many."""
    sealed = 0
    with transaction.atomic():
        last = Block.objects.select_for_update().order_by("-last_event").first()
        previous, start = (last.hash, last.last_event) if last else ("", 0)
        settled = Event.objects.filter(at__lte=now - _SETTLED)
        newest = settled.order_by("-pk").values_list("pk", flat=True).first() or 0
        for events in _chunks(start, newest):
            block = Block.objects.create(
                first_event=events[0].pk,
                last_event=events[-1].pk,
                events=len(events),
                previous_hash=previous,
                hash=_digest(previous, events),
            )
            previous = block.hash
            sealed += len(events)
    return sealed


def verify() -> Verification:
    """Recompute every block and compare the chain; also counts the unsealed tail."""
    previous, counted, broken, end = "", 0, [], 0
    blocks = list(Block.objects.order_by("last_event"))
    for block in blocks:
        events = list(Event.objects.filter(pk__gt=end, pk__lte=block.last_event).order_by("pk"))
        counted += len(events)
        if (
            block.previous_hash != previous
            or len(events) != block.events
            or _digest(previous, events) != block.hash
        ):
            broken.append(f"{block.first_event}-{block.last_event}")
        previous, end = block.hash, block.last_event
    unsealed = Event.objects.filter(pk__gt=end).count()
    return Verification(blocks=len(blocks), events=counted + unsealed, unsealed=unsealed, broken=broken)
