"""The sheets of the ledger workbook, declared by the apps as import-export resources and registered here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from import_export.fields import Field
from import_export.resources import Resource

from governance.divisions.models import Level
from governance.exchange import writer
from governance.exchange.cells import CellWidget, CodeWidget

if TYPE_CHECKING:
    from governance.exchange.importing.lines import Line
    from governance.exchange.importing.link import Link
    from governance.exchange.importing.session import Session

COMMUNITY_CODE = "社区代码"
PLACES: dict[int, str] = {
    Level.COMMUNITY: COMMUNITY_CODE,
    Level.STREET: "街道代码",
    Level.COUNTY: "区县代码",
    Level.CITY: "市级代码",
    Level.PROVINCE: "省级代码",
}
"""What the column is called that names the division of a row, by the level of its sheet."""
DIGITS: dict[int, int] = {
    Level.COMMUNITY: 12,
    Level.STREET: 9,
    Level.COUNTY: 6,
    Level.CITY: 4,
    Level.PROVINCE: 2,
}
"""Digits of the codes of a level."""
IGNORED_COLUMNS = frozenset({writer.ID_COLUMN, writer.VERSION_COLUMN, writer.ERROR_COLUMN})


class SheetField(Field):
    """One column: a field of the model, or with `person__name` one of the object the row links to.

    `required`: an empty cell is an error. `mask`: gives the masked form of a stored value; a column with one
    is personal data, leaves masked and is masked in events and messages. `cell`: what to export instead of
    the attribute, from (row). Without `attribute` the column is for checks only and holds nothing.
    `names_person`: an open text that names a human (网格长): left out for users who may not see persons.
    """

    widget: CellWidget

    def __init__(
        self,
        attribute: str | None,
        column_name: str,
        widget: CellWidget,
        *,
        required: bool = False,
        description: str = "",
        mask: Callable[[Any], str] | None = None,
        cell: Callable[[Any], Any] | None = None,
        names_person: bool = False,
    ) -> None:
        super().__init__(attribute=attribute, column_name=column_name, widget=widget)
        self.required = required
        self.description = description
        self.mask = mask
        self.export_cell = cell
        self.names_person = names_person
        self.path = attribute.split("__") if attribute else []
        self.name = column_name
        self._get = attrgetter(".".join(self.path)) if self.path else None

    @property
    def is_personal(self) -> bool:
        return self.mask is not None

    @property
    def model_field(self) -> str:
        """The field of the row's own model that holds the value."""
        return self.path[0]

    @property
    def is_virtual(self) -> bool:
        """Whether several columns share one model field, so that the attribute is none of its own."""
        return bool(self.path) and self.model_field != self.path[0]

    json_key = ""
    """Under which name a virtual column lies in the JSON of `model_field`."""

    def from_json(self, value: Any) -> Any:
        """A value as the row holds it from the JSON that remembers it (of virtual columns)."""
        return value

    @property
    def history_key(self) -> str:
        """Under which name events keep the value: the model field's."""
        return self.path[-1] if self.path else self.name

    def stored(self, row: Any) -> Any:
        """The value as the model holds it."""
        return self._get(row) if self._get else None

    def cell(self, row: Any, *, reveal: bool = True) -> Any:
        """The native cell of a row in a workbook."""
        if self.export_cell is not None:
            return self.export_cell(row)
        return self.render(self.stored(row), reveal=reveal) if self.path else None

    def render(self, value: Any, *, reveal: bool = False) -> Any:
        """A stored value as a native cell, masked unless revealed."""
        if self.mask is not None and not reveal:
            return self.mask(value) or None if value else None
        return self.widget.render(value)

    def show(self, value: Any) -> Any:
        """A stored value for a preview or message: JSON-ready, labels for choices, masked."""
        return plain(self.render(value))

    def history(self, value: Any) -> Any:
        """A stored value as an event keeps it: JSON-ready, masked."""
        if self.mask is not None:
            return self.mask(value) if value else ""
        return plain(value)


_JSON = frozenset({type(None), str, int, float, bool, list, dict})


def plain(value: Any) -> Any:
    """A value for JSON; what JSON does not know becomes text."""
    if type(value) in _JSON:  # most of a million cells of an import
        return value
    if isinstance(value, (str, int, float, list, dict)):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return f"{value:f}" if hasattr(value, "as_tuple") else str(value)


def place_field(level: int) -> SheetField:
    """The column that names the division of a row."""
    return SheetField(
        None,
        PLACES[level],
        CodeWidget([DIGITS[level]]),
        required=True,
        description=f"{DIGITS[level]} 位{PLACES[level]}",
        cell=lambda row: row.division.code,
    )


