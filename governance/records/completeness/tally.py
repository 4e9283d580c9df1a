"""Counting by unit: two statements for any scope, whatever the number of communities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum, Value

from governance.audit.models import Event
from governance.divisions.models import Division
from governance.divisions.paths import within
from governance.exchange.sheets import Sheet
from governance.records.completeness.states import (
    State,
    begun,
    counted_sheets,
    filled,
    listed_sheets,
    main_sheet,
    standing,
    unit_of,
)
from governance.records.models import EmptyConfirmation
from governance.web import formats


@dataclass(frozen=True)
class Progress:
    """Cells that are done, of how many."""

    done: int = 0
    cells: int = 0

    @property
    def left(self) -> int:
        return self.cells - self.done

    @property
    def share_text(self) -> str:
        """完整率: done cells over all cells; never 100 % while one is left."""
        text = formats.percent(self.done, self.cells or None, 1)
        return "99.9%" if text == "100.0%" and self.left else text


@dataclass
class Tally:
    """Communities of a unit by registry and state; a cell is one registry of one community."""

    communities: int = 0
    entered: dict[str, int] = field(default_factory=dict)
    empty: dict[str, int] = field(default_factory=dict)
    partial: dict[str, int] = field(default_factory=dict)
    filled: int = 0
    fields: int = 0

    def done(self, slug: str) -> int:
        return self.entered.get(slug, 0) + self.empty.get(slug, 0)

    def todo(self, slug: str) -> int:
        return self.communities - self.done(slug)

    def count(self, slug: str, state: str) -> int:
        """Communities whose registry is in a state."""
        if state == State.MISSING:
            return self.todo(slug) - self.partial.get(slug, 0)
        return getattr(self, state).get(slug, 0)

    def total(self, state: str) -> int:
        """Cells in a state."""
        return sum(self.count(sheet.slug, state) for sheet in counted_sheets())

    def progress(self, slugs: Sequence[str]) -> Progress:
        """Done and all cells of some sheets."""
        return Progress(sum(self.done(slug) for slug in slugs), self.communities * len(slugs))

    @property
    def whole(self) -> Progress:
        return self.progress([sheet.slug for sheet in counted_sheets()])

    @property
    def cells(self) -> int:
        return self.whole.cells

    @property
    def cells_done(self) -> int:
        return self.whole.done

    @property
    def share_text(self) -> str:
        return self.whole.share_text

    @property
    def fields_text(self) -> str:
        """Share of important fields filled."""
        return formats.percent(self.filled, self.fields or None, 1)

    def add(self, other: Tally) -> None:
        self.communities += other.communities
        self.filled += other.filled
        self.fields += other.fields
        for name in ("entered", "empty", "partial"):
            mine, theirs = getattr(self, name), getattr(other, name)
            for slug, count in theirs.items():
                mine[slug] = mine.get(slug, 0) + count


def _entered(sheet: Sheet, condition: Q, unit: Any, on: date) -> QuerySet[Any]:
    rows = standing(sheet, on).filter(condition).exclude(path__in=Division.objects.closed_paths())
    named = rows.annotate(unit=unit, sheet=Value(sheet.slug), state=Value(State.ENTERED.value))
    return named.values_list("unit", "sheet", "state").annotate(number=Count("path", distinct=True))


def _empty(sheet: Sheet, condition: Q, unit: Any, on: date) -> QuerySet[Any]:
    """Words that still hold: a row that came past the services outweighs them at once."""
    rows = EmptyConfirmation.objects.valid().filter(condition, sheet=sheet.slug).order_by()
    rows = rows.exclude(path__in=Division.objects.closed_paths())
    rows = rows.exclude(path__in=standing(sheet, on).filter(condition).values("path"))
    named = rows.annotate(unit=unit, slug=Value(sheet.slug), state=Value(State.EMPTY.value))
    return named.values_list("unit", "slug", "state").annotate(number=Count("pk"))


def tally(
    *, paths: Sequence[str], length: int, on: date, some: Sequence[Sheet] | None = None
) -> dict[str, Tally]:
    """Unit path → tally below some paths; a unit is the first `length` digits of a path (0: all in one).

    `some`: the sheets to count, by default those asked of every community.
    """
    condition, unit = within(paths), unit_of(length)
    found: dict[str, Tally] = {}
    main = main_sheet()
    if main is None:
        divisions = Division.objects.current().communities().filter(condition).order_by()
        for path, number in divisions.annotate(unit=unit).values_list("unit").annotate(number=Count("pk")):
            found[path] = Tally(number)
    else:
        rows = standing(main, on).filter(condition).exclude(path__in=Division.objects.closed_paths())
        whole = len(main.important)
        counted = (
            rows.annotate(unit=unit, full=filled(main))
            .values_list("unit")
            .annotate(
                number=Count("pk"),
                fields=Sum("full"),
                done=Count("pk", filter=Q(full=whole)),
                some=Count("pk", filter=begun(main)),
            )
        )
        for path, number, fields, done, started in counted:
            slug = main.slug
            found[path] = Tally(
                number, {slug: done}, {}, {slug: started - done}, filled=fields or 0, fields=number * whole
            )
    listed = listed_sheets() if some is None else [sheet for sheet in some if not sheet.is_per_community]
    parts = [rows_of(sheet, condition, unit, on) for sheet in listed for rows_of in (_entered, _empty)]
    if parts:
        for path, slug, state, number in parts[0].union(*parts[1:], all=True):
            if path in found:
                getattr(found[path], state)[slug] = number
    return found


def summed(tallies: Iterator[Tally] | Sequence[Tally]) -> Tally:
    whole = Tally()
    for each in tallies:
        whole.add(each)
    return whole


def last_changes(*, condition: Q, length: int) -> dict[str, datetime]:
    """Unit path → when a registry row below it was last saved, ended or voided, by the audit log."""
    labels = [sheet.label for sheet in counted_sheets()]
    rows = Event.objects.filter(condition, object_type__in=labels).order_by()
    return dict(rows.annotate(unit=unit_of(length)).values_list("unit").annotate(last=Max("at")))
