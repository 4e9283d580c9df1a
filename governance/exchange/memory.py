"""What an import overwrites: the sealed record that its receipt lists and an undo takes back.

It is written inside the transaction of the import and holds old values in full, persons' too; nothing of it
is ever shown but the names of rows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from governance.audit.models import Event
from governance.exchange import sheets as registry
from governance.exchange import storage
from governance.exchange.importing.lines import Line, Status
from governance.exchange.importing.link import Link
from governance.exchange.sheets import Sheet

MADE, CHANGED, SPREAD = "made", "changed", "spread"
"""Rows that the import created, rows of the file that it changed, rows elsewhere that followed a person."""


@dataclass(slots=True)
class Kept:
    """One row as an import left it. `old`: what stood in the fields of the row that it wrote.

    `is_first`: the blank row of a community filled for the first time, which users know as a new one.
    """

    sheet: Sheet
    pk: int
    version: int
    kind: str
    label: str = ""
    code: str = ""
    columns: list[str] = field(default_factory=list)
    old: dict[str, Any] = field(default_factory=dict)
    is_first: bool = False
    url: str = ""
    """The page of the record, set for display."""


class Recorder:
    """Fills the record while an import is written, and stores it under the key of its batch."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.old: dict[int, dict[str, Any]] = {}
        self.links: dict[str, dict[str, Any]] = {}
        self.record = Record([], {})
        """What was stored, once it is."""

    def before(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if line.stored is not None:
                values = {each.column.path[0]: each.old for each in line.writes if len(each.column.path) == 1}
                if line.sheet.link is not None:
                    name = _link_column(line.sheet)
                    values[name] = getattr(line.stored, name)
                self.old[id(line)] = values
        for link, some in _by_link(lines):
            self.links[link.field] = link.remember(some)

    def after(self, lines: Sequence[Line], spread: Sequence[Event]) -> None:
        for link, some in _by_link(lines):
            link.note(self.links[link.field], some)
        rows = [self._row(line) for line in lines]
        rows.extend(self._spread(spread))
        document = {"rows": rows, "links": self.links}
        content = json.dumps(document, ensure_ascii=False, cls=DjangoJSONEncoder, separators=(",", ":"))
        storage.write(self.key, storage.UNDO, content.encode())
        self.record = Record(_kept(rows), self.links)

    def _row(self, line: Line) -> dict[str, Any]:
        assert line.division is not None
        return {
            "sheet": line.sheet.name,
            "pk": line.row.pk,
            "version": line.row.version,
            "kind": MADE if line.stored is None else CHANGED,
            "label": line.label,
            "code": line.division.code,
            "columns": [change.column.name for change in line.writes],
            "old": self.old.get(id(line), {}),
            "is_first": line.stored is not None and line.status == Status.NEW,
        }

    def _spread(self, events: Sequence[Event]) -> Iterator[dict[str, Any]]:
        by_label = {sheet.label: sheet for sheet in registry.known()}
        for event in events:
            sheet = by_label[event.object_type]
            moved = self.links[sheet.link.field].get("moved", {}) if sheet.link else {}
            person = moved.get(sheet.name, {}).get(event.object_id)
            keys = set(event.after or ())
            yield {
                "sheet": sheet.name,
                "pk": int(event.object_id),
                "version": event.object_version,
                "kind": SPREAD,
                "label": event.object_label,
                "columns": [name for name, column in sheet.columns.items() if column.history_key in keys],
                "old": {} if person is None else {_link_column(sheet): person},
            }


def _link_column(sheet: Sheet) -> str:
    assert sheet.link is not None
    return sheet.model._meta.get_field(sheet.link.field).attname


def _by_link(lines: Sequence[Line]) -> list[tuple[Link, list[Line]]]:
    found: dict[int, tuple[Link, list[Line]]] = {}
    for line in lines:
        if line.sheet.link is not None:
            found.setdefault(id(line.sheet.link), (line.sheet.link, []))[1].append(line)
    return list(found.values())


@dataclass(slots=True)
class Record:
    """The record as it is read again."""

    rows: list[Kept]
    links: dict[str, dict[str, Any]]

    def of(self, *kinds: str) -> list[Kept]:
        return [row for row in self.rows if row.kind in kinds]

    def by_sheet(self) -> dict[str, list[Kept]]:
        found: dict[str, list[Kept]] = defaultdict(list)
        for row in self.rows:
            found[row.sheet.name].append(row)
        return found

    def counts(self) -> list[dict[str, Any]]:
        """Rows created and changed of each sheet, in the order of the workbook."""
        found = []
        for sheet in registry.known():
            rows = [row for row in self.rows if row.sheet is sheet]
            made = sum(row.kind == MADE or row.is_first for row in rows)
            changed = sum(row.kind == CHANGED and not row.is_first for row in rows)
            if made or changed:
                found.append({"sheet": sheet.name, "unit": sheet.unit, MADE: made, CHANGED: changed})
        return found


def read_record(key: str) -> Record | None:
    """None when there is none (any more)."""
    try:
        document = json.loads(storage.read(key, storage.UNDO))
    except FileNotFoundError:
        return None
    return Record(_kept(document["rows"]), document["links"])


def _kept(rows: list[dict[str, Any]]) -> list[Kept]:
    sheets = {sheet.name: sheet for sheet in registry.known()}
    return [Kept(**row | {"sheet": sheets[row["sheet"]]}) for row in rows]
