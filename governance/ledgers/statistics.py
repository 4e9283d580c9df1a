"""What the entries of record types add up to: for lists, for measures, by area and by year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Count, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, ExtractYear, NullIf, Substr

from governance.divisions.models import Division
from governance.divisions.paths import path_length, under
from governance.exchange.rows import active_on
from governance.ledgers.catalogue import Ledger
from governance.ledgers.figures import aggregate
from governance.ledgers.models import LedgerEntry
from governance.ledgers.sheets import ledger_sheets
from governance.ledgers.subjects import subjects
from governance.policies.record_schema import RecordField
from governance.web.formats import percent, thousands, yuan

MOST_READ = 20_000
"""Entries whose fields are counted one by one; above that only the figures of columns are given."""

_COUNTED = {
    "entries": Count("pk"),
    "covered": Count("division", distinct=True),
    "total": Sum("count"),
    "money": Sum("amount"),
    "last": Max("started_on"),
}


@dataclass(frozen=True)
class Summary:
    """Entries in force of one record type: how many, of how many subjects, and what they add up to.

    `total` and `money` are sums of the columns (None where no entry fills them), `late` are entries that wait
    past their day.
    """

    entries: int = 0
    covered: int = 0
    total: int | None = None
    money: int | None = None
    last: date | None = None
    late: int = 0


NONE = Summary()


def amount_text(field: RecordField, value: int | None) -> str:
    """A sum of the amounts of a record type with its unit: money and quantities are kept in hundredths."""
    text = thousands(value) if field.type == "number" else yuan(value)
    return f"{text} {amount_unit(field)}" if value is not None else text


def amount_unit(field: RecordField) -> str:
    return field.unit or "元"


def _summary(row: Mapping[str, Any]) -> Summary:
    return Summary(**{name: row[name] for name in ("entries", "covered", "total", "money", "last", "late")})


def summaries(some: Sequence[Ledger], path: str, on: date) -> dict[str, Summary]:
    """Summaries by slug below a path (one statement); types without entries are left out."""
    rows = LedgerEntry.objects.valid().filter(
        under(path), active_on(on), code__in=[each.code for each in some]
    )
    late = Count("pk", filter=Q(due_on__lt=on))
    found = rows.order_by().values("code").annotate(**_COUNTED, late=late)
    slugs = {each.code: each.slug for each in some}
    return {slugs[row["code"]]: _summary(row) for row in found}


def by_area(ledger: Ledger, path: str, level: int, on: date) -> dict[str, Summary]:
    """Summaries of one record type by the paths of the divisions of a level (one statement)."""
    rows = LedgerEntry.objects.valid().filter(under(path), active_on(on), code=ledger.code)
    late = Count("pk", filter=Q(due_on__lt=on))
    found = (
        rows.annotate(area=Substr("path", 1, path_length(level)))
        .order_by()
        .values("area")
        .annotate(**_COUNTED, late=late)
    )
    return {row["area"]: _summary(row) for row in found}


@dataclass(frozen=True)
class YearLine:
    """One calendar year of a record type, and the change against the year before in ten-thousandths."""

    year: int
    entries: int
    total: int | None
    money: int | None
    change: int | None = None


YEAR: Any = Coalesce(
    NullIf(Substr("period", 1, 4), Value("")),
    Cast(ExtractYear("started_on"), models.CharField(max_length=4)),
)
"""The year an entry belongs to: that of its period or day, for what exists that of its beginning."""


def years_of(some: Sequence[Ledger], path: str, on: date) -> dict[str, dict[int, YearLine]]:
    """Slug → year → what was filed for it below a path, and the change to the year before (one statement)."""
    by_code = {ledger.code: ledger for ledger in some}
    rows = LedgerEntry.objects.valid().filter(under(path), code__in=list(by_code), started_on__lte=on)
    columns = {name: _COUNTED[name] for name in ("entries", "total", "money")}
    found = rows.order_by().annotate(year=YEAR).values("code", "year").annotate(**columns)
    sums: dict[str, dict[int, Mapping[str, Any]]] = {}
    for row in found:
        if row["year"]:
            sums.setdefault(row["code"], {})[int(row["year"])] = row
    return {
        by_code[code].slug: {
            year: YearLine(
                year,
                row["entries"],
                row["total"],
                row["money"],
                _change(by_code[code], row, years.get(year - 1)),
            )
            for year, row in years.items()
        }
        for code, years in sums.items()
    }


def by_year(ledger: Ledger, path: str, on: date, most: int = 5) -> list[YearLine]:
    """The last years of one record type, newest first (D39)."""
    found = years_of([ledger], path, on).get(ledger.slug, {})
    return [found[year] for year in sorted(found, reverse=True)[:most]]


def _change(ledger: Ledger, row: Mapping[str, Any], before: Mapping[str, Any] | None) -> int | None:
    """(this − last) ÷ last; None where last is missing or zero, which shows counts only."""
    name = "money" if ledger.amount_field else "total" if ledger.record.count else "entries"
    if before is None or not before[name] or row[name] is None:
        return None
    return round((row[name] - before[name]) * 10_000 / before[name])


@dataclass(frozen=True)
class Breakdown:
    """A field with few answers: how often each of them was given."""

    field: RecordField
    lines: list[tuple[str, int]]
    blank: int


def breakdowns(ledger: Ledger, path: str, on: date) -> list[Breakdown]:
    """Answers of choices and yes-or-no fields of the entries in force (one statement)."""
    fields = [each for each in ledger.record.fields if each.type in {"choice", "choices", "yes_no"}]
    if not fields:
        return []
    rows = LedgerEntry.objects.valid().filter(under(path), active_on(on), code=ledger.code)
    counts: dict[str, Counter[Any]] = {field.key: Counter() for field in fields}
    number = 0
    for values in rows.order_by().values_list("values", flat=True)[:MOST_READ]:
        number += 1
        for field in fields:
            answer = values.get(field.key)
            counts[field.key].update(answer if isinstance(answer, list) else [answer])
    if not number:
        return []
    return [_breakdown(field, counts[field.key]) for field in fields]


def _breakdown(field: RecordField, counts: Counter[Any]) -> Breakdown:
    words = {True: "是", False: "否"} if field.type == "yes_no" else field.choices
    lines = [(str(label), counts.get(code, 0)) for code, label in words.items()]
    return Breakdown(field, lines, counts.get(None, 0))


@dataclass(frozen=True)
class Coverage:
    """How many subjects have what a figure of the record type asks for."""

    label: str
    met: int
    subjects: int

    @property
    def share(self) -> str:
        return percent(self.met, self.subjects)


def coverages(ledger: Ledger, path: str, on: date) -> list[Coverage]:
    """Figures of yes or no over the subjects below a path (two statements), such as D40: nominal beside
    effective coverage."""
    figures = [each for each in ledger.record.figures if each.kind in {"has", "every"}]
    if not figures:
        return []
    values = {each.code: aggregate(ledger, each, on) for each in figures}
    rows = LedgerEntry.objects.valid().filter(under(path), code=ledger.code).order_by()
    found = (
        rows.values("division_id")
        .annotate(**values)
        .aggregate(**{f"of_{code}": Sum(code) for code in values})
    )
    number = subjects(ledger, path).count()
    return [Coverage(each.label, min(found[f"of_{each.code}"] or 0, number), number) for each in figures]


def entries_of(ledger: Ledger, division: Division) -> QuerySet[LedgerEntry]:
    """The valid entries of one subject, newest first."""
    rows: QuerySet[LedgerEntry] = ledger_sheets()[ledger.slug].model._default_manager.valid()
    return rows.filter(division=division).order_by("-started_on", "-pk")
