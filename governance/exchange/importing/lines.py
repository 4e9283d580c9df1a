"""What an import holds of a file: lines, their faults and changes, and the plan they make up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from governance.accounts.roles import Action
from governance.divisions.models import Division

if TYPE_CHECKING:
    from governance.exchange.sheets import Sheet, SheetField

HEADER_ROW = 1


class Status(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Fault:
    """An error: where, what stands there and what to do. `row` is Excel's number."""

    sheet: str
    row: int
    column: str
    value: Any
    message: str

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Hint:
    """A notice: something to know that is no error. `row` 0 stands for the whole sheet or file."""

    sheet: str
    row: int
    column: str
    message: str

    def as_json(self) -> dict[str, Any]:
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "message": self.message}


@dataclass(slots=True)
class Change:
    """One field of a row: stored value and new value; `base` only where somebody changed it meanwhile."""

    column: SheetField
    old: Any
    new: Any
    base: Any = None
    is_conflict: bool = False


class Cells(Protocol):
    """Raw cells of a line."""

    def __call__(self, name: str) -> Any:
        """The cell of a column; None where the sheet has no such column."""

    def has(self, name: str) -> bool:
        """Whether the sheet has the column."""


@dataclass(slots=True, eq=False)
class Line:
    """One data row of the file.

    `raw` gives the raw cells by column name, `values` holds the parsed ones; columns absent from the sheet
    stand in neither. `stored` is the row it belongs to (None: a new one), `version` the version it was
    downloaded with (None: not known), `base` what stood in fields that were changed since.
    """

    sheet: Sheet
    number: int
    values: dict[str, Any]
    raw: Cells
    token: int | None = None
    version: int | None = None
    division: Division | None = None
    stored: Any = None
    missing: list[SheetField] = field(default_factory=list)
    base: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    status: Status | None = None
    subject: Any = None
    """What `sheet.link` knows of the object the row links to."""
    writes: list[Change] = field(default_factory=list)
    """The changes that are carried out: all, or those without the conflicts left to others."""
    row: Any = None
    """The model row to be written; set while the plan is carried out."""

    def fail(self, column: str, message: str) -> None:
        """Note an error at a column; personal data in it is masked."""
        value = self.raw(column)
        known = self.sheet.columns.get(column)
        if known is not None and known.is_personal and value not in (None, ""):
            text = str(value)
            masked = hide(text)
            message, value = message.replace(text, masked), masked
        self.faults.append(Fault(self.sheet.name, self.number, column, shown_cell(value), message))

    def notify(self, column: str, message: str) -> None:
        self.hints.append(Hint(self.sheet.name, self.number, column, message))

    def show(self, column: SheetField, value: Any) -> Any:
        """A value of a change for a preview."""
        return self.sheet.resource.show(self, column, value)

    def final(self, column: str) -> Any:
        """The value a column would have afterwards; None where a new row does not say."""
        if column in self.values:
            return self.values[column]
        known = self.sheet.columns[column]
        return known.stored(self.stored) if self.stored is not None and known.path else None

    @property
    def label(self) -> str:
        """How a preview names the row: community and key, never personal data beyond a name."""
        parts = [self.division.name] if self.division else [str(self.raw(self.sheet.place) or "")]
        columns = self.sheet.columns
        for name in self.sheet.key:
            if not columns[name].is_personal and self.final(name):
                parts.append(str(self.final(name)))
        return " ".join(part for part in parts if part)


def hide(text: str) -> str:
    """First and last character only."""
    return f"{text[0]}{'*' * (len(text) - 2)}{text[-1]}" if len(text) > 2 else "*" * len(text)


def shown_cell(value: Any) -> Any:
    """A raw cell for JSON."""
    if value is None or isinstance(value, str | int | float | bool):
        return value[:200] if isinstance(value, str) else value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def conflict_key(sheet: str, row: int, column: str) -> str:
    """How the decision on one conflict is addressed."""
    return f"{sheet}!{row}!{column}"


@dataclass(slots=True)
class Plan:
    """What an import would do. Nothing has been written yet.

    `preview` is the object of `import_workbook --json`; `on` the day of the import. `reach` is what the user
    must be allowed to do in the communities, beside adding or changing rows.
    """

    lines: list[Line]
    faults: list[Fault]
    """Errors of the file and of headers; those of rows stand at their lines."""
    hints: list[Hint]
    on: date
    sha256: str
    reach: Action = Action.IMPORT

    def of(self, *statuses: Status) -> Iterator[Line]:
        return (line for line in self.lines if line.status in statuses)

    def count(self, status: Status) -> int:
        return sum(line.status == status for line in self.lines)

    @property
    def errors(self) -> list[Fault]:
        """All errors in the order of the file."""
        return [*self.faults, *(fault for line in self.lines for fault in line.faults)]

    @property
    def notices(self) -> list[Hint]:
        return [*self.hints, *(hint for line in self.lines for hint in line.hints)]

    @property
    def conflicts(self) -> list[tuple[Line, Change]]:
        return [
            (line, change)
            for line in self.of(Status.CONFLICT)
            for change in line.changes
            if change.is_conflict
        ]

    @property
    def preview(self) -> dict[str, Any]:
        return {
            "rows": len(self.lines),
            "new": self.count(Status.NEW),
            "changed": self.count(Status.CHANGED),
            "unchanged": self.count(Status.UNCHANGED),
            "conflicts": [
                {
                    "sheet": line.sheet.name,
                    "row": line.number,
                    "column": change.column.name,
                    "base": change.base,
                    "theirs": line.show(change.column, change.old),
                    "mine": line.show(change.column, change.new),
                }
                for line, change in self.conflicts
            ],
            "errors": [fault.as_json() for fault in self.errors],
            "notices": [hint.as_json() for hint in self.notices],
        }

    def may_apply(self, on_conflict: str | None, decisions: Mapping[str, str] | None = None) -> bool:
        """Whether nothing stands in the way of saving: no error, and every conflict decided."""
        if self.errors:
            return False
        decided = decisions or {}
        return on_conflict is not None or all(
            conflict_key(line.sheet.name, line.number, change.column.name) in decided
            for line, change in self.conflicts
        )

    @property
    def fingerprint(self) -> str:
        """Changes when the same file would do something else, because the rows have changed meanwhile."""
        digest = hashlib.sha256(self.sha256.encode())
        for line in self.lines:
            changes = [
                [change.column.name, change.column.history(change.old), change.base, change.is_conflict]
                for change in line.changes
            ]
            entry = [line.sheet.name, line.number, line.status, line.stored and line.stored.pk, changes]
            digest.update(json.dumps(entry, ensure_ascii=False, default=str).encode())
        return digest.hexdigest()
