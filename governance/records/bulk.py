"""Ending and voiding several records at once: all of them, or none and the reasons by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.audit.models import EventKind
from governance.audit.services import build, record_many
from governance.exchange.hooks import after_import
from governance.exchange.importing.apply import StalePlan
from governance.exchange.sheets import Sheet
from governance.records.editing import TRIES, Entry, carry_out, compare
from governance.records.services import clean_reason, end_word, refuse_division, refuse_event


class RowsRefused(Exception):
    """Nothing was done: (record, why not) for each record that stands in the way."""

    def __init__(self, refused: Sequence[tuple[Any, str]]) -> None:
        super().__init__("；".join(f"{row}：{why}" for row, why in refused))
        self.refused = list(refused)


def end_rows(*, user: User, sheet: Sheet, rows: Sequence[Any], on: dt.date, reason: str) -> int:
    """End records on a day with one reason, through the engine of imports; returns how many.

    Those that ended on that very day already count as done. Raises `ValidationError` (field `reason`) and
    `RowsRefused`.
    """
    refuse_division(sheet)
    refuse_event(sheet)
    reason = clean_reason(reason)
    said: dict[str, Any] = {"reason": reason, "detail": {"origin": "form"}, "kind": EventKind.END}
    for _ in range(TRIES):
        rows = _fresh(sheet, rows)
        word = end_word(sheet)
        faults = _not_allowed(user, rows)
        for row in rows:
            if row.voided_on is not None:
                faults.append((row, "已作废"))
            elif row.ended_on is not None and row.ended_on != on:
                faults.append((row, f"已于 {row.ended_on:%Y-%m-%d} {word}"))
        if faults:
            raise RowsRefused(faults)
        entries = [Entry(sheet, {sheet.end: on.isoformat()}, row, row.version) for row in rows]
        plan = compare(user, entries)
        if plan.errors:
            # The first entry stands in the second row of the sheet, under the head.
            raise RowsRefused([(rows[fault.row - 2], fault.message) for fault in plan.errors])
        if not any(line.changes for line in plan.lines):
            return 0
        try:
            carry_out(user, plan, lambda _: said)
        except StalePlan:
            continue
        return sum(1 for line in plan.lines if line.changes)
    raise ValidationError("这些记录正被他人修改，没有保存，请稍后再试。")


def void_rows(*, user: User, sheet: Sheet, rows: Sequence[Any], reason: str) -> int:
    """Void records with one reason; returns how many. Those voided already count as done.

    Raises `ValidationError` (field `reason`) and `RowsRefused`.
    """
    refuse_division(sheet)
    reason = clean_reason(reason)
    today = timezone.localdate()
    with transaction.atomic():
        locked = _fresh(sheet, rows, lock=True)
        if faults := _not_allowed(user, locked):
            raise RowsRefused(faults)
        live = [row for row in locked if row.voided_on is None]
        before = {"voided_on": None, "void_reason": ""}
        after = {"voided_on": today.isoformat(), "void_reason": reason}
        events = []
        for row in live:
            row.voided_on, row.void_reason = today, reason
            row.version += 1
            detail = {"origin": "form"}
            events.append(
                build(EventKind.VOID, obj=row, before=before, after=after, reason=reason, detail=detail)
            )
        sheet.model._default_manager.bulk_update(live, ["voided_on", "void_reason", "version"])
        record_many(events)
    after_import.run({row.path for row in live}, today)
    return len(live)


def _fresh(sheet: Sheet, rows: Sequence[Any], *, lock: bool = False) -> list[Any]:
    """The records as they are now, in path order."""
    found = sheet.model._default_manager.filter(pk__in=[row.pk for row in rows]).order_by("path", "pk")
    if lock:
        return list(_with_name(sheet, found.select_for_update(of=("self",))))
    return list(_with_name(sheet, found.select_related("division__parent")))


def _with_name(sheet: Sheet, rows: Any) -> Any:
    return rows.select_related(sheet.link.field) if sheet.link is not None else rows


def _not_allowed(user: User, rows: Sequence[Any]) -> list[tuple[Any, str]]:
    scope = scope_of(user)
    return [(row, "您没有修改这个社区记录的权限") for row in rows if not scope.may(Action.CHANGE, row.path)]
