"""How far a round is, by the states of 数据完整度 as they are today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length
from governance.exchange import sheets
from governance.exchange.sheets import Sheet
from governance.records.completeness.cells import Cell, cells_of
from governance.records.completeness.states import DONE_STATES, counted_sheets
from governance.records.completeness.tally import Progress, Tally, tally
from governance.rounds.duties import cells_of_duties, duty_progress
from governance.rounds.models import Round, RoundState, RoundStreet, StreetState

STREET = path_length(Level.STREET)
UNFINISHED = Q(round__state=RoundState.OPEN, division__closed_on=None) & ~Q(state=StreetState.CONFIRMED)
"""Streets that somebody still waits for."""


_further: list[Callable[[], Iterable[Sheet]]] = []


def register_sheets(provide: Callable[[], Iterable[Sheet]]) -> None:
    """Offer further sheets, of rows of communities, that `governance.exchange.sheets.by_slug` finds."""
    _further.append(provide)


def offered_sheets() -> list[Sheet]:
    """What a new round can ask for: the sheets asked of every community, then those of upper apps."""
    asked = counted_sheets()
    more = [sheet for provide in _further for sheet in provide()]
    return [*asked, *(sheet for sheet in more if sheet not in asked)]


def sheets_of(asked: Round) -> list[Sheet]:
    """The registries a round asks for; one that is no longer registered is left out."""
    found = (sheets.by_slug(slug) for slug in asked.sheets)
    return [sheet for sheet in found if sheet is not None]


def progress_by_street(asked: Round, on: date) -> dict[str, Progress]:
    """Path of street → cells done of all, for every street below the bureau (two statements)."""
    some = sheets_of(asked)
    slugs = [sheet.slug for sheet in some]
    counted = tally(paths=[asked.path], length=STREET, on=on, some=some)
    return {path: each.progress(slugs) for path, each in counted.items()}


def together(*parts: Progress) -> Progress:
    return Progress(sum(each.done for each in parts), sum(each.cells for each in parts))


def progress_of(row: RoundStreet, on: date) -> Progress:
    some = sheets_of(row.round)
    counted = tally(paths=[row.path], length=len(row.path), on=on, some=some)
    registries = counted.get(row.path, Tally()).progress([sheet.slug for sheet in some])
    return together(registries, duty_progress(cells_of_duties(row.round, row.path, on)))


def matrix_of(row: RoundStreet, on: date) -> list[tuple[Division, list[Cell]]]:
    """The communities of a street with the cell of each registry asked for."""
    communities = list(Division.objects.current().communities().under(row.path).order_by("path"))
    cells = cells_of(communities, on, sheets_of(row.round))
    return [(each, cells[each.path]) for each in communities]


def progress_in(cells: Sequence[Cell]) -> Progress:
    return Progress(sum(1 for cell in cells if cell.state in DONE_STATES), len(cells))


def issuers() -> QuerySet[Division]:
    """The divisions that can send a round: those with streets directly below."""
    streets = Division.objects.current().filter(level=Level.STREET).order_by()
    return Division.objects.current().filter(pk__in=streets.values("parent")).order_by("path")


def streets_below(division: Division) -> QuerySet[Division]:
    return division.children.current().filter(level=Level.STREET).order_by("path")
