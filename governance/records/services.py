"""Ending, voiding, restoring and showing records: services that check, write and log."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.exchange.hooks import after_import
from governance.exchange.sheets import Sheet
from governance.records.editing import Entry, EntryConflict, EntryRefused, Saved, save

MOST_REASON = 200


def clean_reason(text: str) -> str:
    """A reason somebody else can read later; raises `ValidationError`."""
    reason = " ".join(text.split())
    if len(reason) < 2:
        raise ValidationError({"reason": "请写明原因，至少两个字。"})
    if len(reason) > MOST_REASON:
        raise ValidationError({"reason": f"原因最多 {MOST_REASON} 个字，请缩短。"})
    return reason


def refuse_division(sheet: Sheet) -> None:
    """The row of a community lives and ends with its division, which ends by a change of divisions."""
    if sheet.is_per_community:
        raise ValidationError("社区不能在这里结束或作废，请办理区划变更。")


def refuse_event(sheet: Sheet) -> None:
    """What happened on a day, or stands for a period, has no end of its own."""
    if not sheet.end:
        raise ValidationError(f"“{sheet.caption}”的记录没有结束日期，误录的请作废。")


def end_word(sheet: Sheet) -> str:
    """What ending is called in a registry: 撤销, 离任, 停用 …"""
    return sheet.end.removesuffix("日期")


def ended_text(sheet: Sheet, what: str, on: dt.date) -> str:
    """What to say after an ending; one in the future counts until then."""
    if on > timezone.localdate():
        return f"已登记{end_word(sheet)}：{what}，自 {on:%Y-%m-%d} 起生效，此前仍计入在册。"
    return f"已{end_word(sheet)}：{what}。"


def end(*, user: User, sheet: Sheet, row: Any, on: dt.date, reason: str) -> Saved:
    """End a record: `on` is the first day on which it no longer counts. Asked twice it ends once.

    Raises `ValidationError` (fields `on`, `reason`) and `PermissionDenied`.
    """
    require(user, Action.CHANGE, row.path)
    refuse_division(sheet)
    refuse_event(sheet)
    reason = clean_reason(reason)
    if row.voided_on is not None:
        raise ValidationError(f"这条记录已作废，不能再{end_word(sheet)}。")
    if row.ended_on is not None and row.ended_on != on:
        raise ValidationError(
            {"on": f"已于 {row.ended_on:%Y-%m-%d} {end_word(sheet)}；日期有误的请修改记录。"}
        )
    entry = Entry(sheet, {sheet.end: on.isoformat()}, row, row.version)
    try:
        return save(user=user, entry=entry, reason=reason, kind=EventKind.END)
    except EntryRefused as error:
        raise ValidationError({"on": [message for _, message in error.faults]}) from error
    except EntryConflict as error:
        raise ValidationError("这条记录刚刚被他人修改，请核对后再试。") from error


def void(*, user: User, sheet: Sheet, row: Any, reason: str) -> Any:
    """Void a record that should never have been entered; it counts nowhere, and stays to be looked at.

    Asked twice it is voided once. Raises `ValidationError` (field `reason`) and `PermissionDenied`.
    """
    require(user, Action.CHANGE, row.path)
    refuse_division(sheet)
    reason = clean_reason(reason)
    with transaction.atomic():
        row = _lock(sheet, row)
        require(user, Action.CHANGE, row.path)
        if row.voided_on is not None:
            return row
        _set_void(row, timezone.localdate(), reason, EventKind.VOID, reason)
    after_import.run([row.path], timezone.localdate())
    return row


def restore(*, user: User, sheet: Sheet, row: Any, reason: str) -> Any:
    """Take back a voiding. Asked twice it is restored once.

    Raises `ValidationError` when a valid record of the same key stands in its place, and `PermissionDenied`.
    """
    require(user, Action.CHANGE, row.path)
    refuse_division(sheet)
    reason = clean_reason(reason)
    with transaction.atomic():
        row = _lock(sheet, row)
        require(user, Action.CHANGE, row.path)
        if row.voided_on is None:
            return row
        _refuse_twin(sheet, row)
        try:
            with transaction.atomic():
                _set_void(row, None, "", EventKind.CHANGE, reason)
        except IntegrityError:
            raise ValidationError(f"本{sheet.place_word}刚刚登记了相同的记录，不能恢复，请核对。") from None
    after_import.run([row.path], timezone.localdate())
    return row


def _lock(sheet: Sheet, row: Any) -> Any:
    return sheet.model._default_manager.select_for_update().get(pk=row.pk)


def _set_void(row: Any, on: dt.date | None, void_reason: str, kind: EventKind, reason: str) -> None:
    before = _void_state(row)
    row.voided_on, row.void_reason = on, void_reason
    row.version += 1
    row.save(update_fields=["voided_on", "void_reason", "version"])
    record(kind, obj=row, before=before, after=_void_state(row), reason=reason, detail={"origin": "form"})


def _void_state(row: Any) -> dict[str, Any]:
    return {
        "voided_on": row.voided_on.isoformat() if row.voided_on else None,
        "void_reason": row.void_reason,
    }


def _refuse_twin(sheet: Sheet, row: Any) -> None:
    """A valid record with the same key in the same community makes restoring impossible."""
    others = sheet.model._default_manager.valid().filter(division_id=row.division_id).exclude(pk=row.pk)
    if sheet.link is not None:
        if row.ended_on is not None:
            return
        person = f"{sheet.link.field}_id"
        same = others.filter(ended_on=None, **{person: getattr(row, person)})
        what = f"“{row}”在本社区已有一条没有{sheet.end}的记录"
    else:
        columns = [sheet.columns[name] for name in sheet.key]
        same = others.filter(**{"__".join(column.path): column.stored(row) for column in columns})
        what = f"本{sheet.place_word}已有{sheet.key[0]}为“{columns[0].stored(row)}”的有效记录"
    if same.exists():
        raise ValidationError(f"{what}，不能恢复；请先核对那一条记录，重复的保留一条即可。")


def reveal(*, user: User, sheet: Sheet, row: Any, reason: str) -> list[tuple[str, str]]:
    """The personal data of one record in full as (column, text) pairs; who looked and why is logged.

    Raises `ValidationError` (field `reason`) and `PermissionDenied`.
    """
    require(user, Action.REVEAL, row.path)
    reason = clean_reason(reason)
    columns = [column for column in sheet.columns.values() if column.is_personal]
    shown = [(column.name, _full(column.render(column.stored(row), reveal=True))) for column in columns]
    record(EventKind.REVEAL, obj=row, reason=reason, detail={"columns": [column.name for column in columns]})
    return shown


def _full(value: Any) -> str:
    if value in (None, ""):
        return ""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def is_personal(sheet: Sheet) -> bool:
    """Whether a registry holds personal data that is shown masked."""
    return any(column.is_personal for column in sheet.columns.values())
