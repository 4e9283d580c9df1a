"""The table of every registry: which columns its list and the page of a community show, and to whom.

Apps register theirs in `apps.py`, one for each sheet of the workbook. The slug is that of the sheet, the
anchor on the community's page, and what `Input.rows` of a card names, so that every figure of a result leads
to the rows it was counted from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Aggregate

from governance.accounts.roles import Action
from governance.accounts.scope import Scope
from governance.divisions.models import Division
from governance.exchange import sheets
from governance.exchange.rows import DatedRow, RegistryQuerySet
from governance.exchange.sheets import Sheet
from governance.records.lookup import row_url
from governance.web import menu
from governance.web.columns import Column
from governance.web.views import Button

MENU_GROUP = "台账"


@dataclass(frozen=True)
class About:
    """What a registry is kept for, in a few sentences, and where that is written (label, address)."""

    texts: Sequence[str]
    links: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class RowTable:
    """One registry.

    `columns` gives those of a day; `queryset` all its rows, voided ones included, with what the columns need
    joined; `ordering` is the order within a community. `search` are the lookups of the text field of the
    list's filter (`contains` unless they say how), `search_label` its name. `personal` names the columns that
    show persons. `summary` makes the whole table personal: who may not see persons gets these counts of the
    rows in force instead. `order` is the place in the menu and on the community's page, `icon` that of the
    menu. `filter_class` replaces the filter made from the sheet. `about` tells above the list what it is kept
    for; `buttons` take the place of those of the workbook; `row_buttons` are (label, address, icon) of what
    else can be done with a record; `remarks` are what its page says of it in red.
    """

    slug: str
    columns: Callable[[date], Sequence[Column]]
    queryset: Callable[[], RegistryQuerySet]
    ordering: tuple[str, ...]
    search: tuple[str, ...] = ("name",)
    search_label: str = "名称"
    order: int = 100
    icon: str = "list-details"
    personal: frozenset[str] = field(default_factory=frozenset)
    summary: Mapping[str, Aggregate] | None = None
    filter_class: Any = None
    about: Callable[[], About] | None = None
    buttons: tuple[Button, ...] | None = None
    row_buttons: Callable[[Any], Sequence[tuple[str, str, str]]] | None = None
    remarks: Callable[[Any], Sequence[str]] | None = None

    @property
    def sheet(self) -> Sheet:
        found = sheets.by_slug(self.slug)
        assert found is not None, f"no sheet of the workbook is called {self.slug}"
        return found

    @property
    def label(self) -> str:
        return self.sheet.caption

    @property
    def unit(self) -> str:
        return self.sheet.unit

    @property
    def action(self) -> Action:
        """What a user must be allowed to do to see a row."""
        return action_of(self.sheet)

    def columns_for(self, scope: Scope, on: date, path: str | None = None) -> list[Column]:
        """The columns a user may see: below a path, or on a list of all the user may see.

        The name of a record leads to its page.
        """
        if path is None:
            persons = scope.paths(Action.VIEW_PERSONS) == scope.paths(Action.VIEW)
        else:
            persons = scope.may(Action.VIEW_PERSONS, path)
        return [
            replace(column, url=self._url) if column.strong and column.url is None else column
            for column in self.columns(on)
            if persons or column.label not in self.personal
        ]

    def _url(self, row: Any) -> str:
        return row_url(self.sheet, row)


def action_of(sheet: Sheet) -> Action:
    """What a user must be allowed to do to see a row of a sheet: rows of persons need their own right."""
    return Action.VIEW if sheet.link is None and not sheet.restricted else Action.VIEW_PERSONS


@dataclass(frozen=True)
class ShownTable:
    """A table of one community as one visitor sees it on a day: rows in force, then the others with state."""

    table: RowTable
    columns: Sequence[Column]
    active: Sequence[Any] = ()
    others: Sequence[tuple[Any, str]] = ()
    summary: Sequence[tuple[str, int]] = ()

    @property
    def is_summary(self) -> bool:
        return bool(self.summary)


_tables: dict[str, RowTable] = {}
_sources: list[Callable[[str], RowTable | None]] = []


def register(table: RowTable) -> None:
    """Add a table with its list in the menu, or replace the one of the same slug; its sheet must be there.

    A registry with one row for each community has pages, and a place in the menu, of its own.
    """
    _tables[table.slug] = table
    if table.sheet.is_per_community:
        return
    menu.register(
        menu.MenuItem(
            table.label,
            "records:list",
            table.icon,
            Action.VIEW,
            table.order,
            MENU_GROUP,
            args=(table.slug,),
        )
    )


def register_source(source: Callable[[str], RowTable | None]) -> None:
    """Add tables of sheets that are made from data, found by slug; they have no place in the menu."""
    _sources.append(source)


def registered() -> tuple[RowTable, ...]:
    return tuple(sorted(_tables.values(), key=lambda table: (table.order, table.slug)))


def by_slug(slug: str) -> RowTable | None:
    if slug in _tables:
        return _tables[slug]
    return next((table for source in _sources if (table := source(slug)) is not None), None)


def state_on(row: DatedRow, on: date) -> str:
    """Empty for a row in force on a day, else why it is not."""
    if row.voided_on is not None:
        return "已作废"
    if row.ended_on is not None and row.ended_on <= on:
        return "已结束"
    return "未开始" if row.started_on is not None and row.started_on > on else ""


def tables_of(division: Division, *, on: date, scope: Scope) -> list[ShownTable]:
    """All tables of rows that hang on a community, one statement each; voided rows are left out."""
    return [_shown(table, division, on, scope) for table in registered() if not table.sheet.is_per_community]


def _shown(table: RowTable, division: Division, on: date, scope: Scope) -> ShownTable:
    rows = table.queryset().valid().filter(division=division)
    if not scope.may(table.action, division.path):
        counts = count_all(table, rows.active_on(on))
        return ShownTable(table, (), summary=counts)
    states = [(row, state_on(row, on)) for row in rows.order_by(*table.ordering)]
    return ShownTable(
        table,
        table.columns_for(scope, on, division.path),
        active=[row for row, state in states if not state],
        others=[(row, state) for row, state in states if state],
    )


def count_all(table: RowTable, rows: RegistryQuerySet) -> list[tuple[str, int]]:
    """The counts of a personal table over some rows, by label."""
    summary = table.summary or {}
    names = {f"count_{number}": label for number, label in enumerate(summary)}
    found = rows.aggregate(**{name: summary[label] for name, label in names.items()})
    return [(label, found[name]) for name, label in names.items()]
