"""The matrix: every registry of some communities with its state, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Value
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from governance.divisions.models import Division
from governance.exchange.sheets import Sheet
from governance.records.completeness.states import (
    LAMPS,
    State,
    counted_sheets,
    filled,
    main_sheet,
    standing,
)
from governance.records.models import EmptyConfirmation


def optional_url(name: str, *args: Any, query: str = "") -> str:
    """The address of a route, empty where the page does not exist."""
    try:
        return reverse(name, args=args) + query
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Cell:
    """One registry of one community: `number` rows, or filled fields of `whole` where it is one row."""

    sheet: Sheet
    division: Division
    state: State
    number: int
    whole: int = 0
    confirmation: EmptyConfirmation | None = None

    @property
    def text(self) -> str:
        """State and number in one: 已录入 12 个, 未填全 9/12 项, 确认为无, 未录入."""
        return f"{self.state.label} {self.amount}".strip()

    @property
    def amount(self) -> str:
        """The number of rows, or how many of the fields that count; empty where there is nothing."""
        if self.whole:
            return f"{self.number}/{self.whole} 项" if self.state != State.MISSING else ""
        return f"{self.number:,} {self.sheet.unit}" if self.state == State.ENTERED else ""

    @property
    def short(self) -> SafeString:
        """The same for a wide table: what is entered shows its number only, and says so to listeners."""
        if self.state == State.ENTERED:
            word = format_html('<span class="visually-hidden">{} </span>', self.state.label)
            text = format_html("{}{}", word, self.amount)
        else:
            text = format_html("{}", self.text)
        return format_html('<span class="lamp {}">{}</span>', LAMPS[self.state], text)

    @property
    def url(self) -> str:
        """The rows of the registry of this community."""
        if self.sheet.is_per_community:
            return optional_url("communities:detail", self.division.code)
        return optional_url("records:list", self.sheet.slug, query=f"?area={self.division.code}")

    @property
    def lamp(self) -> SafeString:
        return format_html('<span class="lamp {}">{}</span>', LAMPS[self.state], self.text)


def cells_of(
    divisions: Sequence[Division], on: date, some: Sequence[Sheet] | None = None
) -> dict[str, list[Cell]]:
    """Path → cells in the order of the sheets, in three statements at most.

    `some`: the sheets to look at, by default those asked of every community.
    """
    asked = counted_sheets() if some is None else some
    paths = [division.path for division in divisions]
    if not paths:
        return {}
    numbers: dict[tuple[str, str], int] = {}
    parts = [
        standing(sheet, on)
        .filter(path__in=paths)
        .annotate(sheet=Value(sheet.slug))
        .values_list("path", "sheet")
        .annotate(number=Count("pk"))
        for sheet in asked
        if not sheet.is_per_community
    ]
    if parts:
        numbers = {(path, slug): number for path, slug, number in parts[0].union(*parts[1:], all=True)}
    main, entered = main_sheet(), set()
    if main is not None and main in asked:
        rows = standing(main, on).filter(path__in=paths).annotate(filled=filled(main))
        for path, number, first in rows.values_list("path", "filled", main.important[0]):
            numbers[path, main.slug] = number
            if first not in (None, ""):
                entered.add(path)
    words = EmptyConfirmation.objects.valid().filter(path__in=paths).select_related("confirmed_by")
    by_place = {(word.path, word.sheet): word for word in words}
    return {
        division.path: [
            _cell(sheet, division, numbers, by_place, division.path in entered) for sheet in asked
        ]
        for division in divisions
    }


def _cell(
    sheet: Sheet,
    division: Division,
    numbers: dict[tuple[str, str], int],
    words: dict[tuple[str, str], EmptyConfirmation],
    entered: bool,
) -> Cell:
    number = numbers.get((division.path, sheet.slug), 0)
    if sheet.is_per_community:
        whole = len(sheet.important)
        state = (State.ENTERED if number == whole else State.PARTIAL) if entered else State.MISSING
        return Cell(sheet, division, state, number, whole)
    word = words.get((division.path, sheet.slug))
    if number:
        return Cell(sheet, division, State.ENTERED, number)
    return Cell(sheet, division, State.EMPTY if word else State.MISSING, 0, 0, word)
