"""沿革: where a community came from and what became of it, and past days as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.db.models import Q

from communities.models import Adjustment, AdjustmentSource, AdjustmentState, Assignment, Community
from governance.divisions.clock import today
from governance.divisions.models import Division, Level, Lineage
from governance.divisions.paths import path_length, under
from governance.policies.evaluation.supposed import Supposed


@dataclass(frozen=True)
class Step:
    """One line of 沿革: the other community, the day, and the share of households that went over."""

    other: Division
    on: date
    share: int
    is_before: bool

    @property
    def share_text(self) -> str:
        whole, rest = divmod(self.share, 100)
        return f"{whole}.{rest:02d}%" if rest else f"{whole}%"


def steps_of(division: Division) -> list[Step]:
    """The lineage of a division, oldest first (one statement)."""
    rows = Lineage.objects.filter(Q(predecessor=division) | Q(successor=division))
    return [
        Step(
            row.predecessor if row.successor_id == division.pk else row.successor,
            row.changed_on,
            row.households_share,
            row.successor_id == division.pk,
        )
        for row in rows.select_related("predecessor", "successor").order_by("changed_on", "pk")
    ]


def share_of(part: int | None, whole: int | None, count: int) -> int:
    """Households of a successor out of a predecessor's, in ten-thousandths; without any, even parts."""
    if not whole or part is None:
        return 10000 // count
    return min(10000, part * 10000 // whole)


def as_it_was(path: str, on: date) -> Supposed | None:
    """Rows that an adjustment of a later day has moved, where they stood on a past day.

    So an evaluation for that day, the freeze of a period whose cut-off was before the adjustment among them,
    still measures the old communities by their own rows. The first move after the day decides.
    """
    if on >= today():
        return None
    applied = Adjustment.objects.filter(under(path) | _above(path), state=AdjustmentState.APPLIED)
    later = list(applied.filter(effective_on__gt=on).order_by("effective_on", "applied_at", "pk"))
    if not later:
        return None
    supposed = Supposed()
    rank = {each.pk: place for place, each in enumerate(later)}
    moved = Assignment.objects.filter(adjustment__in=later, moved_from__isnull=False)
    seen: set[tuple[str, int]] = set()
    groups: dict[tuple[str, int, str], list[int]] = {}
    rows = moved.values_list("adjustment_id", "object_type", "object_id", "moved_from_id", "moved_from__path")
    for _, kind, pk, place, old in sorted(rows, key=lambda row: (rank[row[0]], row[2])):
        if (kind, pk) not in seen:
            seen.add((kind, pk))
            groups.setdefault((kind, place, old), []).append(pk)
    for (kind, place, old), ids in groups.items():
        supposed.change(apps.get_model(kind), ids, {"division_id": place, "path": old})
    _old_figures(supposed, later, rank)
    return supposed or None


def _above(path: str) -> Q:
    """An adjustment stands at its street: it matters to a community that is asked about by itself, too."""
    length = path_length(Level.STREET)
    return Q(path=path[:length]) if len(path) > length else Q(pk__in=[])


def _old_figures(supposed: Supposed, later: Sequence[Adjustment], rank: dict[int, int]) -> None:
    """Communities that go on have other figures since: the first adjustment after the day knows them."""
    sources = AdjustmentSource.objects.filter(adjustment__in=later)
    first: dict[int, AdjustmentSource] = {}
    for source in sorted(sources, key=lambda each: rank[each.adjustment_id]):
        if source.figures:
            first.setdefault(source.division_id, source)
    ids = dict(Community.objects.filter(division__in=first).values_list("division_id", "pk"))
    for division_id, source in first.items():
        supposed.change(Community, [ids[division_id]], source.figures)
