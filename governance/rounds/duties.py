"""What a round may ask for beside registries: ledgers and their periods, offered by an upper app.

A duty is one ledger, for one period where it is filed by periods; its subjects are streets or communities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from governance.divisions.models import Level
from governance.divisions.paths import path_length
from governance.records.completeness.tally import Progress
from governance.rounds.models import Round

_STREET = path_length(Level.STREET)


@dataclass(frozen=True)
class Duty:
    """`key` is kept by a round; `group` is the heading under which it is offered; `url` shows its entries."""

    key: str
    label: str
    group: str = ""
    url: str = ""


@dataclass(frozen=True)
class DutyCell:
    """One subject of a duty: whether it has filed, and where it does."""

    duty: Duty
    path: str
    name: str
    is_filled: bool
    fill_url: str


class DutySource(Protocol):
    def offered(self, path: str, on: date) -> Sequence[Duty]:
        """What a bureau may ask of its streets on a day."""

    def find(self, keys: Sequence[str]) -> Sequence[Duty]:
        """Those of a round; what is no longer known is left out."""

    def cells(self, keys: Sequence[str], path: str, on: date) -> Sequence[DutyCell]:
        """Every subject below a path, in a constant number of statements."""


_sources: list[DutySource] = []


def register_duties(source: DutySource) -> None:
    if source not in _sources:
        _sources.append(source)


def offered_duties(path: str, on: date) -> list[Duty]:
    return [duty for source in _sources for duty in source.offered(path, on)]


def duties_of(asked: Round) -> list[Duty]:
    return [duty for source in _sources for duty in source.find(asked.duties)]


def cells_of_duties(asked: Round, path: str, on: date) -> list[DutyCell]:
    """The subjects of all duties of a round below a path."""
    if not asked.duties:
        return []
    return [cell for source in _sources for cell in source.cells(asked.duties, path, on)]


def duty_progress(cells: Iterable[DutyCell]) -> Progress:
    found = list(cells)
    return Progress(sum(1 for cell in found if cell.is_filled), len(found))


def by_street(cells: Iterable[DutyCell]) -> dict[str, Progress]:
    """Path of street → cells done of all."""
    found: dict[str, list[DutyCell]] = {}
    for cell in cells:
        found.setdefault(cell.path[:_STREET], []).append(cell)
    return {path: duty_progress(each) for path, each in found.items()}


@dataclass(frozen=True)
class DutyLine:
    """One duty with how far it is, and who is missing."""

    duty: Duty
    progress: Progress
    missing: Sequence[DutyCell]


def duty_lines(duties: Iterable[Duty], cells: Sequence[DutyCell]) -> list[DutyLine]:
    lines = []
    for duty in duties:
        own = [cell for cell in cells if cell.duty.key == duty.key]
        lines.append(DutyLine(duty, duty_progress(own), [cell for cell in own if not cell.is_filled]))
    return lines
