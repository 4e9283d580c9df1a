"""How far the list of communities to be split or merged is done: by community for standards, in words for
the measure's page (D35)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from communities.models import Adjustment, AdjustmentKind, AdjustmentState, Successor
from governance.divisions.models import Division, Level
from governance.divisions.paths import under
from governance.policies.comparisons import EachAtLeast, comparison_for
from governance.policies.figures import Figure
from governance.policies.models import Measure
from governance.policies.units import UNITS, as_text, printed

INDICATOR = "listed_adjustments"
SECONDS = 60
"""How old the counts may be: they stand on pages of whole documents."""
_INPUTS = {AdjustmentKind.SPLIT: "listed_splits", AdjustmentKind.MERGE: "listed_merges"}


def _applied(on: date) -> models.QuerySet[Adjustment]:
    return Adjustment.objects.filter(state=AdjustmentState.APPLIED, effective_on__lte=on)


def _standing(on: date, prefix: str = "") -> Q:
    """Communities that exist on a day."""
    opened, closed = f"{prefix}opened_on", f"{prefix}closed_on"
    return (Q(**{opened: None}) | Q(**{f"{opened}__lte": on})) & (
        Q(**{closed: None}) | Q(**{f"{closed}__gt": on})
    )


def counted_on(on: date) -> models.QuerySet:
    """Listed communities whose plan was carried out by a day, at a community that stands for the plan.

    That is its first successor that still exists; when all have been split or merged again, the first
    community of the street: a street loses nothing that was done in it.
    """
    successor = Successor.objects.filter(_standing(on, "division__"), adjustment=OuterRef("pk"))
    anyone = Division.objects.filter(
        _standing(on), parent=OuterRef("division_id"), level=Level.COMMUNITY
    ).exclude(community__area_type="")
    counted = _applied(on).filter(listed__gt=0)
    home = Coalesce(
        Subquery(successor.order_by("number").values("division_id")[:1]),
        Subquery(anyone.order_by("path").values("pk")[:1]),
        output_field=models.BigIntegerField(),
    )
    here = counted.filter(division_id=OuterRef("parent_id")).annotate(home=home).filter(home=OuterRef("pk"))

    def total(kind: AdjustmentKind) -> Subquery:
        rows = here.filter(kind=kind).order_by().values("kind").annotate(total=Sum("listed"))
        return Subquery(rows.values("total"))

    streets = Division.objects.filter(level=Level.COMMUNITY, parent__in=counted.values("division"))
    return streets.values(division_id=F("pk")).annotate(
        splits=total(AdjustmentKind.SPLIT), merges=total(AdjustmentKind.MERGE)
    )


def figures(measures: Sequence[Measure], division: Division, on: date) -> Mapping[str, Sequence[Figure]]:
    """Split and merged of those on the list, each against its own number, and what was done beside it."""
    asked = {each.code: standard for each in measures if (standard := _standard(each)) is not None}
    if not asked:
        return {}
    key = f"adjustment-progress:{division.path}:{on}:{'-'.join(sorted(asked))}"
    kept: dict[str, list[Figure]] | None = cache.get(key)
    if kept is None:
        done = _done(division, on)
        kept = {code: _figures(standard, division, on, done) for code, standard in asked.items()}
        cache.set(key, kept, SECONDS)
    return kept


def _standard(measure: Measure) -> Any:
    standard = getattr(measure, "standard", None)
    return standard if standard is not None and standard.indicator == INDICATOR else None


def _done(division: Division, on: date) -> dict[str, tuple[int, int]]:
    """Listed communities and others of the plans carried out, by kind."""
    rows: Any = _applied(on).filter(under(division.path)).order_by()
    rows = rows.annotate(sources_count=Count("sources")).values_list("kind", "listed", "sources_count")
    found: dict[str, tuple[int, int]] = {}
    for kind, listed, all_of_it in rows:
        known, others = found.get(kind, (0, 0))
        found[kind] = known + listed, others + max(0, all_of_it - listed)
    return found


def _figures(
    standard: Any, division: Division, on: date, done: Mapping[str, tuple[int, int]]
) -> list[Figure]:
    value = standard.value_on(on)
    comparison = comparison_for(standard.comparison, value.parameters) if value and value.parameters else None
    is_judged = standard.upper.get("level") == division.level
    wanted = comparison.of if isinstance(comparison, EachAtLeast) and is_judged else {}
    found = []
    for kind, name in _INPUTS.items():
        listed, others = done.get(kind, (0, 0))
        note = f"名单外另有 {others} 个" if others else ""
        url = f"{reverse('communities:adjustments')}?kind={kind.value}&state={AdjustmentState.APPLIED.value}"
        found.append(Figure(f"名单内已{kind.label}", _progress(listed, wanted.get(name)), url, note))
    return found


def _progress(listed: int, wanted: Any) -> str:
    if not wanted:
        return f"{listed} 个"
    unit = UNITS["percent"]
    share = printed(unit.value(listed * wanted.denominator, wanted.numerator), unit)
    return f"{listed} / {wanted} 个（{as_text(share, unit)}）"
