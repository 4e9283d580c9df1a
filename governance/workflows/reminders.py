"""催办: by whoever follows a case, once a step and day, and by the clock before, on and after the due day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts import options
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.jobs.periodic import PeriodicDuty
from governance.workflows.catalogue import procedure_of
from governance.workflows.engine import locked, log_words
from governance.workflows.models import LIVE_STEPS, Case, CaseEvent, CaseState, CaseStep, Verb

DAYS_BEFORE = options.Option(
    "case_reminder_days",
    "办理事项",
    "到期前提醒",
    lambda: 7,
    help="步骤期限前几天自动提醒承办人；到期日和逾期次日各再提醒一次。填 0 则到期前不提醒。",
    unit="天",
    lowest=0,
    highest=60,
)


def may_urge(user: User, case: Case) -> bool:
    """Whoever reviews there, answers for the street, or opened the case."""
    scope = scope_of(user)
    return (
        scope.may(Action.REVIEW_CASE, case.path)
        or scope.may(Action.FOLLOW_UP, case.path)
        or case.opened_by_id == user.pk
    )


@transaction.atomic
def urge(*, user: User, case: Case, key: str, now: datetime) -> CaseStep:
    """Remind whoever works on a live step, at most once a day.

    Raises `ValidationError` and `PermissionDenied`.
    """
    held = locked(case)
    if not may_urge(user, held.case):
        raise PermissionDenied("您的角色没有催办的权限。")
    row = held.row(key)
    title = held.procedure.step(key).title
    if not row.is_live:
        raise ValidationError(f"“{title}”{row.get_state_display()}，不用催办。")
    if row.reminded_at is not None and timezone.localdate(row.reminded_at) == timezone.localdate(now):
        raise ValidationError(f"“{title}”今天已经催办过，一天只催一次，明天可以再催。")
    row.reminded_at = now
    row.save(update_fields=["reminded_at"])
    record(EventKind.TRANSITION, obj=held.case, after=log_words(held.procedure, Verb.URGED, key))
    CaseEvent.objects.create(case=held.case, step=key, verb=Verb.URGED, by=user)
    return row


def stage_on(due_on: date, day: date, days_before: int) -> str:
    """Which reminder of a step is due on a day, empty for none; the latest where several days were missed."""
    if day > due_on:
        return "after"
    if day == due_on:
        return "due"
    return "before" if day >= due_on - timedelta(days=days_before) else ""


@transaction.atomic
def remind_by_clock(*, now: datetime) -> int:
    """Each reminder that is due today and was not sent yet; returns how many."""
    day = timezone.localdate(now)
    days_before = options.value(DAYS_BEFORE.key)
    rows = CaseStep.objects.select_for_update(of=("self",)).filter(
        state__in=LIVE_STEPS, case__state=CaseState.OPEN, due_on__lte=day + timedelta(days=days_before)
    )
    found = []
    for row in rows.select_related("case__procedure", "case__division").order_by("pk"):
        assert row.due_on is not None
        stage = stage_on(row.due_on, day, days_before)
        if stage:
            found.append((row, f"{stage}:{row.due_on:%Y%m%d}"))
    sent = set(
        CaseEvent.objects.filter(case__in=[row.case_id for row, _ in found], verb=Verb.REMINDED).values_list(
            "case_id", "step", "stage"
        )
    )
    due = [(row, stage) for row, stage in found if (row.case_id, row.key, stage) not in sent]
    for row, stage in due:
        title = procedure_of(row.case).step(row.key).title
        CaseEvent.objects.create(
            case=row.case, step=row.key, verb=Verb.REMINDED, stage=stage, text=f"“{title}”期限 {row.due_on}。"
        )
        row.reminded_at = now
        row.save(update_fields=["reminded_at"])
    return len(due)


def _days(now: datetime) -> Iterable[str]:
    """Only today: what a missed day owed is sent today, unless the next stage has come."""
    yield timezone.localdate(now).isoformat()


def _remind_day(key: str, now: datetime) -> None:
    remind_by_clock(now=now)


REMIND_DAILY = PeriodicDuty(code="case_reminders", label="办理事项提醒", due_keys=_days, run=_remind_day)
"""Once a day, at the first tick of it."""
