"""The units that a page compares: what lies directly below the divisions of its user, or of one division."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.http import HttpRequest

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Division, Level

Value = TypeVar("Value")


@dataclass(frozen=True)
class Units:
    """`roots` is the whole, `rows` its parts in path order; a community is its own only part."""

    roots: tuple[Division, ...]
    rows: tuple[Division, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the whole."""
        return tuple(root.path for root in self.roots)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """The lengths of the parts' paths; usually one, as siblings share it."""
        return tuple(sorted({len(row.path) for row in self.rows}))

    @property
    def label(self) -> str:
        """What the parts are, for the head of a column."""
        levels = {row.level for row in self.rows}
        if len(levels) != 1:
            return "区划"
        return {Level.COUNTY: "县（区）", Level.CITY: "市", Level.PROVINCE: "省"}.get(
            Level(levels.pop()), self.rows[0].get_level_display()
        )

    @property
    def are_communities(self) -> bool:
        return bool(self.rows) and all(row.level == Level.COMMUNITY for row in self.rows)

    def by_length(self, count: Callable[[int], Mapping[str, Value]]) -> dict[str, Value]:
        """Ask `count(length)` once for each length of the parts' paths, and keep the parts' answers."""
        wanted = {row.path for row in self.rows}
        return {
            path: value for length in self.lengths for path, value in count(length).items() if path in wanted
        }


def units_of(roots: Sequence[Division]) -> Units:
    """The children of a single division, else the divisions themselves (one statement at most)."""
    if len(roots) == 1 and roots[0].level < Level.COMMUNITY:
        children = tuple(roots[0].children.current().order_by("path"))
        if children:
            return Units(tuple(roots), children)
    return Units(tuple(roots), tuple(roots))


def own_units(request: HttpRequest, action: Action = Action.VIEW) -> Units:
    """The units of the signed-in user, asked for once a request."""
    kept: dict[Action, Units] = request.__dict__.setdefault("_own_units", {})
    if action not in kept:
        scope = scope_of(request.user)
        kept[action] = units_of([each for each in scope.divisions if scope.may(action, each.path)])
    return kept[action]


@dataclass(frozen=True)
class UnitCell:
    """What a column says of a unit: a text, where it leads, and the class of its lamp (or none)."""

    text: str
    url: str = ""
    css: str = ""
    note: str = ""


Cells = Callable[[HttpRequest, Units], Mapping[str, UnitCell]]


@dataclass(frozen=True)
class UnitColumn:
    """A column of tables of units, `cells(request, units)` by path; empty answers leave the column out.

    `action`: shown to whoever has it somewhere. `number`: set right.
    """

    code: str
    label: str
    cells: Cells
    order: int = 100
    action: Action = Action.VIEW
    number: bool = False
    on_home: bool = True


_columns: dict[str, UnitColumn] = {}


def register(column: UnitColumn) -> None:
    """Add a column, or replace the one of the same code."""
    _columns[column.code] = column


@dataclass(frozen=True)
class UnitTable:
    """Units with the cells of the registered columns."""

    units: Units
    columns: list[UnitColumn]
    lines: list[tuple[Division, list[tuple[UnitColumn, UnitCell | None]]]]

    def cells_of(self, path: str) -> list[tuple[UnitColumn, UnitCell | None]]:
        return next((cells for row, cells in self.lines if row.path == path), [])


def unit_table(request: HttpRequest, units: Units, codes: Sequence[str] | None = None) -> UnitTable:
    """The table of some units; `codes` names the columns wanted, by default those of the home page."""
    scope = scope_of(request.user)
    found: list[tuple[UnitColumn, Mapping[str, Any]]] = []
    for column in sorted(_columns.values(), key=lambda each: (each.order, each.code)):
        wanted = column.code in codes if codes is not None else column.on_home
        if wanted and scope.may_anywhere(column.action) and units.rows:
            cells = column.cells(request, units)
            if cells:
                found.append((column, cells))
    lines = [(row, [(column, cells.get(row.path)) for column, cells in found]) for row in units.rows]
    return UnitTable(units, [column for column, _ in found], lines)
