"""The hourly tick: every due thing of every duty is done once, however often and late the clock strikes."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.audit.context import acting
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.jobs.models import Clock, Job, PeriodRun

logger = logging.getLogger(__name__)

CLOCK_TOLERANCE = timedelta(minutes=5)
"""Clocks of several hosts differ, and time servers correct them: going back by less is no reason to stop."""

ACTOR = "系统时钟"


@dataclass(frozen=True)
class PeriodicDuty:
    """Something that falls due again and again.

    `due_keys(now)` gives the keys of everything that should have been done by `now`, missed ones included,
    oldest first. `run(key, now)` does one of them in a short transaction that also holds its `PeriodRun`
    row; longer work it enqueues, and returns the Job.
    """

    code: str
    label: str
    due_keys: Callable[[datetime], Iterable[str]]
    run: Callable[[str, datetime], Job | None]


@dataclass(frozen=True)
class Ticked:
    """What a tick did: `duty key` of things done and failed; `refused` when the clock went back."""

    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    refused: bool = False


_duties: dict[str, PeriodicDuty] = {}


def register(duty: PeriodicDuty) -> PeriodicDuty:
    """Make a duty known; a second one with the same code is a programming error."""
    if _duties.setdefault(duty.code, duty) is not duty:
        raise ValueError(f"Periodic duty registered twice: {duty.code}")
    return duty


def duties() -> tuple[PeriodicDuty, ...]:
    return tuple(_duties.values())


def daily_keys(code: str, *, hour: int = 0, most: int = 366) -> Callable[[datetime], list[str]]:
    """`due_keys` of a duty that falls due every day at `hour` (Asia/Shanghai): ISO dates.

    From the day after the last one that was done up to today; the very first time, today alone.
    """

    def due(now: datetime) -> list[str]:
        last_due = (timezone.localtime(now) - timedelta(hours=hour)).date()
        done = PeriodRun.objects.filter(duty=code, done_at__isnull=False).order_by("-key")
        last_done = done.values_list("key", flat=True).first()
        first = date.fromisoformat(last_done) + timedelta(days=1) if last_done else last_due
        first = max(first, last_due - timedelta(days=most - 1))
        return [(first + timedelta(days=n)).isoformat() for n in range((last_due - first).days + 1)]

    return due


def tick(now: datetime) -> Ticked:
    """Do everything that is due at `now` and not done yet. A failing duty does not stop the others.

    A clock that went back is refused: nothing is done, an event and an error log tell the operator, who
    sets it right or accepts it with `manage.py tick --accept-clock`.
    """
    with acting(username=ACTOR, user_id=None, role="", address="", request_id=""):
        if not _clock_goes_on(now):
            return Ticked(refused=True)
        done: list[str] = []
        failed: list[str] = []
        for duty in duties():
            try:
                keys = list(dict.fromkeys(duty.due_keys(now)))
                finished = PeriodRun.objects.filter(duty=duty.code, key__in=keys, done_at__isnull=False)
                open_keys = set(keys) - set(finished.values_list("key", flat=True))
            except Exception:
                logger.exception("Duty %s could not say what is due", duty.code)
                failed.append(duty.code)
                continue
            for key in keys:
                if key in open_keys:
                    outcome = _do(duty, key, now)
                    if outcome is not None:
                        (done if outcome else failed).append(f"{duty.code} {key}")
        return Ticked(done=tuple(done), failed=tuple(failed))


def _do(duty: PeriodicDuty, key: str, now: datetime) -> bool | None:
    """Do one due thing; None when another tick has done it or is doing it."""
    PeriodRun.objects.get_or_create(duty=duty.code, key=key)
    try:
        with transaction.atomic():
            rows = PeriodRun.objects.select_for_update(skip_locked=True)
            row = rows.filter(duty=duty.code, key=key, done_at__isnull=True).first()
            if row is None:
                return None
            job = duty.run(key, now)
            row.job = job if isinstance(job, Job) else None
            row.done_at = now
            row.attempts += 1
            row.error = ""
            row.save()
        return True
    except Exception as problem:
        logger.exception("Duty %s %s failed", duty.code, key)
        _note_failure(duty, key, problem)
        return False


def _note_failure(duty: PeriodicDuty, key: str, problem: Exception) -> None:
    try:
        with transaction.atomic():
            row = PeriodRun.objects.select_for_update().get(duty=duty.code, key=key)
            row.attempts += 1
            row.error = f"{type(problem).__name__}: {problem}"[:500]
            row.save(update_fields=["attempts", "error"])
    except DatabaseError:
        logger.exception("Could not note the failure of duty %s %s", duty.code, key)


# --- the clock --------------------------------------------------------------------------------------------
def _clock_goes_on(now: datetime) -> bool:
    with transaction.atomic():
        Clock.objects.get_or_create(pk=1, defaults={"seen_at": now})
        clock = Clock.objects.select_for_update().get(pk=1)
        if now >= clock.seen_at - CLOCK_TOLERANCE:
            clock.seen_at = max(now, clock.seen_at)
            clock.refused_at = None
            clock.save()
            return True
        logger.error("The clock went back from %s to %s: nothing is done", clock.seen_at, now)
        if clock.refused_at is None:
            # One event for one incident, not one for every tick of it.
            record(
                EventKind.REFUSAL,
                obj=clock,
                reason="服务器时钟倒退，定期事项已停止办理。",
                detail={"seen_at": clock.seen_at.isoformat(), "now": now.isoformat()},
            )
        clock.refused_at = now
        clock.save()
        return False


@transaction.atomic
def accept_clock(*, now: datetime, reason: str) -> None:
    """Go on from `now` after the clock was set back on purpose; the operator's reason goes into the log."""
    clock, _ = Clock.objects.get_or_create(pk=1, defaults={"seen_at": now})
    before = clock.seen_at
    clock.seen_at, clock.refused_at = now, None
    clock.save()
    record(
        EventKind.SETTINGS,
        obj=clock,
        before={"seen_at": before.isoformat()},
        after={"seen_at": now.isoformat()},
        reason=reason,
    )
