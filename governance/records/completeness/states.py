"""What a community's registry can be: entered, confirmed empty, begun, or not yet entered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import add, and_, or_
from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from governance.exchange import sheets
from governance.exchange.sheets import Sheet
from governance.records.models import EmptyConfirmation


class State(models.TextChoices):
    """`PARTIAL` is only of a sheet with one row per community: begun, with important fields still empty."""

    ENTERED = "entered", "已录入"
    EMPTY = "empty", "确认为无"
    PARTIAL = "partial", "未填全"
    MISSING = "missing", "未录入"


DONE, TODO = "done", "todo"
CHOICES = [(TODO, "待完善（未录入、未填全）"), (DONE, "已完成（已录入、确认为无）"), *State.choices]
"""What a list can be filtered by: a state, or the two sums of them."""

LAMPS = {State.ENTERED: "green", State.EMPTY: "blue", State.PARTIAL: "amber", State.MISSING: "red"}
"""CSS class of the lamp of each state: it holds colour and shape."""


DONE_STATES = (State.ENTERED, State.EMPTY)


def counted_sheets() -> list[Sheet]:
    """The sheets asked of every community, in the order of the workbook."""
    return [sheet for sheet in sheets.registered() if sheet.slug and (sheet.key or sheet.important)]


def main_sheet() -> Sheet | None:
    """The sheet with one row per community and fields that count."""
    return next((sheet for sheet in counted_sheets() if sheet.is_per_community), None)


def listed_sheets() -> list[Sheet]:
    """The sheets with any number of rows, which may truly be none."""
    return [sheet for sheet in counted_sheets() if not sheet.is_per_community]


def standing(sheet: Sheet, on: date) -> QuerySet[Any]:
    """Rows that are there on a day: not voided and not ended; one that begins later counts already."""
    rows = sheet.model._default_manager.valid()
    if any(field.name == "ended_on" for field in sheet.model._meta.fields):
        rows = rows.filter(Q(ended_on=None) | Q(ended_on__gt=on))
    return rows.order_by()


def _is_empty(sheet: Sheet, name: str) -> Q:
    return Q(**{name: "" if isinstance(sheet.model._meta.get_field(name), models.CharField) else None})


def filled(sheet: Sheet) -> Any:
    """How many of the important fields of a row are filled, as an expression."""
    one_by_one: list[Any] = [
        Case(When(_is_empty(sheet, name), then=Value(0)), default=Value(1), output_field=IntegerField())
        for name in sheet.important
    ]
    return reduce(add, one_by_one, Value(0, output_field=IntegerField()))


def begun(sheet: Sheet) -> Q:
    """Whether a row with important fields was entered at all."""
    return ~_is_empty(sheet, sheet.important[0])


def missing_fields(sheet: Sheet, row: Any) -> list[str]:
    """Column names of the important fields that a row lacks."""
    return [
        column.name
        for column in sheet.columns.values()
        if column.path and column.path[0] in sheet.important and column.stored(row) in (None, "")
    ]


def _conditions(sheet: Sheet, on: date) -> dict[str, Any]:
    """State → condition on communities (divisions), each by the index on the path of the rows."""
    here = standing(sheet, on).filter(path=OuterRef("path"))
    if sheet.is_per_community:
        full = Exists(here.annotate(filled=filled(sheet)).filter(filled=len(sheet.important)))
        some = Exists(here.filter(begun(sheet)))
        return {
            State.ENTERED: full & some,
            State.EMPTY: None,
            State.PARTIAL: some & ~full,
            State.MISSING: ~some,
        }
    word = Exists(EmptyConfirmation.objects.valid().filter(path=OuterRef("path"), sheet=sheet.slug))
    rows = Exists(here)
    return {
        State.ENTERED: rows,
        State.EMPTY: ~rows & word,
        State.PARTIAL: None,
        State.MISSING: ~rows & ~word,
    }


def _condition(sheet: Sheet, state: str, on: date) -> Any:
    found = _conditions(sheet, on)
    wanted = {DONE: DONE_STATES, TODO: (State.PARTIAL, State.MISSING)}.get(state, (state,))
    parts = [found[each] for each in wanted if found[each] is not None]
    return reduce(or_, [Q(part) for part in parts]) if parts else None


def in_state(
    communities: QuerySet[Any], state: str, on: date, some: Sequence[Sheet] | None = None
) -> QuerySet[Any]:
    """Communities with a registry in a state; `done` asks it of all of them."""
    parts = [_condition(sheet, state, on) for sheet in (some or counted_sheets())]
    parts = [part for part in parts if part is not None]
    if not parts:
        return communities.none()
    return communities.filter(reduce(and_ if state == DONE else or_, parts))


def unit_of(length: int) -> Any:
    """The path of the unit of a row, as an expression; the whole scope for 0."""
    return Substr(F("path"), 1, length) if length else Value("")
