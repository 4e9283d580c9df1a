"""督办: the bureau reminds, supervises or summons whoever answers for a measure; answered, and closed."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require, scope_of
from governance.audit.models import EventKind
from governance.divisions.models import Division
from governance.implementation.entries import clean_text, is_written, locked, log, undertaking_for, write
from governance.implementation.models import EntryKind, Undertaking, UrgingLevel
from governance.implementation.units import applies, names_of
from governance.policies.models import Measure


def next_level(level: str) -> UrgingLevel:
    """The level after one; the first of all without one, the last one stays."""
    levels = list(UrgingLevel)
    if not level:
        return levels[0]
    return levels[min(levels.index(UrgingLevel(level)) + 1, len(levels) - 1)]


@transaction.atomic
def urge(
    *,
    user: User,
    division: Division,
    measure: Measure,
    unit_name: str,
    level: str,
    text: str,
    due_on: date,
    key: str,
    today: date,
) -> Undertaking:
    """Begin a 督办, or raise an open one; an equal request changes nothing.

    Raises `PermissionDenied`, and `ValidationError` naming the field.
    """
    require(user, Action.REVIEW_CASE, division.path)
    if not applies(measure.document, division):
        raise ValidationError(f"《{measure.document.title}》不适用于{division.name}。")
    if level not in UrgingLevel.values:
        raise ValidationError({"level": "请选择督办级别。"})
    if due_on < today:
        raise ValidationError({"due_on": "办理期限不能早于今天。"})
    text = clean_text(text)
    undertaking = undertaking_for(division=division, measure=measure, unit_name=unit_name)
    if is_written(undertaking, key):
        return undertaking
    levels = UrgingLevel.values
    if undertaking.level and levels.index(level) < levels.index(undertaking.level):
        raise ValidationError({"level": f"已经在“{undertaking.get_level_display()}”，不能再降低级别。"})
    entry = write(undertaking, user, EntryKind.URGE, key, text=text, level=level, due_on=due_on)
    undertaking.level, undertaking.urged_due_on, undertaking.is_answered = level, due_on, False
    undertaking.save(update_fields=["level", "urged_due_on", "is_answered", "path"])
    log(undertaking, EventKind.TRANSITION, entry, level=entry.get_level_display(), due_on=due_on)
    return undertaking


def may_answer(user: User, undertaking: Undertaking) -> bool:
    """Whoever works for the unit addressed, or keeps the records of the division that is."""
    scope = scope_of(user)
    if not undertaking.unit_name:
        return scope.may(Action.CHANGE, undertaking.path)
    if not scope.may(Action.VIEW, undertaking.path):
        return False
    return undertaking.unit_name in names_of(user)


@transaction.atomic
def answer(*, user: User, undertaking: Undertaking, text: str, key: str) -> bool:
    """Reply to an open 督办; False when this form has done so already.

    Raises `PermissionDenied`, `ValidationError`.
    """
    if not may_answer(user, undertaking):
        raise PermissionDenied("只有被督办的单位可以回复。")
    text = clean_text(text)
    undertaking = locked(undertaking.pk)
    if is_written(undertaking, key):
        return False
    if not undertaking.is_urged:
        raise ValidationError("督办已经办结，不用再回复。")
    entry = write(undertaking, user, EntryKind.ANSWER, key, text=text, level=undertaking.level)
    undertaking.is_answered = True
    undertaking.save(update_fields=["is_answered", "path"])
    log(undertaking, EventKind.TRANSITION, entry)
    return True


@transaction.atomic
def close(*, user: User, undertaking: Undertaking, text: str = "", key: str) -> bool:
    """Close an open 督办; False when this form has done so already.

    Raises `PermissionDenied`, `ValidationError`.
    """
    require(user, Action.REVIEW_CASE, undertaking.path)
    text = clean_text(text, required=False)
    undertaking = locked(undertaking.pk)
    if is_written(undertaking, key):
        return False
    if not undertaking.is_urged:
        raise ValidationError("督办已经办结。")
    entry = write(
        undertaking,
        user,
        EntryKind.CLOSE,
        key,
        text=text,
        level=undertaking.level,
        due_on=undertaking.urged_due_on,
    )
    undertaking.level, undertaking.urged_due_on, undertaking.is_answered = "", None, False
    undertaking.save(update_fields=["level", "urged_due_on", "is_answered", "path"])
    log(undertaking, EventKind.TRANSITION, entry, level=entry.get_level_display())
    return True
