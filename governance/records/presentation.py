"""A record as label and field cells: the columns of its sheet as users read them, personal data masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from governance.accounts.roles import Action
from governance.accounts.scope import Scope
from governance.audit.models import Event, EventKind
from governance.exchange.cells import TextWidget
from governance.exchange.rows import DatedRow
from governance.exchange.sheets import Sheet, SheetField
from governance.people.joining import person_sheets
from governance.records.history import Entry, entries
from governance.records.tables import action_of, state_on
from governance.web.columns import Column, Section
from governance.web.formats import MISSING

_WIDE_FROM = 150
"""Characters from which a text takes the whole row."""

STATE_COLOURS = {"在册": "green", "已结束": "grey", "未开始": "blue", "已作废": "red"}


def cell_shown(field: SheetField, row: Any) -> Any:
    """A value of a record for the page; a shape is only said to be there."""
    stored = field.stored(row)
    if isinstance(stored, dict):
        return "已导入"
    value = field.render(stored)
    if value in (None, ""):
        return MISSING
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return f"{value:,}" if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _column(field: SheetField) -> Column:
    widget = field.widget
    long = isinstance(widget, TextWidget) and (widget.max_length or 0) >= _WIDE_FROM
    return Column(
        field.name, lambda row: cell_shown(field, row), wide=long or bool(getattr(widget, "multiline", False))
    )


def sections_of(sheet: Sheet, scope: Scope, path: str, place: Section) -> list[Section]:
    """Where the record belongs, then its columns; names in open columns by right."""
    persons = scope.may(Action.VIEW_PERSONS, path)
    fields = [
        _column(field)
        for field in sheet.columns.values()
        if field.path and (persons or not field.names_person)
    ]
    return [place, Section(sheet.caption, tuple(fields))]


@dataclass(frozen=True)
class State:
    """在册, 已结束, 未开始 or 已作废: since when, by whom and why."""

    name: str
    colour: str
    since: date | None = None
    by: str = ""
    reason: str = ""


def state_of(row: DatedRow, on: date) -> State:
    """The state of a record on a day; who ended or voided it is read from the events (two statements)."""
    name = state_on(row, on) or "在册"
    colour = STATE_COLOURS[name]
    if name == "已作废":
        entry = _last(row, EventKind.VOID)
        return State(name, colour, row.voided_on, entry.who if entry else "", row.void_reason)
    if name == "已结束":
        entry = _last(row, EventKind.END)
        return State(name, colour, row.ended_on, entry.who if entry else "", entry.reason if entry else "")
    return State(name, colour, row.started_on)


def _last(row: Any, kind: str) -> Entry | None:
    own = Event.objects.filter(object_type=row._meta.label_lower, object_id=str(row.pk), kind=kind)
    found = entries(list(own.order_by("-pk")[:1]))
    return found[0] if found else None


@dataclass(frozen=True)
class Sibling:
    """Another record of the same person."""

    sheet: Sheet
    row: Any
    state: str


def other_records(sheet: Sheet, row: Any, scope: Scope, on: date) -> list[Sibling]:
    """The other records of the person a record is about, as far as the reader may see them.

    One statement for each sheet of persons.
    """
    if sheet.link is None:
        return []
    key = f"{sheet.link.field}_id"
    found = []
    for each in person_sheets(sheet.link):
        seen = scope.condition(action_of(each))
        if seen is None:
            continue
        rows = each.model._default_manager.filter(seen, **{key: getattr(row, key)})
        for other in rows.select_related("division__parent").order_by("path", "pk"):
            if each is not sheet or other.pk != row.pk:
                found.append(Sibling(each, other, state_on(other, on) or "在册"))
    return found
