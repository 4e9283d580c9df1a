"""What a line changes: field by field against the stored row, and against what others changed meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from governance.accounts.roles import Action
from governance.audit.models import Event
from governance.exchange.cells import Masked
from governance.exchange.importing.lines import Change, Line, Status
from governance.exchange.importing.session import Session, chunks
from governance.exchange.sheets import DIGITS, Sheet, SheetField


def find_bases(sheet: Sheet, lines: Sequence[Line]) -> None:
    """For lines older than their row: what stood in the fields changed since, from the events.

    A cell that still holds that value was not touched by the clerk: it is left out, so that the newer value
    stays (a three-way merge).
    """
    stale = {
        line.stored.pk: line
        for line in lines
        if line.stored is not None and line.version is not None and line.version < line.stored.version
    }
    if not stale:
        return
    events = Event.objects.filter(object_type=sheet.label, before__isnull=False, object_version__isnull=False)
    version: Any
    before: Any
    by_row: dict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for some in chunks(sorted(stale)):
        found = events.filter(object_id__in=[str(pk) for pk in some]).order_by("pk")
        for object_id, version, before in found.values_list("object_id", "object_version", "before"):
            if version > stale[int(object_id)].version:  # type: ignore[operator]
                by_row[int(object_id)].append((version, before))
    for pk, history in by_row.items():
        line = stale[pk]
        for _, before in sorted(history, key=lambda entry: entry[0]):
            for column in sheet.columns.values():
                for key in (column.history_key, column.name):
                    if column.path and key in before:
                        line.base.setdefault(column.name, before[key])
        for name, base in line.base.items():
            if name in line.values and _is_base(sheet.columns[name], line.values[name], base):
                del line.values[name]
                line.missing = [column for column in line.missing if column.name != name]


def _is_base(column: SheetField, value: Any, base: Any) -> bool:
    if isinstance(value, Masked):
        return str(value) == (base or "")
    if value in (None, ""):
        return base in (None, "")
    return base in (column.history(value), column.show(value))


def shown_base(column: SheetField, base: Any) -> Any:
    """A base from an event as the workbook shows it: labels of choices, quantities in their units."""
    if base in (None, ""):
        return None
    if column.is_personal:
        return base
    try:
        shown = column.widget.render(base)
    except (TypeError, ValueError, ArithmeticError):
        shown = None
    return column.show(base) if shown is not None else base


def compare(session: Session, sheet: Sheet, lines: Sequence[Line]) -> None:
    """Set changes and status of every line; what is missing or against the rules becomes an error."""
    columns = list(sheet.columns.values())
    for line in lines:
        if line.division is None:
            if not line.faults:
                line.fail(sheet.place, f"缺少{sheet.place}，请填写 {DIGITS[sheet.level]} 位{sheet.place}。")
        elif line.stored is None:
            _compare_new(sheet, line, columns)
        else:
            _compare_stored(line)
        if line.division is not None:
            _check_missing(line)
            if not line.faults:
                _check_row(session, sheet, line)
        if line.faults:
            line.status = Status.ERROR


def _compare_new(sheet: Sheet, line: Line, columns: list[SheetField]) -> None:
    line.status = Status.NEW
    for column in columns:
        if not column.path:
            continue
        if column.name not in line.values:
            if column.required and not line.raw.has(column.name):
                line.fail(column.name, f"新增记录必须有“{column.name}”，请补上这一列并填写。")
            continue
        value = line.values[column.name]
        if isinstance(value, Masked):
            line.fail(column.name, "这是隐藏后的内容，新增记录请填写完整内容。")
        elif value is not None and value != "":
            line.changes.append(Change(column, None, value))


def _compare_stored(line: Line) -> None:
    stored, base, columns = line.stored, line.base, line.sheet.columns
    conflict = False
    for name, new in line.values.items():
        column = columns[name]
        old = column.stored(stored)
        if old == new or not column.path:
            continue
        if isinstance(new, Masked):
            if str(new) != (column.render(old) or ""):
                line.fail(
                    name, "这是隐藏后的内容，但与原记录不符。未改动的请保持原样，要修改的请填写完整内容。"
                )
            continue
        if old in (None, "") and new in (None, ""):
            continue
        change = Change(column, old, new)
        if name in base:
            change.base = shown_base(column, base[name])
            change.is_conflict = conflict = True
        line.changes.append(change)
    if conflict:
        line.status = Status.CONFLICT
    elif not line.changes:
        line.status = Status.UNCHANGED
    elif line.sheet.is_per_community and line.stored.version == 1 and _is_blank(line):
        line.status = Status.NEW
    else:
        line.status = Status.CHANGED


def _is_blank(line: Line) -> bool:
    """Whether a row made with its community has not been filled in yet."""
    return all(
        column.stored(line.stored) in (None, "") for column in line.sheet.columns.values() if column.path
    )


def _check_missing(line: Line) -> None:
    """Empty required cells: errors, but for a row that stays as empty as it is."""
    for column in line.missing:
        if line.stored is not None and not line.changes and column.cell(line.stored) in (None, ""):
            continue
        line.fail(column.name, f"“{column.name}”是必填项，不能为空，请填写。")


def _check_row(session: Session, sheet: Sheet, line: Line) -> None:
    """Rules of the whole row, and the right to add or change."""
    if line.status == Status.UNCHANGED:
        return
    if sheet.begin and sheet.end:
        begin, end = line.final(sheet.begin), line.final(sheet.end)
        if begin and end and end < begin:
            line.fail(sheet.end, f"{sheet.end}不能早于{sheet.begin}（{begin.isoformat()}），请核对。")
    if sheet.resource.has_rules:
        final = {name: line.final(name) for name, column in sheet.columns.items() if column.path}
        for column, message in sheet.resource.check(final):
            line.fail(column, message)
    assert line.division is not None
    if not session.may(Action.ADD if line.stored is None else Action.CHANGE, line.division.path):
        what = "新增" if line.stored is None else "修改"
        line.fail(sheet.place, f"您没有在该{sheet.place_word}{what}记录的权限。")
