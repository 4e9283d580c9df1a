"""Invented entries of the ledgers that standards of Shaanxi and Lianhu measure by, some eleven a community.

Those of Lianhu stand in Lianhu only. Every window and status occurs: entries of earlier years, ended ones,
some without a date, some in breach of their clause, and communities without any entry of a type.
"""

from django.db import connection

from benchmarks.chance import boolean, day_of, json, number
from benchmarks.ground import COUNTY, ON
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
    "SX-SUP-03": (7, 3),
    "SX-DISC-05": (2, 4),
    "SX-DISC-06": (5, 2),
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
    "LH-CAD-18": (2, 6),
}
_TOGETHER = {
    "SX-GRID-03": ["comprehensive"],
    "SX-GRID-07": ["assigned"],
    "SX-SUP-03": ["decision", "property", "project", "welfare", "culture", "environment", "charter"],
    "SX-DISC-06": ["party", "affairs", "matters", "finance", "major"],
    "LH-ADJ-03": ["arrived"],
    "LH-FUND-02": ["city", "district"],
    "LH-FUND-03": ["city", "district"],
}
"""Statuses that seldom come together by chance: those of the entries of every third community, in turn."""
_LAST_YEAR = {"LH-FUND-02"}
"""Types of `_TOGETHER` that standards ask for the year before."""


def fill_entries(source: str) -> None:
    """Entries for `source`, a subquery `c` with division_id and path."""
    for place, (code, (most, often)) in enumerate(PROVINCE_TYPES.items()):
        _fill(code, f"{_chance(place)} < {often}", most, place, source)
    inside = f"c.path >= '{COUNTY}' AND c.path < '{next_path(COUNTY)}'"
    for place, (code, (most, often)) in enumerate(COUNTY_TYPES.items(), start=len(PROVINCE_TYPES)):
        _fill(code, f"{inside} AND {_chance(place)} < {often}", most, place, source)


def _chance(place: int) -> str:
    return number(307 + 2 * place, 10)


def _fill(code: str, where: str, most: int, place: int, source: str) -> None:
    ledger = by_code(code)
    assert ledger is not None, code
    numbers = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(1, most + 1))
    status = wheel = number(401 + 2 * place, 23, " + n.n * 104729")
    filed = number(503 + 2 * place, 23, " + n.n * 104729")
    if code in _TOGETHER:
        is_together = f"{number(601 + 2 * place, 3)} = 0"
        wheel = f"(CASE WHEN {is_together} THEN 1 ELSE {wheel} END)"
        filed = f"(CASE WHEN {is_together} THEN {22 if code in _LAST_YEAR else 1} ELSE {filed} END)"
    begun = f"CASE WHEN {wheel} = 5 THEN '2025-09-01' ELSE '2026-03-' || (10 + n.n) END"
    columns = {
        "division_id": "c.division_id",
        "path": "c.path",
        "version": "1",
        "code": f"'{code}'",
        "edition": str(ledger.record.version),
        "name": "'登记' || n.n",
        "period": _period(ledger, filed, begun),
        "started_on": day_of(begun),
        "ended_on": "NULL",
        "count": _COUNT,
        "amount": _AMOUNTS.get(code, _MONEY),
        "status": _status(ledger, status),
        "void_reason": "''",
        "breach": boolean(f"{wheel} % 6 = 2"),
        "values": json("{}"),
    }
    if ledger.record.filing == "state":
        columns["started_on"] = f"CASE WHEN {wheel} <> 7 THEN {day_of(begun)} END"
        columns["ended_on"] = day_of(f"CASE WHEN {wheel} = 9 THEN '2026-05-31' END")
    if code in _TOGETHER:
        columns["status"] = f"CASE WHEN {is_together} THEN {_in_turn(code)} ELSE {columns['status']} END"
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {LedgerEntry._meta.db_table} ({names}) SELECT {', '.join(columns.values())} "
            f"FROM {source} CROSS JOIN ({numbers}) n WHERE {where}"
        )


_COUNT = "n.n + c.division_id % 3 - 1"
_MONEY = (
    "10000000 + (c.division_id % 4) * 1500000 + CASE WHEN c.division_id % 5 = 0 THEN n.n * 100 ELSE 0 END"
)
_AMOUNTS = {"LH-TRN-01": f"{_COUNT} + (c.division_id / 3) % 3"}
"""Workers at the end of the year: no fewer than were trained."""


def _period(ledger: Ledger, wheel: str, begun: str) -> str:
    if ledger.record.filing == "event":
        return begun
    if not ledger.record.is_periodic:
        return "''"
    assert ledger.record.filing == "year", ledger.code
    return f"CASE WHEN {wheel} < 12 THEN '{ON.year}' ELSE '{ON.year - 1}' END"


def _status(ledger: Ledger, wheel: str) -> str:
    """One of the type's statuses, about as often as every other."""
    record = ledger.record
    if not record.status:
        return "''"
    codes = list(record.field(record.status).choices)
    whens = " ".join(
        f"WHEN {wheel} < {23 * (k + 1) // len(codes)} THEN '{code}'" for k, code in enumerate(codes)
    )
    return f"CASE {whens} ELSE '' END"


def _in_turn(code: str) -> str:
    statuses = _TOGETHER[code]
    whens = " ".join(f"WHEN {k} THEN '{status}'" for k, status in enumerate(statuses))
    return f"CASE (n.n - 1) % {len(statuses)} {whens} END"
