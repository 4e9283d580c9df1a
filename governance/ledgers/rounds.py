"""Ledgers as something a collection round asks for: what exists now, the entry of one period, or what
happened in the span of the round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from governance.divisions.models import Division, Level
from governance.divisions.paths import is_under, under
from governance.exchange.rows import active_on
from governance.ledgers.catalogue import Ledger, ledgers
from governance.ledgers.duties import unfinished
from governance.ledgers.models import LedgerEntry
from governance.ledgers.periods import Period, from_code, period_of
from governance.ledgers.sheets import jurisdiction
from governance.ledgers.subjects import area_flag, used_in
from governance.rounds.duties import Duty, DutyCell
from governance.rounds.models import Round

_BY = ":"
EVENT = "event"


@dataclass(frozen=True)
class Span:
    """The days of a round in which things may have happened, told like a `Period`."""

    first_day: date
    last_day: date

    @property
    def label(self) -> str:
        return f"{self.first_day:%Y-%m-%d} 至 {self.last_day:%Y-%m-%d}"


Stretch = Period | Span | None
"""What an entry must be of; None: what exists today."""
Asked = tuple[Duty, Ledger, Stretch]


def _key(ledger: Ledger, stretch: Stretch) -> str:
    return f"{ledger.slug}{_BY}{stretch.code}" if isinstance(stretch, Period) else ledger.slug


def _duty(ledger: Ledger, stretch: Stretch) -> Duty:
    is_event = ledger.record.filing == EVENT
    when = stretch.label if stretch else ledger.filing if is_event else "现有"
    label = f"{ledger.code} {ledger.title}（{when}）"
    group = f"{ledger.document.code} {ledger.document.title}"
    return Duty(_key(ledger, stretch), label, group, ledger.url, is_event)


def _periods(ledger: Ledger, on: date) -> list[Period | None]:
    """The period that ended last and the one that goes on; None for what exists and what happens."""
    if not ledger.record.is_periodic:
        return [None]
    current = period_of(on, ledger.record.filing)
    return [current.before(), current]


def _asked(by: Round) -> Iterator[Asked]:
    known = ledgers()
    span = None if by.since is None or by.until is None else Span(by.since, by.until)
    for key in by.duties:
        slug, _, code = key.partition(_BY)
        ledger = known.get(slug)
        if ledger is None or bool(code) != ledger.record.is_periodic:
            continue
        stretch: Stretch = from_code(code) if code else None
        if ledger.record.filing == EVENT:
            if span is None:
                continue
            stretch = span
        yield _duty(ledger, stretch), ledger, stretch


class LedgerDuties:
    """Nobody knows whether there was an event: who has no entry may report that there was none."""

    def offered(self, path: str, on: date) -> list[Duty]:
        return [
            _duty(ledger, period)
            for ledger in used_in([path])
            if ledger.level >= Level.STREET
            for period in _periods(ledger, on)
        ]

    def find(self, asked: Round) -> list[Duty]:
        return [duty for duty, _, _ in _asked(asked)]

    def cells(self, asked: Round, path: str, on: date) -> list[DutyCell]:
        return _cells(list(_asked(asked)), path, on)


def _cells(asked: Sequence[Asked], path: str, on: date) -> list[DutyCell]:
    filled = _filled(asked, path, on)
    places = {ledger.code: jurisdiction(ledger)[0] for _, ledger, _ in asked}
    found = []
    subjects = _subjects([ledger for _, ledger, _ in asked], path)
    for duty, ledger, stretch in asked:
        kind = tuple(ledger.record.area_types)
        for row in subjects:
            if row["level"] != ledger.level or (kind and not row[_column(kind)]):
                continue
            if not is_under(row["path"], places[ledger.code]):
                continue
            if stretch and row["opened_on"] and row["opened_on"] > stretch.first_day:
                continue
            done = (ledger.code, _period_of(stretch), row["pk"]) in filled
            url = _add_url(ledger, row["code"])
            found.append(DutyCell(duty, row["pk"], row["path"], row["name"], done, url))
    return found


def _period_of(stretch: Stretch) -> str:
    return stretch.code if isinstance(stretch, Period) else ""


def _add_url(ledger: Ledger, code: str) -> str:
    return f"{reverse('records:add', args=[ledger.slug])}?{urlencode({'area': code})}"


def _column(kind: tuple[str, ...]) -> str:
    return "is_" + "_".join(kind)


def _subjects(some: Sequence[Ledger], path: str) -> list[dict[str, Any]]:
    """The divisions below a path that any of the types may be about (one statement)."""
    kinds = {tuple(ledger.record.area_types) for ledger in some} - {()}
    rows = Division.objects.current().filter(under(path), level__in={ledger.level for ledger in some})
    rows = rows.annotate(**{_column(kind): area_flag(kind) for kind in sorted(kinds)})
    columns = ("pk", "path", "name", "code", "level", "opened_on", *map(_column, sorted(kinds)))
    return list(rows.order_by("path").values(*columns))


def _filled(asked: Sequence[Asked], path: str, on: date) -> set[tuple[str, str, int]]:
    """(code, period, division) of what is there (one statement)."""
    wanted = Q(pk__in=())
    for _, ledger, stretch in asked:
        wanted |= Q(code=ledger.code) & _of(stretch, on)
    rows = LedgerEntry.objects.valid().filter(under(path)).filter(wanted).order_by()
    rows = rows.exclude(unfinished([ledger for _, ledger, _ in asked]))
    periodic = {ledger.code for _, ledger, _ in asked if ledger.record.is_periodic}
    return {
        (code, period if code in periodic else "", division)
        for code, period, division in rows.values_list("code", "period", "division").distinct()
    }


def _of(stretch: Stretch, on: date) -> Q:
    if isinstance(stretch, Period):
        return Q(period=stretch.code)
    if isinstance(stretch, Span):
        return Q(started_on__gte=stretch.first_day, started_on__lte=stretch.last_day)
    return active_on(on)
