"""Live figures of the measures that schemes realise: `realised_by` of kind `registry`, sheet `schemes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from assessments.cards import in_force_on
from assessments.choices import Direction, SchemeState, Source
from assessments.models import Criterion, Scheme
from governance.divisions.models import Division
from governance.divisions.paths import under
from governance.policies.figures import Figure
from governance.policies.models import Measure

SHEET = "schemes"


def _methods(division: Division, on: date, url: str) -> list[Figure]:
    """In how many schemes in force each way of scoring is used."""
    rows = Criterion.objects.filter(in_force_on(on, "scheme__"), under(division.path, "scheme__path"))
    counted = dict(rows.values_list("source").annotate(number=Count("scheme", distinct=True)))
    asked = (Source.RESIDENTS, Source.PEERS, Source.THIRD_PARTY)
    return [Figure(f"采用{source.label}", f"{counted.get(source, 0)} 个方案", url) for source in asked]


def _both(division: Division, on: date, url: str) -> list[Figure]:
    """Divisions that have a result of this year in both directions."""
    done = Q(state__in=[SchemeState.FINAL, SchemeState.PUBLISHED])
    rows = Scheme.objects.filter(under(division.path), done, year=on.year)
    ways = [
        set(rows.filter(direction=way).values_list("division_id", flat=True))
        for way in (Direction.DOWN, Direction.UP)
    ]
    return [
        Figure("本年双向都已定稿", f"{len(ways[0] & ways[1])} 个街道", url),
        Figure("本年已考评社区", f"{len(ways[0])} 个单位", url),
        Figure("本年社区已考评街道", f"{len(ways[1])} 个街道", url),
    ]


def _in_force(division: Division, on: date, url: str) -> list[Figure]:
    rows = Scheme.objects.filter(under(division.path), in_force_on(on), direction=Direction.DOWN)
    return [Figure("现行考核方案", f"{rows.count()} 个", url)]


_FIGURES: Mapping[str, Callable[[Division, date, str], list[Figure]]] = {
    "评分方式": _methods,
    "双向考评": _both,
    "": _in_force,
}
"""By the column that `realised_by` names."""


def figures(measures: Sequence[Measure], division: Division, on: date) -> Mapping[str, Sequence[Figure]]:
    """A few statements however many measures rest on schemes."""
    url = reverse("assessments:list")
    made: dict[str, list[Figure]] = {}
    found: dict[str, list[Figure]] = {}
    for measure in measures:
        for item in measure.realised_by:
            if item["kind"] == "registry" and item.get("sheet") == SHEET:
                column = item.get("column", "")
                if column not in made:
                    made[column] = _FIGURES[column](division, on, url)
                found.setdefault(measure.code, []).extend(made[column])
    return found
