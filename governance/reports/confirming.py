"""确认本街道数据: the street lead says once a period that the data of the whole street are right."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division, Level
from governance.reports.current import current_period
from governance.reports.models import DataConfirmation, Period


@transaction.atomic
def confirm_data(*, user: User, division: Division, today: date, note: str = "") -> DataConfirmation:
    """Confirm a street's data for the current period; doing it twice changes nothing.

    Raises `PermissionDenied`, and `ValidationError` for what is no street or no longer one.
    """
    require(user, Action.CONFIRM_DATA, division.path)
    if division.level != Level.STREET or division.closed_on is not None:
        raise ValidationError("数据由现有的街道（乡镇）按报告期确认。")
    period = Period.objects.for_half_year(current_period(today).half_year)
    word, is_new = DataConfirmation.objects.get_or_create(
        division=division,
        period=period,
        withdrawn_at=None,
        defaults={"confirmed_by": user, "note": note.strip()[:200]},
    )
    if is_new:
        after = {"报告期": period.label, "说明": word.note}
        record(EventKind.TRANSITION, obj=word, after=after, reason="确认本街道数据")
    return word


@transaction.atomic
def withdraw(*, user: User, division: Division, reason: str, today: date) -> None:
    """Take the confirmation back, until the end of the cut-off day; nothing happens where there is none.

    Raises `PermissionDenied`, and `ValidationError` without a reason or after the cut-off.
    """
    require(user, Action.CONFIRM_DATA, division.path)
    if not reason.strip():
        raise ValidationError({"reason": "请填写撤回原因。"})
    period = current_period(today)
    if period.is_cut_off(today):
        raise ValidationError(
            f"{period.label}的数据截止日 {period.cut_off} 已过，数据已定稿，确认不能撤回；"
            "发现错误请报区（县）经办更正。"
        )
    words = DataConfirmation.objects.select_for_update().filter(withdrawn_at=None)
    word = words.filter(division=division, period__code=period.code).first()
    if word is None:
        return
    word.withdrawn_at, word.withdrawn_by, word.reason = timezone.now(), user, reason.strip()[:200]
    word.save()
    record(EventKind.TRANSITION, obj=word, before={"报告期": period.label}, reason=f"撤回：{word.reason}")
