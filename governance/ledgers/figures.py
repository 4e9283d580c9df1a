"""Figures of record types as inputs and indicators of standards.

They are declared in the packs, computed from the columns of entries only, and kept by a run as one
object a community: only figures that a standard asks for take part in evaluation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, partial
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, Max, Min, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, Substr
from django.db.models.lookups import GreaterThan

from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length
from governance.exchange.rows import active_on
from governance.ledgers.catalogue import LEVELS, Ledger, ledgers
from governance.ledgers.models import LedgerCard, LedgerEntry
from governance.ledgers.periods import periods_of
from governance.policies.indicators import Card, Indicator, Input, Rows
from governance.policies.pack_files import folders, read_yaml
from governance.policies.record_schema import Answer, RecordFigure, RecordRatio

Figures = Mapping[str, tuple[Ledger, RecordFigure]]
_BEHIND = "A"
"""Behind every digit of a path: ends a range of paths."""


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
    own = Q(code=ledger.code) & _answers(figure.among)
    such = own & window(figure, on) & _answers(figure.where)
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
        case "lowest" | "highest":
            inside = Cast(KeyTextTransform(figure.field, "values"), models.BigIntegerField())
            known = Case(When(such, then=inside), output_field=models.BigIntegerField())
            return Min(known) if figure.kind == "lowest" else Max(known)
    # A type without entries has no kinds, which is missing, not zero.
    entries = Count(Case(When(own, then=one)))
    column = "period" if figure.kind == "periods" else "status"
    kinds = Count(Case(When(such & ~Q(**{column: ""}), then=column)), distinct=True)
    return Case(When(GreaterThan(entries, 0), then=kinds), output_field=models.BigIntegerField())


def _year(figure: RecordFigure, on: date) -> int:
    return on.year - {"last_year": 1, "year_before_last": 2}.get(figure.window, 0)


def _existed(day: date) -> Q:
    """Communities that had been founded by a day; an unknown day is long ago."""
    return Q(division__opened_on=None) | Q(division__opened_on__lte=day)


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


def _answers(asked: Mapping[str, Answer]) -> Q:
    """Entries whose fields answer so."""
    condition = Q()
    for key, answer in asked.items():
        several = isinstance(answer, list)
        condition &= Q(**{f"values__{key}__in" if several else f"values__{key}": answer})
    return condition


def source(codes: Iterable[str], on: date) -> dict[str, Rows]:
    """Rows of communities with their figures, by alias; communities without entries have none.

    `narrow` counts their own entries, `above3` those of the counties they lie in.
    """
    asked = {code: declared()[code] for code in codes}
    by_level: dict[int, dict[str, tuple[Ledger, RecordFigure]]] = {}
    for code, (ledger, figure) in asked.items():
        by_level.setdefault(int(ledger.level), {})[code] = ledger, figure
    return {
        alias_of(Level(level)): partial(_own if level == Level.COMMUNITY else _inherited, figures, on)
        for level, figures in by_level.items()
    }


def alias_of(level: Level) -> str:
    """What figures of a level are called where they are joined to a community."""
    return "narrow" if level == Level.COMMUNITY else f"above{int(level)}"


def _sql(rows: models.QuerySet) -> tuple[str, tuple[Any, ...]]:
    text, params = rows.order_by().query.sql_with_params()
    return text, tuple(params)


def _own(figures: Figures, on: date, where: Q) -> tuple[str, tuple[Any, ...]]:
    types = sorted({ledger.code for ledger, _ in figures.values()})
    values = {code: aggregate(ledger, figure, on) for code, (ledger, figure) in figures.items()}
    entries = LedgerEntry.objects.valid().filter(code__in=types)
    return _sql(entries.values("division_id").annotate(**values).filter(where))


def _inherited(figures: Figures, on: date, where: Q) -> tuple[str, tuple[Any, ...]]:
    """Communities with the figures of the division they lie in, worked out once for each of these.

    MATERIALIZED, because PostgreSQL would work them out once for each community, and only of divisions that
    are asked about, because there are thousands. CROSS JOIN keeps SQLite from going through all communities
    once for each division.
    """
    level = next(ledger.level for ledger, _ in figures.values())
    values = {code: _above(list(_chain(*each)), on) for code, each in figures.items()}
    below = Division.objects.filter(level=Level.COMMUNITY).annotate(division_id=F("id")).filter(where)
    above = below.annotate(above=Substr("path", 1, path_length(level))).order_by().values("above")
    units = Division.objects.filter(level=level, path__in=above).annotate(**values).values("path", *values)
    inner, first = _sql(units)
    outer, second = _sql(below.values("division_id", "path"))
    columns = ", ".join(f"u.{code}" for code in values)
    text = (
        f"WITH u AS MATERIALIZED ({inner}) SELECT c.division_id, {columns} FROM ({outer}) c "
        f"CROSS JOIN u WHERE u.path = substr(c.path, 1, {path_length(level)})"
    )
    return text, first + second


def _chain(ledger: Ledger, figure: RecordFigure) -> Iterator[tuple[Ledger, RecordFigure]]:
    """A figure and those that stand in for it, in their order."""
    yield ledger, figure
    if figure.falls_back:
        yield from _chain(*declared()[figure.falls_back])


def _level(ledger: Ledger, figure: RecordFigure) -> Level:
    """The level of the divisions whose entries are taken together."""
    return LEVELS[figure.over] if figure.over else ledger.level


def _above(chain: list[tuple[Ledger, RecordFigure]], on: date) -> Any:
    """The figure of a division, or of the one above it, as an expression over its path."""
    found = []
    for ledger, figure in chain:
        area = Substr(OuterRef("path"), 1, path_length(_level(ledger, figure)))
        entries = LedgerEntry.objects.valid().filter(
            code=ledger.code, path__gte=area, path__lt=Concat(area, Value(_BEHIND))
        )
        counted = entries.order_by().values("code").annotate(counted=aggregate(ledger, figure, on))
        found.append(Subquery(counted.values("counted"), output_field=models.BigIntegerField()))
    return Coalesce(*found) if len(found) > 1 else found[0]


def _unit(ledger: Ledger, figure: RecordFigure) -> str:
    record = ledger.record
    if figure.field:
        return {"money": "money", "percent": "percentage"}.get(record.field(figure.field).type, figure.unit)
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
            f"CAST({alias_of(ledger.level)}.{code} AS bigint)",
            _unit(ledger, figure),
            ledger.slug,
            additive=figure.kind != "kinds" and ledger.level == Level.COMMUNITY,
        )
        for code, (ledger, figure) in declared().items()
        if code in wanted
    )


def indicators() -> tuple[Indicator, ...]:
    """Each figure as an indicator of its own, and the shares the packs make of them."""
    own = [_itself(code, ledger, figure) for code, (ledger, figure) in declared().items()]
    shares = [_share(ledger, ratio) for ledger in ledgers().values() for ratio in ledger.record.ratios]
    return (*own, *shares)


def _itself(code: str, ledger: Ledger, figure: RecordFigure) -> Indicator:
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
        denominator=f"NULLIF({ratio.per}, 0)" if ratio.none_is_missing else ratio.per,
        invalid=f"{ratio.of} > {ratio.per}" if ratio.within else None,
        invalid_text=f"请核对台账“{ledger.title}”：部分数大于总数。" if ratio.within else "",
    )


def measured() -> tuple[Card | None, tuple[Indicator, ...]]:
    """The card of the figures that standards ask for, and the indicators made of figures."""
    known = inputs()
    if not known:
        return None, indicators()
    return Card(model=LedgerCard, sources={}, inputs=known, narrow=source), indicators()
