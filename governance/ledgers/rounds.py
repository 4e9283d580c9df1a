"""Ledgers as something a collection round asks for: what exists now, or the entry of one period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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

_BY = ":"
Asked = tuple[Duty, Ledger, Period | None]


def _key(ledger: Ledger, period: Period | None) -> str:
    return f"{ledger.slug}{_BY}{period.code}" if period else ledger.slug


def _duty(ledger: Ledger, period: Period | None) -> Duty:
    label = f"{ledger.code} {ledger.title}（{period.label if period else '现有'}）"
    return Duty(_key(ledger, period), label, f"{ledger.document.code} {ledger.document.title}", ledger.url)


def _periods(ledger: Ledger, on: date) -> list[Period | None]:
    """The period that ended last and the one that goes on; nothing but today for what exists."""
    if not ledger.record.is_periodic:
        return [None]
    current = period_of(on, ledger.record.filing)
    return [current.before(), current]


def _asked(keys: Sequence[str]) -> Iterator[Asked]:
    known = ledgers()
    for key in keys:
        slug, _, code = key.partition(_BY)
        ledger = known.get(slug)
        if ledger is None or bool(code) != ledger.record.is_periodic:
            continue
        period = from_code(code) if code else None
        yield _duty(ledger, period), ledger, period


class LedgerDuties:
    """Events are not asked for: nobody knows whether there was one."""

    def offered(self, path: str, on: date) -> list[Duty]:
        return [
            _duty(ledger, period)
            for ledger in used_in([path])
            if ledger.level >= Level.STREET and ledger.record.filing != "event"
            for period in _periods(ledger, on)
        ]

    def find(self, keys: Sequence[str]) -> list[Duty]:
        return [duty for duty, _, _ in _asked(keys)]

    def cells(self, keys: Sequence[str], path: str, on: date) -> list[DutyCell]:
        asked = list(_asked(keys))
        filled = _filled(asked, path, on)
        places = {ledger.code: jurisdiction(ledger)[0] for _, ledger, _ in asked}
        found = []
        subjects = _subjects([ledger for _, ledger, _ in asked], path)
        for duty, ledger, period in asked:
            kind = tuple(ledger.record.area_types)
            for row in subjects:
                if row["level"] != ledger.level or (kind and not row[_column(kind)]):
                    continue
                if not is_under(row["path"], places[ledger.code]):
                    continue
                if period and row["opened_on"] and row["opened_on"] > period.first_day:
                    continue
                done = (ledger.code, period.code if period else "", row["pk"]) in filled
                found.append(DutyCell(duty, row["path"], row["name"], done, _add_url(ledger, row["code"])))
        return found


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
    for _, ledger, period in asked:
        entries = Q(period=period.code) if period else active_on(on)
        wanted |= Q(code=ledger.code) & entries
    rows = LedgerEntry.objects.valid().filter(under(path)).filter(wanted).order_by()
    rows = rows.exclude(unfinished([ledger for _, ledger, _ in asked]))
    standing = {ledger.code for _, ledger, period in asked if period is None}
    return {
        (code, "" if code in standing else period, division)
        for code, period, division in rows.values_list("code", "period", "division").distinct()
    }
