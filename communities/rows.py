"""Tables of rows that hang on a community: upper apps register theirs in `apps.py`.

The slug is the anchor on the community's page; `Input.rows` of a card names it, so that every figure of a
result leads to the rows it was counted from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from governance.divisions.models import Division
from governance.exchange.rows import DatedRow, RegistryQuerySet
from governance.web.columns import Column


@dataclass(frozen=True)
class RowTable:
    """One registry of dated rows.

    `rows` gives the valid rows of a community with what the columns need joined; `columns` those of a day.
    `personal` names the columns that show persons. `summary` makes the whole table personal: who may not see
    persons gets its (label, number) pairs instead.
    """

    slug: str
    label: str
    columns: Callable[[date], Sequence[Column]]
    rows: Callable[[Division], RegistryQuerySet]
    order: int = 100
    unit: str = "条"
    personal: frozenset[str] = field(default_factory=frozenset)
    summary: Callable[[Division, date], Sequence[tuple[str, int]]] | None = None
    workbook_sheet: str = ""


@dataclass(frozen=True)
class ShownTable:
    """A table as one visitor sees it on a day: rows in force, then the others with their state."""

    table: RowTable
    columns: Sequence[Column]
    active: Sequence[Any] = ()
    others: Sequence[tuple[Any, str]] = ()
    summary: Sequence[tuple[str, int]] = ()

    @property
    def is_summary(self) -> bool:
        return bool(self.summary)


_tables: dict[str, RowTable] = {}


def register(table: RowTable) -> None:
    """Add a table, or replace the one of the same slug."""
    _tables[table.slug] = table


def registered() -> tuple[RowTable, ...]:
    return tuple(sorted(_tables.values(), key=lambda table: (table.order, table.slug)))


def state_on(row: DatedRow, on: date) -> str:
    """Empty for a row in force on a day, else why it is not."""
    if row.ended_on is not None and row.ended_on <= on:
        return "已结束"
    return "未开始" if row.started_on is not None and row.started_on > on else ""


def tables_of(division: Division, *, on: date, may_view_persons: bool) -> list[ShownTable]:
    """All tables of a community, one statement each."""
    return [_shown(table, division, on, may_view_persons) for table in registered()]


def _shown(table: RowTable, division: Division, on: date, may_view_persons: bool) -> ShownTable:
    if table.summary is not None and not may_view_persons:
        return ShownTable(table, (), summary=table.summary(division, on))
    columns = [
        column for column in table.columns(on) if may_view_persons or column.label not in table.personal
    ]
    rows = [(row, state_on(row, on)) for row in table.rows(division)]
    return ShownTable(
        table,
        columns,
        active=[row for row, state in rows if not state],
        others=[(row, state) for row, state in rows if state],
    )
