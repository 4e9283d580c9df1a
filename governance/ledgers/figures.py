"""Figures of record types as inputs and indicators of standards.

They are declared in the packs, computed from the columns of entries only, and kept by a run as one
object a community: only figures that a standard asks for take part in evaluation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, Max, Min, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Substr
from django.db.models.lookups import GreaterThan

from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length
from governance.exchange.rows import active_on
from governance.ledgers.catalogue import Ledger, ledgers
from governance.ledgers.models import LedgerCard, LedgerEntry
from governance.ledgers.periods import periods_of
from governance.policies.indicators import Card, Indicator, Input
from governance.policies.pack_files import folders, read_yaml
from governance.policies.record_schema import RecordFigure, RecordRatio


@cache
def declared() -> dict[str, tuple[Ledger, RecordFigure]]:
    """Every figure by its code."""
    found: dict[str, tuple[Ledger, RecordFigure]] = {}
    for ledger in ledgers().values():
        for figure in ledger.record.figures:
            if figure.code in found:
                raise ValueError(f"figure {figure.code} is declared by {found[figure.code][0].code} too")
            found[figure.code] = ledger, figure
    return found


def window(figure: RecordFigure, on: date) -> Q:
    """Which entries count on a day."""
    if figure.window == "active":
        return active_on(on)
    year = _year(figure, on)
    begun = Q(started_on__lte=on)
    if figure.window == "all":
        return begun
    by_date = begun & Q(started_on__gte=date(year, 1, 1), started_on__lte=date(year, 12, 31))
    # A periodic entry belongs to the year of its period, whenever it was filed.
    return (Q(period__startswith=str(year)) & begun) | (Q(period="") & by_date)


def aggregate(ledger: Ledger, figure: RecordFigure, on: date) -> Any:
    """The figure over the entries of one community as an expression; NULL without any entry of the type."""
    own = Q(code=ledger.code)
    such = own & window(figure, on)
    if figure.status:
        such &= Q(status__in=figure.status)
    if figure.kept:
        such &= Q(breach=False)
    if figure.in_time:
        such &= _in_time(ledger, figure, on)
    one, none = Value(1), Value(0)
    match figure.kind:
        case "has":
            return Max(Case(When(such, then=one), When(own, then=none)))
        case "every":
            return Min(Case(When(such, then=one), When(own & window(figure, on), then=none)))
        case "count":
            return Sum(Case(When(such, then=one), When(own, then=none)))
        case "sum":
            return Sum(Case(When(such, then="count"), output_field=models.BigIntegerField()))
        case "amount":
            return Sum(Case(When(such, then="amount"), output_field=models.BigIntegerField()))
        case "expected":
            return Max(Case(When(own, then=_expected(ledger, figure, on))))
    # A type without entries has no kinds, which is missing, not zero.
    known = Count(Case(When(own, then=one)))
    column = "period" if figure.kind == "periods" else "status"
    kinds = Count(Case(When(such & ~Q(**{column: ""}), then=column)), distinct=True)
    return Case(When(GreaterThan(known, 0), then=kinds), output_field=models.BigIntegerField())


def _existed(day: date) -> Q:
    """Communities that had been founded by a day; an unknown day is long ago."""
    return Q(division__opened_on=None) | Q(division__opened_on__lte=day)


def _year(figure: RecordFigure, on: date) -> int:
    return on.year - 1 if figure.window == "last_year" else on.year


def _in_time(ledger: Ledger, figure: RecordFigure, on: date) -> Q:
    """Entries dated no later than the due day of their period, of communities that existed for all of it."""
    found = Q(pk__in=[])
    for period in periods_of(_year(figure, on), ledger.record.filing):
        due = period.due_on(ledger.record.due_days)
        found |= Q(period=period.code, started_on__lte=due) & _existed(period.first_day)
    return found


def _expected(ledger: Ledger, figure: RecordFigure, on: date) -> Case:
    """How many periods of the year a community existed for, from the first whole one on (D34)."""
    periods = list(periods_of(_year(figure, on), ledger.record.filing))
    whens = [
        When(_existed(period.first_day), then=Value(len(periods) - k)) for k, period in enumerate(periods)
    ]
    return Case(*whens, default=Value(0), output_field=models.BigIntegerField())


OWN, ABOVE = "narrow", "above"
"""Aliases of the figures of a community's own entries, and of those of the division above it."""


def _alias(ledger: Ledger) -> str:
    return OWN if ledger.level == Level.COMMUNITY else ABOVE


