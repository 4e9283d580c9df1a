"""催报: by the bureau, at most once a street and day, and by the clock before, on and after the due day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from governance.accounts import options
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import build, record_many
from governance.jobs.periodic import PeriodicDuty
from governance.rounds.models import Reminder, Round, RoundStreet, Stage
from governance.rounds.progress import UNFINISHED
from governance.rounds.services import locked, must_be_open

DAYS_BEFORE = options.Option(
    "round_reminder_days",
    "填报任务",
    "到期前催报",
    lambda: 3,
    help="填报期限前几天自动催报还没有完成的街道；到期日和逾期次日各再催一次。填 0 则到期前不催。",
    unit="天",
    lowest=0,
    highest=30,
)


@dataclass(frozen=True)
class Reminded:
    """Streets that were reminded, those left alone because they were reminded today, those that are done."""

    sent: tuple[str, ...] = ()
    today: tuple[str, ...] = ()
    done: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What the bureau is told."""
        parts = []
        if self.sent:
            parts.append(f"已催报 {len(self.sent)} 个街道：{'、'.join(self.sent)}。")
        if self.today:
            parts.append(f"{'、'.join(self.today)}今天已催报过，每个街道一天只催一次，明天可再催。")
        if self.done:
            parts.append(f"{'、'.join(self.done)}已经完成，不用再催。")
        return "".join(parts) or "没有需要催报的街道。"


@transaction.atomic
def remind(*, user: User, asked: Round, streets: Iterable[int] | None, now: datetime) -> Reminded:
    """Remind some streets of a round (by id of their rows), or all that have not confirmed.

    Raises `PermissionDenied`, and `ValidationError` for a round that has ended and for unknown streets.
    """
    require(user, Action.COLLECT, asked.path)
    held = locked(asked)
    must_be_open(held)
    rows = RoundStreet.objects.select_for_update(of=("self",)).filter(round=held, division__closed_on=None)
    if streets is not None:
        wanted = set(streets)
        rows = rows.filter(pk__in=wanted)
    found = list(rows.select_related("division").order_by("path"))
    if streets is not None and len(found) != len(wanted):
        raise ValidationError("所选街道不在这项任务里，请刷新页面后重试。")
    day = timezone.localdate(now)
    done = [row for row in found if row.is_done]
    left_alone = [row for row in found if not row.is_done and _was_reminded(row, day)]
    due = [row for row in found if not row.is_done and not _was_reminded(row, day)]
    for row in due:
        row.round = held
    _write([(row, Stage.BY_HAND) for row in due], user, now)
    return Reminded(
        tuple(row.division.name for row in due),
        tuple(row.division.name for row in left_alone),
        # Asked for all, those that are done were not meant.
        tuple(row.division.name for row in done) if streets is not None else (),
    )


def _was_reminded(row: RoundStreet, day: date) -> bool:
    return row.reminded_at is not None and timezone.localdate(row.reminded_at) == day


def _write(chosen: Sequence[tuple[RoundStreet, Stage]], user: User | None, now: datetime) -> None:
    Reminder.objects.bulk_create(
        Reminder(street=row, number=row.reminded + 1, stage=stage, due_on=row.round.due_on, at=now, by=user)
        for row, stage in chosen
    )
    ids = [row.pk for row, _ in chosen]
    RoundStreet.objects.filter(pk__in=ids).update(reminded=F("reminded") + 1, reminded_at=now)
    record_many(
        build(
            EventKind.TRANSITION,
            obj=row,
            after={"reminded": row.reminded + 1},
            reason=stage.label,
        )
        for row, stage in chosen
    )


# --- the clock --------------------------------------------------------------------------------------------
def stage_on(due_on: date, day: date, days_before: int) -> Stage | None:
    """Which reminder of a round is due on a day; the latest one where several days were missed."""
    if day > due_on:
        return Stage.AFTER
    if day == due_on:
        return Stage.DUE
    return Stage.BEFORE if day >= due_on - timedelta(days=days_before) else None


@transaction.atomic
def remind_by_clock(*, now: datetime) -> int:
    """Each reminder that is due today and was not sent yet; returns how many.

    A street that was reminded today is left for tomorrow, one that got the round today likewise.
    """
    day = timezone.localdate(now)
    days_before = options.value(DAYS_BEFORE.key)
    near = Q(round__due_on__lte=day + timedelta(days=days_before))
    rows = (
        RoundStreet.objects.select_for_update(of=("self",))
        .filter(UNFINISHED, near)
        .select_related("round", "division")
        .order_by("pk")
    )
    found = [
        (row, stage)
        for row in rows
        if (stage := stage_on(row.round.due_on, day, days_before)) is not None
        and not _was_reminded(row, day)
        and timezone.localdate(row.round.issued_at) < day
    ]
    sent = set(
        Reminder.objects.filter(street__in=[row.pk for row, _ in found])
        .exclude(stage=Stage.BY_HAND)
        .values_list("street_id", "stage", "due_on")
    )
    due = [(row, stage) for row, stage in found if (row.pk, stage.value, row.round.due_on) not in sent]
    _write(due, None, now)
    return len(due)


def _days(now: datetime) -> Iterable[str]:
    """Only today: what a missed day owed is sent today, unless the next stage has come."""
    yield timezone.localdate(now).isoformat()


def _remind_day(key: str, now: datetime) -> None:
    remind_by_clock(now=now)


REMIND_DAILY = PeriodicDuty(code="round_reminders", label="填报任务催报", due_keys=_days, run=_remind_day)
"""Once a day, at the first tick of it."""
