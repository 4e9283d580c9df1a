"""Invented entries of the record types that apply in 莲湖区, so that every ledger has something to show."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from demo.ledger_values import invent
from demo.loading import district
from demo.people import MARK
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division, Level
from governance.ledgers.catalogue import Ledger
from governance.ledgers.models import LedgerEntry
from governance.ledgers.periods import closed_periods
from governance.ledgers.sheets import ledger_sheets
from governance.ledgers.subjects import subjects, used_in
from governance.policies import findings

PERIODS = {"month": 3, "quarter": 2, "half_year": 2, "year": 2}
"""How many closed periods are filed."""
WORK_FUND = "LH-FUND-03"
EXPECTED_SHARE, SHARE = 7, 19
"""Of what each must have, six communities of seven have an entry; of anything else one of nineteen."""


def _number(ledger: Ledger, position: int) -> int:
    return sum(map(ord, ledger.code)) + position


def _has_entry(ledger: Ledger, position: int) -> bool:
    number = _number(ledger, position)
    if ledger.level < Level.COMMUNITY:
        return ledger.record.expected or number % 2 == 0
    return bool(number % EXPECTED_SHARE) if ledger.record.expected else not number % SHARE


def _row(ledger: Ledger, division: Division, day: date, seed: int, period: str = "") -> LedgerEntry:
    sheet = ledger_sheets()[ledger.slug]
    values = invent(ledger.record, day, seed)
    name = f"{MARK}{division.name}{ledger.title}" if ledger.record.name is not None else ""
    row: Any = sheet.model(
        division=division,
        path=division.path,
        name=name[:120],
        period=period,
        started_on=day,
        ended_on=values.pop("ended_on", None),
    )
    for key, value in values.items():
        setattr(row, f"v_{key}", value)
    sheet.resource.finish(row)
    return LedgerEntry(
        **{each.attname: getattr(row, each.attname) for each in LedgerEntry._meta.concrete_fields}
    )


def _work_fund(ledger: Ledger, on: date, path: str) -> list[LedgerEntry]:
    """The work fund of every community by source, last year's and this year's, for which some wait for the
    district's part; a few had none last year."""
    rows = []
    for position, division in enumerate(subjects(ledger, path)):
        for year in (on.year - 1, on.year):
            if year < on.year and position % 24 == 23:
                continue
            for source, cents in (("city", 13_000_000), ("district", 12_000_000)):
                if year == on.year and source == "district" and not position % 9:
                    continue
                row = _row(ledger, division, date(year, 3, 20), position, str(year))
                label = "市级及以上" if source == "city" else "区级"
                row.name, row.status, row.amount = f"{MARK}{label}工作经费", source, cents
                row.values |= {"source": source, "money": cents}
                rows.append(row)
    return rows


def _rows(ledger: Ledger, on: date, path: str) -> list[LedgerEntry]:
    if ledger.code == WORK_FUND:
        return _work_fund(ledger, on, path)
    rows = []
    for position, division in enumerate(subjects(ledger, path)):
        if not _has_entry(ledger, position):
            continue
        seed = _number(ledger, position)
        if not ledger.record.is_periodic:
            day = on - timedelta(days=30 + seed % 300)
            rows.append(_row(ledger, division, day, seed))
            continue
        for period in closed_periods(ledger.record.filing, on, PERIODS[ledger.record.filing]):
            day = min(period.last_day + timedelta(days=5 + seed % 20), on)
            rows.append(_row(ledger, division, day, seed, period.code))
    return rows


@transaction.atomic
def load_ledgers(on: date) -> int:
    """Enter the invented entries and measure the district again; 0 when there are entries already."""
    area = district()
    if LedgerEntry.objects.filter(path__startswith=area.path).exists():
        return 0
    rows = [row for ledger in used_in([area.path]) for row in _rows(ledger, on, area.path)]
    LedgerEntry.objects.bulk_create(rows, batch_size=500)
    detail = {"source": MARK, "registry": "ledgers", "new": len(rows)}
    record(EventKind.IMPORT, obj=area, reason=f"装载{MARK}数据", detail=detail)
    findings.refresh(path=area.path, on=on)
    return len(rows)