def source(codes: Iterable[str], on: date) -> dict[str, models.QuerySet]:
    """One row per community with its figures, by alias; communities without entries have none."""
    found: dict[str, models.QuerySet] = {}
    asked: dict[str, list[tuple[str, Ledger, RecordFigure]]] = {}
    for code in codes:
        ledger, figure = declared()[code]
        asked.setdefault(_alias(ledger), []).append((code, ledger, figure))
    if own := asked.get(OWN):
        types = sorted({ledger.code for _, ledger, _ in own})
        values = {code: aggregate(ledger, figure, on) for code, ledger, figure in own}
        rows = LedgerEntry.objects.valid().filter(code__in=types)
        found[OWN] = rows.values("division_id").annotate(**values)
    if above := asked.get(ABOVE):
        each = {code: _of_above(ledger, figure, on) for code, ledger, figure in above}
        places = Division.objects.filter(level=Level.COMMUNITY).annotate(division_id=F("pk"), **each)
        found[ABOVE] = places.values("division_id", *each)
    return found


def _of_above(ledger: Ledger, figure: RecordFigure, on: date) -> Subquery:
    """What the street, county … of a community has entered: true of all its communities alike."""
    place = Substr(OuterRef("path"), 1, path_length(ledger.level))
    rows = LedgerEntry.objects.valid().filter(code=ledger.code, path=place).order_by()
    return Subquery(rows.values("code").annotate(figure=aggregate(ledger, figure, on)).values("figure"))


def _unit(ledger: Ledger, figure: RecordFigure) -> str:
    record = ledger.record
    if figure.kind in {"has", "every"}:
        return "yes_no"
    if figure.kind == "amount" and record.amount and record.field(record.amount).type == "money":
        return "money"
    return figure.unit


def _scalars(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _scalars(key)
            yield from _scalars(value)
    elif isinstance(node, list):
        for value in node:
            yield from _scalars(value)
    elif isinstance(node, str):
        yield node


def asked() -> set[str]:
    """Figures that some standard of a pack measures by: others would only make every evaluation slower."""
    named = {
        word
        for folder in folders()
        for file in (folder / "standards").glob("*.yaml")
        for word in _scalars(read_yaml(file))
    }
    for ledger in ledgers().values():
        for ratio in ledger.record.ratios:
            if ratio.code in named:
                named |= {ratio.of, ratio.per}
    return named & set(declared())


def inputs() -> tuple[Input, ...]:
    """The figures of standards as inputs of the ledgers' card."""
    wanted = asked()
    return tuple(
        Input(
            code,
            figure.label,
            f"CAST({_alias(ledger)}.{code} AS bigint)",
            _unit(ledger, figure),
            ledger.slug,
            additive=figure.kind != "kinds" and ledger.level == Level.COMMUNITY,
        )
        for code, (ledger, figure) in declared().items()
        if code in wanted
    )


def indicators() -> tuple[Indicator, ...]:
    """Each figure as an indicator of its own, and the shares the packs make of them."""
    own = [_own(code, ledger, figure) for code, (ledger, figure) in declared().items()]
    shares = [_share(ledger, ratio) for ledger in ledgers().values() for ratio in ledger.record.ratios]
    return (*own, *shares)


def _own(code: str, ledger: Ledger, figure: RecordFigure) -> Indicator:
    formula, unit = f"台账“{ledger.title}”：{figure.label}", _unit(ledger, figure)
    if not figure.otherwise:
        return Indicator(code, figure.label, unit, formula, code, (code,))
    both = (code, figure.otherwise)
    formula += "；台账没有记录的按登记的情况"
    return Indicator(code, figure.label, unit, formula, f"COALESCE({', '.join(both)})", both)


def _share(ledger: Ledger, ratio: RecordRatio) -> Indicator:
    return Indicator(
        ratio.code,
        ratio.label,
        ratio.unit,
        f"台账“{ledger.title}”：{ratio.label}",
        ratio.of,
        (ratio.of, ratio.per),
        denominator=ratio.per,
        invalid=f"{ratio.of} > {ratio.per}" if ratio.within else None,
        invalid_text=f"请核对台账“{ledger.title}”：部分数大于总数。" if ratio.within else "",
    )


def measured() -> tuple[Card | None, tuple[Indicator, ...]]:
    """The card of the figures that standards ask for, and the indicators made of figures."""
    known = inputs()
    if not known:
        return None, indicators()
    return Card(model=LedgerCard, sources={}, inputs=known, narrow=source), indicators()
