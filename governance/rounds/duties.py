"""What a round may ask for beside registries: ledgers and their periods, offered by an upper app.

A duty is one ledger: what exists now, the entry of one period, or what happened in the span of the round.
Its subjects are streets or communities. Of what happens there may have been nothing, which a street reports
(`nil_reports`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from governance.divisions.models import Level
from governance.divisions.paths import path_length, under
from governance.records.completeness.tally import Progress
from governance.rounds.models import NilReport, Round

_STREET = path_length(Level.STREET)


@dataclass(frozen=True)
class Duty:
    """`key` is kept by a round; `group` is the heading under which it is offered; `url` shows its entries.

    `is_event`: asked of the span of the round; a subject may have had nothing of the kind.
    """

    key: str
    label: str
    group: str = ""
    url: str = ""
    is_event: bool = False


def has_events(duties: Iterable[Duty]) -> bool:
    """Whether any of them is asked of a span."""
    return any(duty.is_event for duty in duties)


@dataclass(frozen=True)
class DutyCell:
    """One subject of a duty: whether it has filed, where it does, and the word that there was nothing."""

    duty: Duty
    division: int
    path: str
    name: str
    is_filled: bool
    fill_url: str
    nil: NilReport | None = None

    @property
    def is_done(self) -> bool:
        return self.is_filled or self.nil is not None


class DutySource(Protocol):
    def offered(self, path: str, on: date) -> Sequence[Duty]:
        """What a bureau may ask of its streets on a day."""

    def find(self, asked: Round) -> Sequence[Duty]:
        """Those of a round; what is no longer known is left out."""

    def cells(self, asked: Round, path: str, on: date) -> Sequence[DutyCell]:
        """Every subject below a path, in a constant number of statements; `nil` is not theirs to tell."""


_sources: list[DutySource] = []


def register_duties(source: DutySource) -> None:
    if source not in _sources:
        _sources.append(source)


def offered_duties(path: str, on: date) -> list[Duty]:
    return [duty for source in _sources for duty in source.offered(path, on)]


def duties_of(asked: Round) -> list[Duty]:
    return [duty for source in _sources for duty in source.find(asked)]


def cells_of_duties(asked: Round, path: str, on: date) -> list[DutyCell]:
    """The subjects of all duties of a round below a path."""
    if not asked.duties:
        return []
    cells = [cell for source in _sources for cell in source.cells(asked, path, on)]
    if asked.since is None:
        return cells
    said = NilReport.objects.filter(under(path), round=asked).select_related("reported_by")
    nil = {(each.duty, each.division_id): each for each in said}
    return [replace(cell, nil=nil.get((cell.duty.key, cell.division))) for cell in cells]


def duty_progress(cells: Iterable[DutyCell]) -> Progress:
    found = list(cells)
    return Progress(sum(1 for cell in found if cell.is_done), len(found))


def by_street(cells: Iterable[DutyCell]) -> dict[str, Progress]:
    """Path of street → cells done of all."""
    found: dict[str, list[DutyCell]] = {}
    for cell in cells:
        found.setdefault(cell.path[:_STREET], []).append(cell)
    return {path: duty_progress(each) for path, each in found.items()}


@dataclass(frozen=True)
class DutyLine:
    """One duty with how far it is: who has entries, who reported that there was nothing, who is missing."""

    duty: Duty
    cells: Sequence[DutyCell]

    @property
    def progress(self) -> Progress:
        return duty_progress(self.cells)

    @property
    def filled(self) -> list[DutyCell]:
        return [cell for cell in self.cells if cell.is_filled]

    @property
    def nil(self) -> list[DutyCell]:
        return [cell for cell in self.cells if cell.nil is not None and not cell.is_filled]

    @property
    def overtaken(self) -> list[DutyCell]:
        """Reported as nothing, and an entry came later: the entry counts."""
        return [cell for cell in self.filled if cell.nil is not None]

    @property
    def missing(self) -> list[DutyCell]:
        return [cell for cell in self.cells if not cell.is_done]


def duty_lines(duties: Iterable[Duty], cells: Sequence[DutyCell]) -> list[DutyLine]:
    return [DutyLine(duty, [cell for cell in cells if cell.duty.key == duty.key]) for duty in duties]
