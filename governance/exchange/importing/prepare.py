"""From a file to a plan."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from governance import bulk
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.exchange import sheets as registry
from governance.exchange.importing.differences import compare, find_bases
from governance.exchange.importing.lines import Line, Plan, Status
from governance.exchange.importing.link import Link
from governance.exchange.importing.matching import find_repeated, match
from governance.exchange.importing.session import Session
from governance.exchange.importing.table import read_tables
from governance.exchange.reader import RawWorkbook, read_workbook
from governance.exchange.sheets import Sheet

Progress = Callable[[int, str], None]
"""Told how far the work is: per cent and a sentence."""


def prepare(content: bytes, user: User, *, on: date | None = None, progress: Progress | None = None) -> Plan:
    """Read a workbook and work out what it would change for this user; writes nothing.

    `on` is the day of the import, today by default. `progress` is told of each step. Raises `UploadRefused`
    for a file that is not accepted as a whole and `PermissionDenied` when the user may not import anywhere.
    """
    if not scope_of(user).may_anywhere(Action.IMPORT):
        raise PermissionDenied("您的角色没有导入的权限。")
    sha256 = hashlib.sha256(content).hexdigest()
    on = on or timezone.localdate()
    workbook = read_workbook(content)
    if progress is not None:
        rows = sum(len(sheet.rows) for sheet in workbook.sheets)
        progress(30, f"已读取 {rows:,} 行，正在核对。")
    with bulk.without_collector():
        return _prepare(workbook, Session(user, on), sha256, progress)


def prepare_workbook(
    workbook: RawWorkbook, user: User, *, on: date, sha256: str = "", reach: Action = Action.IMPORT
) -> Plan:
    """The same from a workbook that is read already, or that was made of a form (see `Session.reach`)."""
    with bulk.without_collector():
        return _prepare(workbook, Session(user, on, reach=reach), sha256)


def _prepare(workbook: RawWorkbook, session: Session, sha256: str, progress: Progress | None = None) -> Plan:
    lines, faults, hints = read_tables(workbook)
    session.find_places(lines)
    session.find_places_by_id(lines)
    session.find_parents(lines)
    by_sheet: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_sheet[line.sheet.name].append(line)
    present = [sheet for sheet in registry.known() if sheet.name in by_sheet]
    for number, sheet in enumerate(present):
        if progress is not None:
            progress(35 + 55 * number // len(present), f"正在核对“{sheet.name}”。")
        match(session, sheet, by_sheet[sheet.name])
        find_bases(sheet, by_sheet[sheet.name])
        for line in by_sheet[sheet.name]:
            if line.division is not None:
                sheet.resource.adjust(line)
    for link, linked in _links(present, by_sheet):
        link.join(session, linked)
    for sheet in present:
        if sheet.link is None:
            find_repeated(session, sheet, by_sheet[sheet.name])
        compare(session, sheet, by_sheet[sheet.name])
    for sheet in present:
        if sheet.resource.looks_beyond:
            sheet.resource.check_lines(session, by_sheet)
    assert all(isinstance(line.status, Status) for line in lines)
    return Plan(lines=lines, faults=faults, hints=hints, on=session.on, sha256=sha256, reach=session.reach)


def _links(present: list[Sheet], by_sheet: dict[str, list[Line]]) -> list[tuple[Link, list[Line]]]:
    """Each link with the lines of all its sheets whose community is known."""
    found: dict[int, tuple[Link, list[Line]]] = {}
    for sheet in present:
        if sheet.link is not None:
            _, linked = found.setdefault(id(sheet.link), (sheet.link, []))
            linked.extend(line for line in by_sheet[sheet.name] if line.division is not None)
    return list(found.values())
