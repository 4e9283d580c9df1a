"""Moving a person to another community: the old record ends, a new one begins, nothing is typed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, require
from governance.audit.models import EventKind
from governance.exchange.importing.lines import Line, Plan
from governance.exchange.sheets import COMMUNITY_CODE, Sheet, SheetField
from governance.records import once
from governance.records.editing import (
    Entry,
    EntryRefused,
    Saved,
    compare,
    judge,
    try_until_saved,
    write_plan,
)
from governance.records.forms import cell_text


def can_move(sheet: Sheet) -> bool:
    """Whether the records of a registry are about persons in office, who may go elsewhere."""
    return sheet.link is not None and bool(sheet.begin and sheet.end)


def open_elsewhere(user: User, sheet: Sheet, row: Any) -> str:
    """What to tell about a person who is in office elsewhere too, within the user's scope; or nothing."""
    if not can_move(sheet) or row.ended_on is not None:
        return ""
    person = f"{sheet.link.field}_id"  # type: ignore[union-attr]
    others = sheet.model._default_manager.valid().filter(ended_on=None, **{person: getattr(row, person)})
    other = permitted(others.exclude(pk=row.pk), user).select_related("division").first()
    if other is None:
        return ""
    where = f"“{other.division.name}”"
    return f"此人在{where}还有一条没有{sheet.end}的记录；已经调来的，请到那条记录填写{sheet.end}。"


def move(
    *,
    user: User,
    sheet: Sheet,
    row: Any,
    cells: Mapping[str, str],
    on: dt.date,
    version: int | None = None,
    token: str = "",
    draft_key: str = "",
    reason: str = "",
) -> Saved:
    """End a record on a day and begin one in another community on the same day, in one transaction.

    `cells` are those of the new record with its community; personal ones left as their masks are taken from
    the person. What is changed about the person is changed for both records. Raises `EntryRefused`,
    `EntryConflict` and `PermissionDenied`.
    """
    require(user, Action.CHANGE, row.path)
    if row.voided_on is not None:
        raise EntryRefused([("", "这条记录已作废，不能调动。")])
    if cells.get(COMMUNITY_CODE) == row.division.code:
        raise EntryRefused([(COMMUNITY_CODE, "与现在的社区相同，请选择要调入的社区。")])
    day = on.isoformat()
    about_person = {name: text for name, text in cells.items() if len(_path(sheet, name)) == 2}
    old = Entry(sheet, {**about_person, sheet.end: day}, row, version or row.version)
    whole = {name: _whole(sheet.columns[name], row, text) for name, text in cells.items()}
    new = Entry(sheet, {**whole, sheet.begin: day, sheet.end: ""})

    def attempt() -> tuple[Saved, set[str]]:
        if (saved := once.find_saved(user, token, sheet.model)) is not None:
            return Saved(saved, changed=False, repeated=True), set()
        if row.ended_on is not None and row.ended_on < on:
            raise EntryRefused([(sheet.end, f"此人已于 {row.ended_on:%Y-%m-%d} {sheet.end[:2]}。")])
        plan = compare(user, [old, new])
        leaving, arriving = plan.lines
        judge(plan, leaving, old)
        judge(plan, arriving, new)
        _same_person(leaving, arriving)
        paths = write_plan(user, plan, _describer(plan, reason), token=token, draft_key=draft_key)
        return Saved(arriving.row, notices=[hint.message for hint in plan.notices]), paths

    return try_until_saved(attempt, old)


def _path(sheet: Sheet, name: str) -> list[str]:
    return sheet.columns[name].path


def _whole(column: SheetField, row: Any, text: str) -> str:
    """The full value behind a mask that was left as it is; a new record cannot be made of masks."""
    if not column.is_personal or text != cell_text(column, row):
        return text
    value = column.render(column.stored(row), reveal=True)
    if value in (None, ""):
        return ""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _same_person(leaving: Line, arriving: Line) -> None:
    """Without an ID number nothing in the cells says that both lines are about one human: say so here."""
    if arriving.subject is not leaving.subject:
        arriving.subject = leaving.subject
        leaving.subject.lines.append(arriving)


def _describer(plan: Plan, reason: str) -> Any:
    """Both events name the other community and carry the reason."""
    leaving, arriving = plan.lines
    assert leaving.division is not None and arriving.division is not None
    here, there = leaving.division, arriving.division

    def describe(line: Line) -> dict[str, Any]:
        goes = line is leaving
        what = f"调往{there.name}" if goes else f"由{here.name}调入"
        said = f"{what}：{reason}" if reason else what
        other = {"moved_to": there.code} if goes else {"moved_from": here.code}
        detail = {"origin": "form", **other}
        kind = EventKind.END if goes else EventKind.CREATE
        return {"kind": kind, "reason": said, "detail": detail}

    return describe
