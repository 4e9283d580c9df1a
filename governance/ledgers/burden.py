"""The burden meter: how many fields the documents ask of one community in a half year (D39, 减负).

A field of a periodic record is asked as often as its period comes; what exists is asked once and then only
when it changes, so it counts by the entries really made, as events do. What a registry holds is entered once
for all documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from governance.divisions.models import Level
from governance.divisions.paths import under
from governance.exchange import sheets
from governance.ledgers.catalogue import Ledger
from governance.ledgers.models import LedgerEntry
from governance.ledgers.periods import period_of
from governance.ledgers.sheets import ledger_sheets

TIMES = {"month": 6, "quarter": 2, "half_year": 1, "year": 1}
"""How often a period's entry is asked for in a half year; a yearly one falls into one of the two halves."""


@dataclass(frozen=True)
class BurdenLine:
    """One record type: its fields, how often they are asked in a half year, and entries made in it."""

    ledger: Ledger
    fields: int
    times: int
    entries: int

    @property
    def asked(self) -> int:
        """Fields asked of one community by rhythm; 0 for what is filed only when it happens."""
        return self.fields * self.times


@dataclass(frozen=True)
class Burden:
    """All that is asked of the communities of a division in a half year."""

    label: str
    lines: list[BurdenLine]
    registry: int
    communities: int

    @property
    def asked(self) -> int:
        return sum(line.asked for line in self.lines)

    def filled(self, line: BurdenLine) -> int:
        return line.fields * line.entries

    def by_document(self) -> list[tuple[str, str, int, int, int]]:
        """Per document: key, title, types, fields asked of a community, entries made."""
        found: dict[str, list[BurdenLine]] = {}
        for line in self.lines:
            found.setdefault(line.ledger.document.id, []).append(line)
        return [
            (
                key,
                some[0].ledger.document.title,
                len(some),
                sum(line.asked for line in some),
                sum(line.entries for line in some),
            )
            for key, some in found.items()
        ]


def fields_of(ledger: Ledger) -> int:
    """Columns that somebody fills in: all but the code of the place."""
    return len(ledger_sheets()[ledger.slug].columns) - 1


def registry_fields() -> int:
    """Columns of the workbook without the codes that repeat: asked once, whichever document needs them."""
    return sum(len(sheet.columns) - 1 for sheet in sheets.registered())


def measure(some: Sequence[Ledger], path: str, on: date, communities: int) -> Burden:
    """What the record types ask of the communities below a path in the half year of a day (one statement)."""
    half = period_of(on, "half_year")
    asked = [ledger for ledger in some if ledger.level == Level.COMMUNITY]
    rows = LedgerEntry.objects.valid().filter(
        under(path), started_on__gte=half.first_day, started_on__lte=half.last_day
    )
    entries = dict(rows.order_by().values("code").annotate(n=Count("pk")).values_list("code", "n"))
    lines = [
        BurdenLine(ledger, fields_of(ledger), TIMES.get(ledger.record.filing, 0), entries.get(ledger.code, 0))
        for ledger in asked
    ]
    return Burden(half.label, lines, registry_fields(), communities)
