"""Live figures of measures: what the apps know of a measure in a division, and of the divisions below it.

Apps register providers in `apps.py`. A provider is asked for all measures of a page at once and takes a
constant number of statements. Measures come with `document`, `clause` and `standard` selected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from governance.divisions.models import Division
from governance.policies.models import Measure
from governance.policies.outcomes import Outcome


@dataclass(frozen=True)
class Figure:
    """One live figure of a measure in a division.

    `value` is text with its unit; `late` counts what is past its day, `late_text` says so where the value
    does not, `shared` names it where figures of several measures are about the same things. `outcome` and
    `severity` say how it is judged, both empty where it is not.
    """

    label: str
    value: str
    url: str = ""
    note: str = ""
    late: int = 0
    outcome: str = ""
    severity: str = ""
    late_text: str = ""
    shared: str = ""


@dataclass(frozen=True)
class LeagueLine:
    """How one child division stands with a measure.

    `met` of `total` things are met; lines of one outcome are ordered by their share.
    """

    division: Division
    value: str
    outcome: str = ""
    severity: str = ""
    met: int | None = None
    total: int | None = None
    url: str = ""
    note: str = ""
    late: int = 0

    @property
    def share(self) -> float:
        return (self.met or 0) / self.total if self.total else 0.0


Provider = Callable[[Sequence[Measure], Division, date], Mapping[str, Sequence[Figure]]]
LeagueProvider = Callable[[Measure, Division, date], Sequence[LeagueLine] | None]
"""None where the app knows nothing of the measure."""

WORST_FIRST = (
    Outcome.NOT_MET,
    Outcome.DATA_ERROR,
    Outcome.INFEASIBLE,
    Outcome.WARNING,
    Outcome.NO_DATA,
    Outcome.MET,
    Outcome.INFORMATION,
    Outcome.NOT_APPLICABLE,
)

_providers: list[Provider] = []
_describing: list[Provider] = []
_leagues: list[LeagueProvider] = []


def register(provider: Provider, *, judges: bool = True) -> None:
    """Add a provider; one that does not judge tells nothing late or missed, and summaries leave it out."""
    found = _providers if judges else _describing
    if provider not in found:
        found.append(provider)


def register_league(provider: LeagueProvider) -> None:
    if provider not in _leagues:
        _leagues.append(provider)


def figures_of(
    measures: Sequence[Measure], division: Division, on: date, *, judged: bool = False
) -> dict[str, list[Figure]]:
    """Figures by code of measure, in the order in which the providers were registered.

    `judged`: only of providers that judge, for pages that count what is late.
    """
    found: dict[str, list[Figure]] = {}
    providers = _providers if judged else [*_providers, *_describing]
    for provider in providers if measures else ():
        for code, figures in provider(measures, division, on).items():
            found.setdefault(code, []).extend(figures)
    return found


def league_of(measure: Measure, division: Division, on: date) -> list[LeagueLine]:
    """The child divisions, worst first; empty where nobody knows anything or nothing lies below."""
    for provider in _leagues:
        lines = provider(measure, division, on)
        if lines is not None:
            return sorted(lines, key=_place)
    return []


def _place(line: LeagueLine) -> tuple[int, float, str]:
    rank = WORST_FIRST.index(Outcome(line.outcome)) if line.outcome else len(WORST_FIRST)
    return rank, line.share, line.division.path


def below(division: Division) -> list[Division]:
    """The child divisions that exist today, read once for each `Division` object (a page knows them)."""
    kept: list[Division] | None = division.__dict__.get("_below")
    if kept is None:
        kept = list(division.children.filter(closed_on=None).order_by("path"))
        know_below(division, kept)
    return kept


def know_below(division: Division, children: Sequence[Division]) -> None:
    """Spare `below` its statement."""
    division.__dict__["_below"] = list(children)
