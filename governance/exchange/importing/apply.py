"""Carrying out a plan: everything in one transaction with a few statements, or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat

from governance import bulk
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import Scope
from governance.audit.models import Event, EventKind
from governance.audit.services import build, record, record_many
from governance.exchange import sheets as registry
from governance.exchange.hooks import after_import
from governance.exchange.importing.lines import Line, Plan, Status, conflict_key
from governance.exchange.importing.session import Session, chunks
from governance.exchange.sheets import Sheet

THEIRS, MINE = "theirs", "mine"

Describe = Callable[[Line], dict[str, Any]]
"""What the event of a line says beyond its changes: `kind`, `reason`, `detail` as `audit.services.build`."""


class Memory(Protocol):
    """Remembers what an import overwrites, inside its transaction."""

    def before(self, lines: Sequence[Line]) -> None:
        """Called when the rows are locked and still as they were."""

    def after(self, lines: Sequence[Line], spread: Sequence[Event]) -> None:
        """Called when all is written; `spread` are the events of rows that are not in the file."""


class ImportRefused(Exception):
    """The plan has errors or undecided conflicts; nothing was saved."""


class StalePlan(Exception):
    """Rows of the plan were changed between preparing and applying; nothing was saved: prepare again."""


def apply(plan: Plan, user: User, on_conflict: str | None = None, *, file_name: str = "") -> Plan:
    """Save everything a plan would change, as one transaction, and log it; then refresh what depends on it.

    `on_conflict`: `theirs` keeps what others changed meanwhile, `mine` overwrites it; None refuses a plan
    with conflicts. Raises `ImportRefused`, `StalePlan`, and `PermissionDenied` when rights were withdrawn.
    """
    paths = write(plan, user, on_conflict, file_name=file_name)
    after_import.run(paths, plan.on)
    return plan


def write(
    plan: Plan,
    user: User,
    on_conflict: str | None = None,
    *,
    file_name: str = "",
    describe: Describe | None = None,
    decisions: Mapping[str, str] | None = None,
    memory: Memory | None = None,
) -> set[str]:
    """The transaction of `apply` alone; gives the paths of what was changed, for `after_import`.

    `decisions` go before `on_conflict`: `conflict_key` → theirs or mine.
    With `describe` the plan came from a form: its events say what it tells, and none of them is of a file.
    """
    if on_conflict not in (None, THEIRS, MINE):
        raise ValueError(f"on_conflict must be theirs or mine, not {on_conflict!r}")
    decisions = decisions or {}
    if not plan.may_apply(on_conflict, decisions):
        raise ImportRefused("工作簿有错误或冲突未处理，没有保存任何内容。")
    # The scope is read afresh: a right withdrawn since the preview counts.
    session = Session(user, plan.on, Scope(user), reach=plan.reach)
    lines = _effective(plan, on_conflict, decisions)
    try:
        with bulk.without_collector(), transaction.atomic():
            paths = _write(session, lines, describe, memory)
            if describe is None:
                choices = {on_conflict, *decisions.values()} - {None}
                chosen = "/".join(sorted(map(str, choices))) if plan.conflicts else None
                _record(plan, session.scope, paths, chosen, file_name)
    except IntegrityError as error:
        raise StalePlan("数据刚刚被他人修改，请重新预览。") from error
    return paths


def _effective(plan: Plan, on_conflict: str | None, decisions: Mapping[str, str]) -> list[Line]:
    """Lines that write something, with the changes to write."""
    lines = []
    for line in plan.of(Status.NEW, Status.CHANGED, Status.CONFLICT):
        line.writes = [
            change
            for change in line.changes
            if not change.is_conflict
            or decisions.get(conflict_key(line.sheet.name, line.number, change.column.name), on_conflict)
            != THEIRS
        ]
        if line.writes or line.stored is None:
            lines.append(line)
    return lines


def _write(
    session: Session, lines: Sequence[Line], describe: Describe | None, memory: Memory | None
) -> set[str]:
    by_sheet: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_sheet[line.sheet.name].append(line)
    present = [sheet for sheet in registry.known() if sheet.name in by_sheet]
    for sheet in present:
        _lock(sheet, by_sheet[sheet.name])
    if memory is not None:
        memory.before(lines)
    for line in lines:
        _require(session, line)
        _fill(line)
    linked: dict[int, list[Line]] = defaultdict(list)
    links = {id(sheet.link): sheet.link for sheet in present if sheet.link is not None}
    for line in lines:
        if line.sheet.link is not None:
            linked[id(line.sheet.link)].append(line)
    for key, some in linked.items():
        links[key].save(session, some)
    for sheet in present:
        _save(sheet, by_sheet[sheet.name])
    record_many([_event(line, describe(line) if describe else {}) for line in lines])
    paths = {line.row.path for line in lines}
    spread: list[Event] = []
    for key, some in linked.items():
        spread.extend(links[key].spread(session, some))
    record_many(spread)
    paths.update(event.path for event in spread)
    if memory is not None:
        memory.after(lines, spread)
    return paths


def _lock(sheet: Sheet, lines: Sequence[Line]) -> None:
    """Lock the rows to be changed and see that they still are what the plan was made from."""
    versions = {line.stored.pk: line.stored.version for line in lines if line.stored is not None}
    rows = sheet.model._default_manager.valid().select_for_update()
    now: dict[int, int] = {}
    for some in chunks(sorted(versions)):
        now.update(rows.filter(pk__in=some).order_by("pk").values_list("pk", "version"))
    if now != versions:
        raise StalePlan("数据刚刚被他人修改，请重新预览。")


def _require(session: Session, line: Line) -> None:
    """The last look at the rights, at the very rows that are saved."""
    path = line.division.path if line.stored is None else line.stored.path  # type: ignore[union-attr]
    for action in (session.reach, Action.ADD if line.stored is None else Action.CHANGE):
        if not session.may(action, path):
            raise PermissionDenied("您已没有在这些社区录入的权限，没有保存任何内容。")


def _fill(line: Line) -> None:
    """Put the changes on the model row; those of a linked object are left to the link."""
    sheet = line.sheet
    row = line.stored
    if row is None:
        assert line.division is not None
        row = sheet.model(division=line.division, path=line.division.path)
    else:
        row.version += 1
    for change in line.writes:
        if len(change.column.path) == 1:
            setattr(row, change.column.path[0], change.new)
    sheet.resource.finish(row)
    line.row = row


def _save(sheet: Sheet, lines: Sequence[Line]) -> None:
    model = sheet.model
    changed = [line.row for line in lines if line.stored is not None]
    if changed:
        _free_keys(sheet, lines)
        columns = {
            change.column.model_field
            for line in lines
            if line.stored is not None
            for change in line.writes
            if len(change.column.path) == 1
        }
        if sheet.link is not None:
            columns.add(sheet.link.field)
        bulk.update(model, changed, ["version", *sorted(columns | set(sheet.derived))])
    made = [line.row for line in lines if line.stored is None]
    if made:
        bulk.insert(model, made)


def _free_keys(sheet: Sheet, lines: Sequence[Line]) -> None:
    """Move keys that are exchanged between rows (01 → 02, 02 → 01) out of each other's way first."""
    if not sheet.key or sheet.link is not None:
        return
    field = sheet.columns[sheet.key[0]].path[0]
    moving = [
        line.row.pk
        for line in lines
        if line.stored is not None and any(change.column.name in sheet.key for change in line.writes)
    ]
    if len(moving) > 1:
        for some in chunks(moving):
            sheet.model._base_manager.filter(pk__in=some).update(
                **{field: Concat(Value("\x01"), Cast(F("pk"), models.CharField()))}
            )


def _event(line: Line, said: dict[str, Any]) -> Event:
    after = {change.column.history_key: change.column.history(change.new) for change in line.writes}
    if line.stored is None:
        return build(**{"kind": EventKind.CREATE, "obj": line.row, "after": after, **said})
    before = {change.column.history_key: change.column.history(change.old) for change in line.writes}
    return build(**{"kind": EventKind.CHANGE, "obj": line.row, "before": before, "after": after, **said})


def _record(plan: Plan, scope: Scope, paths: set[str], on_conflict: str | None, file_name: str) -> None:
    """One event for the file, beside those of its rows."""
    counts = {status.value: plan.count(status) for status in Status if status != Status.ERROR}
    detail = {"file": file_name, "sha256": plan.sha256, "rows": len(plan.lines), **counts}
    if on_conflict:
        detail["on_conflict"] = on_conflict
    granted = scope.paths(Action.IMPORT)
    path = next((each for each in granted if any(one.startswith(each) for one in paths)), "")
    record(EventKind.IMPORT, path=path, detail=detail)
