"""Saving a form: a workbook of one row through the engine of imports.

So the rules, the finding of persons, the three-way comparison with what others changed meanwhile, versions,
events and the refresh of results are the same for a form and a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.exchange.guard import Kind
from governance.exchange.hooks import after_import
from governance.exchange.importing.apply import MINE, Describe, StalePlan, write
from governance.exchange.importing.lines import Change, Line, Plan, Status
from governance.exchange.importing.prepare import prepare_workbook
from governance.exchange.reader import RawSheet, RawWorkbook
from governance.exchange.sheets import Sheet, SheetField
from governance.exchange.tokens import row_token
from governance.exchange.writer import ID_COLUMN, VERSION_COLUMN
from governance.records import drafts, once
from governance.records.forms import cell_text

TRIES = 4
"""A row that changes between comparing and writing is compared again, then under its lock."""

BUSY = "这条记录正被他人修改，没有保存，请稍后再试。"


class EntryRefused(Exception):
    """The entry has faults and nothing was saved: (column, message) pairs, the column empty for the whole.

    `existing` is the record that is there already, when that is why.
    """

    def __init__(self, faults: Sequence[tuple[str, str]], existing: Any = None) -> None:
        super().__init__("；".join(message for _, message in faults))
        self.faults = list(faults)
        self.existing = existing


class EntryConflict(Exception):
    """Somebody changed the same fields meanwhile; nothing was saved."""

    def __init__(self, line: Line) -> None:
        super().__init__("这条记录刚刚被他人修改。")
        self.line = line


@dataclass(frozen=True)
class Entry:
    """One record as a form gives it: texts by column name; columns left out stay as they are.

    `row`: the record that is changed, None for a new one, which names its community in the cells. `version`:
    the one the form was made from.
    """

    sheet: Sheet
    cells: Mapping[str, str]
    row: Any = None
    version: int | None = None


@dataclass(frozen=True)
class Saved:
    """What came of a form. `changed` is false when nothing was different, or an equal request came first."""

    row: Any
    changed: bool = True
    repeated: bool = False
    notices: list[str] = field(default_factory=list)


def compare(user: User, entries: Sequence[Entry]) -> Plan:
    """What the entries, all of one sheet, would change; nothing is written."""
    sheet = entries[0].sheet
    given = [_all_cells(entry) for entry in entries]
    header = [name for name in sheet.columns if any(name in each for each in given)]
    rows: list[Any] = []
    for number, (entry, each) in enumerate(zip(entries, given, strict=True), start=2):
        if entry.row is not None:
            # A cell that another entry brings in would be emptied here.
            each |= {name: cell_text(sheet.columns[name], entry.row) for name in header if name not in each}
        token = row_token(sheet.name, entry.row.pk) if entry.row is not None else None
        version = str(entry.version) if entry.version is not None else None
        rows.append((number, [*(each.get(name) for name in header), token, version]))
    raw = RawSheet(sheet.name, [*header, ID_COLUMN, VERSION_COLUMN], rows)
    workbook = RawWorkbook(kind=Kind.XLSX, sheets=[raw])
    # What the user may not see reads like missing; the right to add or change is asked of each row.
    return prepare_workbook(workbook, user, on=timezone.localdate(), reach=Action.VIEW)


def _all_cells(entry: Entry) -> dict[str, Any]:
    """The cells with those a form does not ask for: columns that only check, and what a new row lacks."""
    columns = entry.sheet.columns
    if entry.row is None:
        return dict.fromkeys(columns, "") | dict(entry.cells)
    fixed = {name: column.cell(entry.row) for name, column in columns.items() if not column.path}
    return {**entry.cells, **fixed}


def save(
    *,
    user: User,
    entry: Entry,
    token: str = "",
    draft_key: str = "",
    reason: str = "",
    kind: str = "",
) -> Saved:
    """Save one record and log it; the draft of the form goes.

    `token` is the form's number: the same form again gives the record it saved. `kind` of event, where it is
    more than adding or changing. Raises `EntryRefused`, `EntryConflict` and `PermissionDenied`.
    """
    said: dict[str, Any] = {"reason": reason, "detail": {"origin": "form"}}
    if kind:
        said["kind"] = kind

    def attempt() -> tuple[Saved, set[str]]:
        plan = compare(user, [entry])
        if (row := once.find_saved(user, token, entry.sheet.model)) is not None:
            return Saved(row, changed=False, repeated=True), set()
        line = plan.lines[0]
        judge(plan, line, entry)
        notices = [hint.message for hint in plan.notices]
        if not line.changes and line.stored is not None:
            drafts.discard(user=user, key=draft_key)
            return Saved(line.stored, changed=False, notices=notices), set()
        paths = write_plan(user, plan, lambda _: said, token=token, draft_key=draft_key)
        return Saved(line.row, notices=notices), paths

    return try_until_saved(attempt, entry)


def try_until_saved(attempt: Callable[[], tuple[Saved, set[str]]], entry: Entry) -> Saved:
    """Compare and write until nobody came between; after a first failure the record is locked meanwhile.

    `attempt` gives what was saved and the paths whose results are to be refreshed.
    """
    for number in range(TRIES):
        try:
            with _held(entry) if number else nullcontext():
                saved, paths = attempt()
        except (StalePlan, once.AlreadySubmitted):
            continue
        after_import.run(paths, timezone.localdate())
        return saved
    raise EntryRefused([("", BUSY)])


@contextmanager
def _held(entry: Entry) -> Iterator[None]:
    """A transaction in which nobody else can change the record."""
    with transaction.atomic():
        if entry.row is not None:
            entry.sheet.model._default_manager.select_for_update().filter(pk=entry.row.pk).first()
        yield


def judge(plan: Plan, line: Line, entry: Entry) -> None:
    """Raise what stands in the way of saving a line."""
    if entry.row is None and line.stored is not None:
        raise EntryRefused([(line.sheet.key[0], _already_there(line))], existing=line.stored)
    faults = [fault for each in plan.lines for fault in _of_no_community(each)]
    if faults := [*faults, *((fault.column, fault.message) for fault in plan.errors)]:
        place = line.sheet.place
        if any(name == place and message.startswith("您没有") for name, message in faults):
            raise PermissionDenied(next(message for name, message in faults if name == place))
        raise EntryRefused(faults)
    if line.status == Status.CONFLICT:
        raise EntryConflict(line)


def _of_no_community(line: Line) -> list[tuple[str, str]]:
    """A line whose community is not known is not looked at any further; a form names all gaps at once."""
    if line.division is not None:
        return []
    faults = [(column.name, f"“{column.name}”是必填项，请填写。") for column in line.missing]
    place = line.sheet.place
    if not line.raw(place):
        line.faults = [fault for fault in line.faults if fault.column != place]
        faults = [each for each in faults if each[0] != place]
        return [(place, f"请选择{line.sheet.place_word}。"), *faults]
    return faults


def _already_there(line: Line) -> str:
    name = line.sheet.key[0]
    what = f"{name}为“{line.final(name)}”的记录"
    if line.sheet.link is not None:
        return f"本社区已有{what}。是同一人的请修改原记录；不是同一人的，两人都要填写身份证号。"
    return f"本{line.sheet.place_word}已有{what}，请换一个，或到原记录修改。"


def carry_out(user: User, plan: Plan, describe: Describe) -> None:
    """Write a plan made of forms, and refresh what depends on it. Raises `StalePlan`."""
    after_import.run(write_plan(user, plan, describe), plan.on)


def write_plan(
    user: User, plan: Plan, describe: Describe, *, token: str = "", draft_key: str = ""
) -> set[str]:
    """Write a plan in one transaction with the form's number and the end of its draft; gives the paths."""
    with transaction.atomic():
        submission = once.claim(user, token)
        paths = write(plan, user, MINE, describe=describe)
        once.settle(submission, plan.lines[-1].row)
        drafts.discard(user=user, key=draft_key)
    return paths


@dataclass(frozen=True)
class Clash:
    """A field that two people changed: how it stood, and what each made of it; shown as in lists, masked."""

    name: str
    label: str
    base: str
    theirs: str
    mine: str


def _shown(value: Any) -> str:
    return "（空）" if value in (None, "") else str(value)


def clashes(line: Line, names: Mapping[str, str]) -> list[Clash]:
    """The fields in conflict; `names` are field names by column name."""
    return [
        Clash(
            name=names[change.column.name],
            label=change.column.name,
            base=_shown(change.base),
            theirs=_shown(line.show(change.column, change.old)),
            mine=_shown(line.show(change.column, change.new)),
        )
        for change in line.changes
        if change.is_conflict and change.column.name in names
    ]


def merged_cells(line: Line, entry: Entry) -> dict[str, str]:
    """The entry over the record as it is now: what I changed, and for all else what is stored.

    With the present version this entry can be saved or edited further without undoing what others did.
    """
    changed: dict[str, Change] = {change.column.name: change for change in line.changes}
    columns: Mapping[str, SheetField] = entry.sheet.columns
    return {
        name: text if name in changed or not columns[name].path else cell_text(columns[name], line.stored)
        for name, text in entry.cells.items()
    }
