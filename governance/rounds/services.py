"""What a bureau does with a round: send it, change note and day, end it, take it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division
from governance.records import once
from governance.rounds.duties import Duty, duties_of, has_events, offered_duties
from governance.rounds.models import Round, RoundState, RoundStreet
from governance.rounds.progress import offered_sheets, streets_below
from governance.rounds.texts import clean_text

TITLE, NOTE, REASON = 60, 1000, 200


@dataclass(frozen=True)
class Request:
    """What a round asks for, as somebody typed it."""

    title: str
    due_on: date
    note: str = ""

    def cleaned(self, today: date, *, before: date | None = None) -> Request:
        """Tidied; raises `ValidationError` by field. A day that stays as it was may be past."""
        title = clean_text(self.title, "title", longest=TITLE, missing="请填写任务名称。")
        note = clean_text(self.note, "note", longest=NOTE)
        if self.due_on < today and self.due_on != before:
            raise ValidationError({"due_on": f"填报期限不能早于今天（{today:%Y-%m-%d}），请改为今天或以后。"})
        return Request(title, self.due_on, note)


@transaction.atomic
def issue(
    *,
    user: User,
    division: Division,
    request: Request,
    sheets: Sequence[str],
    streets: Iterable[int],
    today: date,
    token: str = "",
    duties: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> Round:
    """Send a round to streets of a bureau: one row for it and one for each of them.

    `since` and `until` are the span of ledgers of events, which ends with the due day where `until` is not
    given; of use only where one of these is chosen.

    `token` is the number of the form (`records.once`): raises `AlreadySubmitted` for an equal request.
    Raises `PermissionDenied`, and `ValidationError` by field.
    """
    require(user, Action.COLLECT, division.path)
    submission = once.claim(user, token)
    asked = request.cleaned(today)
    chosen = [sheet for sheet in offered_sheets() if sheet.slug in set(sheets)]
    known = {duty.key: duty for duty in offered_duties(division.path, today)} if duties else {}
    ledgers = [known[key] for key in dict.fromkeys(duties) if key in known]
    if len(ledgers) != len(set(duties)):
        raise ValidationError({"duties": "所选专项台账中有不适用于本区划的，请重新选择。"})
    since, until = _span(ledgers, since, until, asked.due_on)
    if not chosen and not ledgers:
        raise ValidationError({"sheets": "请至少选择一本台账。"})
    if len(chosen) != len(set(sheets)):
        raise ValidationError({"sheets": "所选台账中有系统里没有的，请重新选择。"})
    wanted = set(streets)
    rows = [street for street in streets_below(division) if street.pk in wanted]
    if not rows:
        raise ValidationError({"streets": "请至少选择一个街道（乡镇）。"})
    if len(rows) != len(wanted):
        raise ValidationError({"streets": "所选街道中有不属于本区划或已撤销的，请重新选择。"})
    made = Round.objects.create(
        division=division,
        title=asked.title,
        note=asked.note,
        due_on=asked.due_on,
        sheets=[sheet.slug for sheet in chosen],
        duties=[duty.key for duty in ledgers],
        since=since,
        until=until,
        issued_by=user,
    )
    # bulk_create does not run save(), which would copy the path.
    RoundStreet.objects.bulk_create(
        RoundStreet(round=made, division=street, path=street.path) for street in rows
    )
    once.settle(submission, made)
    record(
        EventKind.CREATE,
        obj=made,
        after={
            "title": made.title,
            "due_on": made.due_on.isoformat(),
            "note": made.note,
            "台账": [*(sheet.name for sheet in chosen), *(duty.label for duty in duties_of(made))],
            "街道": [street.name for street in rows],
        },
    )
    return made


def _span(
    duties: Iterable[Duty], since: date | None, until: date | None, due_on: date
) -> tuple[date, date] | tuple[None, None]:
    """The span that ledgers of events are asked of; raises `ValidationError` by field."""
    if not has_events(duties):
        return None, None
    until = until or due_on
    if since is None:
        raise ValidationError({"since": "勾选了逐次记录的专项台账，请填写事项起始日。"})
    if until > due_on:
        raise ValidationError({"until": f"事项截止日不能晚于填报期限（{due_on:%Y-%m-%d}）。"})
    if since > until:
        raise ValidationError({"since": f"事项起始日不能晚于截止日（{until:%Y-%m-%d}）。"})
    return since, until


def next_since(division: Division, today: date) -> date:
    """Where a span begins: the day after the last one of the bureau that is over, else with the year."""
    sent = Round.objects.filter(division=division, until__lt=today).exclude(state=RoundState.WITHDRAWN)
    last = sent.aggregate(last=Max("until"))["last"]
    return last + timedelta(days=1) if last else date(today.year, 1, 1)


def locked(asked: Round) -> Round:
    """The round as it is now, held until the end of the transaction; before any of its streets."""
    return Round.objects.select_for_update(of=("self",)).select_related("division").get(pk=asked.pk)


def must_be_open(asked: Round) -> None:
    if not asked.is_open:
        raise ValidationError(f"“{asked.title}”{asked.get_state_display()}，不能再办理。")


@transaction.atomic
def change(*, user: User, asked: Round, request: Request, today: date) -> bool:
    """Correct title, note and due day of an open round; False where all stays as it was.

    Raises `PermissionDenied`, and `ValidationError` by field or for a round that has ended.
    """
    require(user, Action.COLLECT, asked.path)
    row = locked(asked)
    must_be_open(row)
    wanted = request.cleaned(today, before=row.due_on)
    if row.until is not None and wanted.due_on < row.until:
        raise ValidationError({"due_on": f"填报期限不能早于事项截止日（{row.until:%Y-%m-%d}）。"})
    before, after = {}, {}
    for name in ("title", "due_on", "note"):
        old, new = getattr(row, name), getattr(wanted, name)
        if old != new:
            before[name], after[name] = str(old), str(new)
            setattr(row, name, new)
    if not after:
        return False
    row.save()
    record(EventKind.CHANGE, obj=row, before=before, after=after)
    return True


@transaction.atomic
def close(*, user: User, asked: Round) -> bool:
    """End a round: what is unfinished stays so, nobody is reminded any more. False when it was ended."""
    return _end(user, asked, RoundState.CLOSED, "")


@transaction.atomic
def withdraw(*, user: User, asked: Round, reason: str) -> bool:
    """Take a round back, with a reason that its streets read. False when it was taken back already."""
    return _end(user, asked, RoundState.WITHDRAWN, reason)


def _end(user: User, asked: Round, state: RoundState, reason: str) -> bool:
    require(user, Action.COLLECT, asked.path)
    row = locked(asked)
    if row.state == state:
        return False
    must_be_open(row)
    if state == RoundState.WITHDRAWN:
        row.reason = clean_text(reason, "reason", longest=REASON, missing="请填写撤回原因。")
    row.state, row.ended_by, row.ended_at = state, user, timezone.now()
    row.save()
    record(
        EventKind.TRANSITION,
        obj=row,
        before={"state": RoundState.OPEN},
        after={"state": state},
        reason=row.reason,
    )
    return True
