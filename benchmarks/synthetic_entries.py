"""Invented entries of the ledgers that standards of Shaanxi and Lianhu measure by, some eleven a community.

Those of Lianhu stand in Lianhu only. Every window and status occurs: entries of earlier years, ended ones,
some without a date, and communities without any entry of a type.
"""

from datetime import date

from django.db import connection

from benchmarks.ground import COUNTY, ON
from governance.divisions.models import Division
from governance.divisions.paths import next_path
from governance.ledgers.catalogue import Ledger, by_code
from governance.ledgers.models import LedgerEntry

PROVINCE_TYPES = {
    "SX-PTY-04": (1, 5),
    "SX-GRID-02": (1, 7),
    "SX-GRID-03": (2, 3),
    "SX-GRID-07": (3, 4),
    "SX-SMART-01": (1, 2),
    "SX-PROP-02": (1, 5),
    "SX-COV-03": (1, 7),
    "SX-COV-04": (1, 2),
    "SX-ORG-01": (4, 4),
    "SX-SUP-03": (5, 3),
    "SX-DISC-05": (2, 4),
    "SX-DISC-06": (3, 2),
    "SX-ASM-01": (1, 3),
    "SX-FAC-04": (3, 3),
}
"""At most so many entries, and how many communities of ten have any."""

COUNTY_TYPES = {
    "LH-BND-01": (1, 6),
    "LH-BND-04": (1, 6),
    "LH-ADJ-03": (1, 5),
    "LH-FAC-07": (2, 5),
    "LH-TRN-01": (2, 6),
    "LH-DEL-02": (2, 4),
    "LH-BURD-01": (1, 4),
    "LH-SOC-03": (1, 4),
    "LH-FUND-02": (2, 7),
    "LH-FUND-03": (2, 7),
    "LH-FAC-09": (2, 5),
    "LH-FAC-10": (2, 5),
}


ABOVE_TYPES = {"SX-FUND-01": 3, "SX-FUND-05": 3}
"""Kept by divisions of a level above: every county its two years."""


def fill_entries(source: str) -> None:
    """Entries for `source`, a subquery `c` with division_id and path."""
    for place, (code, (most, often)) in enumerate(PROVINCE_TYPES.items()):
        _fill(code, f"{_chance(place)} < {often}", most, place, source)
    inside = f"c.path >= '{COUNTY}' AND c.path < '{next_path(COUNTY)}'"
    for place, (code, (most, often)) in enumerate(COUNTY_TYPES.items(), start=len(PROVINCE_TYPES)):
        _fill(code, f"{inside} AND {_chance(place)} < {often}", most, place, source)
    _fill_above()


def _fill_above() -> None:
    for code, level in ABOVE_TYPES.items():
        ledger = by_code(code)
        assert ledger is not None
        places = Division.objects.filter(level=level).only("pk", "path").iterator()
        LedgerEntry.objects.bulk_create(
            [
                LedgerEntry(
                    code=code,
                    edition=ledger.record.version,
                    division=place,
                    path=place.path,
                    period=str(year),
                    started_on=date(year + 1, 1, 10),
                    amount=10_000_000 + (number + year) % 5 * 100_000,
                )
                for number, place in enumerate(places)
                for year in (2024, 2025)
            ],
            batch_size=2_000,
        )


def _chance(place: int) -> str:
    return f"((c.division_id * {2 * place + 3} + c.division_id / 7) % 10)"


def _fill(code: str, where: str, most: int, place: int, source: str) -> None:
    ledger = by_code(code)
    assert ledger is not None, code
    numbers = " UNION ALL ".join(f"SELECT {number} AS n" for number in range(1, most + 1))
    # Not among the numbers of `_chance`, or whole types would have one status.
    wheel = f"((c.division_id / 11 + c.division_id * {place + 5} + n.n * 7) % 23)"
    columns = {
        "division_id": "c.division_id",
        "path": "c.path",
        "version": "1",
        "code": f"'{code}'",
        "edition": str(ledger.record.version),
        "name": "'登记' || n.n",
        "period": _period(ledger, wheel),
        "started_on": _day(f"CASE WHEN {wheel} = 5 THEN '2025-09-01' ELSE '2026-03-' || (10 + n.n) END"),
        "ended_on": _day(f"CASE WHEN {wheel} = 9 THEN '2026-05-31' END"),
        "count": "n.n + c.division_id % 3 - 1",
        "amount": "10000000 + (c.division_id % 4) * 1500000",
        "status": _status(ledger, wheel),
        "void_reason": "''",
        "breach": "FALSE" if connection.vendor == "postgresql" else "0",
        "values": "CAST('{}' AS jsonb)" if connection.vendor == "postgresql" else "'{}'",
    }
    if ledger.record.filing == "state":
        columns["started_on"] = f"CASE WHEN {wheel} <> 7 THEN {columns['started_on']} END"
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {LedgerEntry._meta.db_table} ({names}) SELECT {', '.join(columns.values())} "
            f"FROM {source} CROSS JOIN ({numbers}) n WHERE {where}"
        )


def _day(sql: str) -> str:
    return f"CAST({sql} AS date)" if connection.vendor == "postgresql" else sql


def _period(ledger: Ledger, wheel: str) -> str:
    if not ledger.record.is_periodic:
        return "''"
    assert ledger.record.filing == "year", ledger.code
    return f"CASE WHEN {wheel} < 12 THEN '{ON.year}' ELSE '{ON.year - 1}' END"


def _status(ledger: Ledger, wheel: str) -> str:
    """One of the type's statuses; the first ones more often."""
    record = ledger.record
    if not record.status:
        return "''"
    codes = list(record.field(record.status).choices)
    whens = " ".join(
        f"WHEN {wheel} < {23 * (k + 1) // len(codes)} THEN '{code}'" for k, code in enumerate(codes)
    )
    return f"CASE {whens} ELSE '' END"