class SheetResource(Resource):
    """Base of all sheets: the community code, then the columns a subclass declares, in this order.

    Works on whole files, not row by row: `governance.exchange.importing` reads the declarations here.
    """

    community_code = place_field(Level.COMMUNITY)

    @cached_property
    def columns(self) -> dict[str, SheetField]:
        """Columns by name, in the order of the workbook."""
        return {field.name: field for field in self.fields.values()}

    def adjust(self, line: Line) -> None:
        """Turn parsed cells into values of the model where that needs the community; may call `line.fail`."""

    def show(self, line: Line, column: SheetField, value: Any) -> Any:
        """A value of a change as a preview shows it."""
        return column.show(value)

    has_rules: ClassVar[bool] = False
    """Whether `check` is to be asked."""

    def check(self, final: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Faults of a whole row as (column, message); `final` has the values that would be stored."""
        return iter(())

    looks_beyond: ClassVar[bool] = False
    """Whether `check_lines` is to be asked."""

    def check_lines(self, session: Session, by_sheet: Mapping[str, Sequence[Line]]) -> None:
        """Rules that need other rows or more than the cells; called when all lines were compared."""

    def finish(self, row: Any) -> None:
        """Derived fields of a model row before it is written."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook; `model` is a `RegistryRow`.

    `key`: columns that, with the community, name a row; empty where the community itself is the row.
    `link`: what connects rows with an object of their own (persons). `derived`: model fields that
    `resource.finish` sets. `begin` and `end`: the columns of the two dates, which must be in order. `slug`
    names the sheet in addresses; `unit` is the Chinese measure word of its rows. `important`: fields of the
    model that a row is complete with (for the sheet with one row per community), the first one telling
    whether it was entered at all. `level`: of the divisions that rows are about. `restricted`: rows are
    seen like those of persons, by who may see persons only. `title` is what pages call it, where that is not
    the name of the worksheet.
    """

    name: str
    model: type[Any]
    resource_class: type[SheetResource]
    order: int
    key: tuple[str, ...] = ()
    link: Link | None = None
    derived: tuple[str, ...] = ()
    begin: str = ""
    end: str = ""
    description: str = ""
    slug: str = ""
    unit: str = "条"
    important: tuple[str, ...] = ()
    level: int = Level.COMMUNITY
    restricted: bool = False
    title: str = ""

    @cached_property
    def resource(self) -> SheetResource:
        return self.resource_class()

    @property
    def columns(self) -> dict[str, SheetField]:
        return self.resource.columns

    @property
    def place(self) -> str:
        """The column that names the division of a row."""
        return PLACES[self.level]

    @property
    def place_word(self) -> str:
        """What a division of its level is called: 社区, 街道 …"""
        return self.place.removesuffix("代码")

    @property
    def caption(self) -> str:
        """What pages call it."""
        return self.title or self.name

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def is_per_community(self) -> bool:
        """Whether every community has exactly one row, made with it."""
        return not self.key

    def layout(self) -> writer.Layout:
        """How the sheet is written: our columns, then the hidden ones."""
        keys = {self.place, *self.key}
        columns = [
            writer.Column(
                field.name, field.widget, field.description, required=field.required, key=field.name in keys
            )
            for field in self.columns.values()
        ]
        hidden = [
            writer.Column(name, CodeWidget(letters=True), hidden=True)
            for name in (writer.ID_COLUMN, writer.VERSION_COLUMN)
        ]
        return writer.Layout(self.name, (*columns, *hidden), self.description)


class _Registry:
    sheets: ClassVar[dict[str, Sheet]] = {}
    sources: ClassVar[list[Callable[[], Iterable[Sheet]]]] = []
    found: ClassVar[tuple[Sheet, ...]] = ()


def register(sheet: Sheet) -> Sheet:
    """Add a sheet to the workbook; a second one of the same name is a programming error."""
    if _Registry.sheets.setdefault(sheet.name, sheet) is not sheet:
        raise ValueError(f"Sheet registered twice: {sheet.name}")
    return sheet


def register_source(source: Callable[[], Iterable[Sheet]]) -> None:
    """Add sheets that are made from data when they are first asked for; they are always the same ones."""
    _Registry.sources.append(source)


def by_slug(slug: str) -> Sheet | None:
    """The sheet that addresses name so."""
    return next((sheet for sheet in known() if sheet.slug == slug), None) if slug else None


def registered() -> tuple[Sheet, ...]:
    """The sheets of the workbook, asked of every community, in its order."""
    return tuple(sorted(_Registry.sheets.values(), key=lambda sheet: sheet.order))


def known() -> tuple[Sheet, ...]:
    """Every sheet there is: those of the workbook, then those of the sources."""
    own = registered()
    if not _Registry.found:
        _Registry.found = tuple(sheet for source in _Registry.sources for sheet in source())
    return own + _Registry.found
