"""What the pages of boundaries show: one community with its neighbours, or all of a street."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from shapely.geometry import mapping
from shapely.ops import unary_union

from communities.boundaries.checks import (
    Gap,
    Outline,
    Overlap,
    all_overlaps,
    by_code,
    gaps_between,
    overlaps_of,
)
from communities.boundaries.circle import Reach, reach_of
from communities.boundaries.drawing import Figure, draw
from communities.boundaries.geojson import as_shape
from communities.boundaries.near import outline_of, rows_near
from communities.choices import BoundaryState
from communities.models import CommunityBoundary
from governance.accounts.roles import Action
from governance.accounts.scope import Scope
from governance.divisions.models import Division, Level


@dataclass(frozen=True)
class View:
    """What is drawn and what was found. Foreign neighbours are compared and named, but not drawn."""

    figures: list[Figure] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    reach: Reach | None = None

    def svg(self, title: str) -> str:
        return draw(title, self.figures)

    def for_map(self, title: str) -> dict[str, Any]:
        """The same for the script of the map, in degrees."""
        return {
            "title": title,
            "figures": [
                {
                    "kind": each.kind,
                    "name": each.name,
                    "label": each.label,
                    "url": each.url,
                    "geometry": mapping(each.shape),
                }
                for each in self.figures
            ],
        }


def _url(code: str) -> str:
    return reverse("communities:boundary", args=[code])


def around(
    division: Division, shape: Any, scope: Scope, *, points: Sequence[Any] = (), is_draft: bool = False
) -> View:
    """A shape of a community and its service points among its neighbours; without it, those of its street."""
    street = _of_street(division)
    near = list(rows_near(shape).exclude(division=division)) if shape is not None else []
    rows = {row.pk: row for row in [*near, *street] if row.division_id != division.pk}
    others = {row.pk: outline_of(row) for row in rows.values()}
    figures = [
        Figure("other", others[row.pk].shape, row.division.name, _url(row.division.code))
        for row in rows.values()
        if scope.may(Action.VIEW, row.path)
    ]
    if shape is None:
        return View(figures)
    own = Outline(division.code, division.name, shape)
    overlaps = overlaps_of(own, [others[row.pk] for row in near])
    inside = [others[row.pk] for row in street if row.division_id != division.pk]
    gaps = [gap for gap in gaps_between([own, *inside]) if own in gap.around]
    figures.append(Figure("draft" if is_draft else "own", shape, division.name))
    reach = reach_of(shape, points)
    if reach is not None:
        figures += [Figure("circle", reach.circle), Figure("point", reach.dots, "便民服务点")]
    return View(figures + _marks(overlaps, gaps), overlaps, gaps, reach)


def _marks(overlaps: Sequence[Overlap], gaps: Sequence[Gap]) -> list[Figure]:
    return [
        *(Figure("gap", each.shape, each.text) for each in gaps),
        *(Figure("overlap", each.shape, f"{each.first.name}、{each.second.name}重叠") for each in overlaps),
    ]


def _of_street(division: Division) -> list[CommunityBoundary]:
    current = CommunityBoundary.objects.current().filter(division__parent=division.parent_id)  # type: ignore[attr-defined]
    return list(current.select_related("division").order_by("path"))


@dataclass(frozen=True)
class Line:
    """A community in the table of its street."""

    division: Division
    current: CommunityBoundary | None
    draft: CommunityBoundary | None
    overlaps: list[Overlap]

    @property
    def overlap_texts(self) -> list[str]:
        return [each.told_to(self.division.code) for each in self.overlaps]


def street_lines(street: Division, scope: Scope) -> tuple[list[Line], View]:
    """Every community of a street that the reader may see, and their map."""
    divisions = [
        each
        for each in Division.objects.current().filter(parent=street, level=Level.COMMUNITY).order_by("path")
        if scope.may(Action.VIEW, each.path)
    ]
    rows = CommunityBoundary.objects.filter(
        division__in=divisions, state__in=[BoundaryState.CURRENT, BoundaryState.DRAFT]
    ).select_related("division")
    kept = {(row.division_id, row.state): row for row in rows}
    current = [kept[key] for each in divisions if (key := (each.pk, BoundaryState.CURRENT.value)) in kept]
    outlines = [outline_of(row) for row in current]
    overlaps = all_overlaps([*outlines, *_outside(outlines, {row.pk for row in current})])
    codes = {each.code for each in outlines}
    overlaps = [each for each in overlaps if each.first.code in codes or each.second.code in codes]
    gaps = gaps_between(outlines)
    figures = [Figure("own", each.shape, each.name, _url(each.code)) for each in outlines]
    found = by_code(overlaps)
    lines = [
        Line(
            each,
            kept.get((each.pk, BoundaryState.CURRENT.value)),
            kept.get((each.pk, BoundaryState.DRAFT.value)),
            found.get(each.code, []),
        )
        for each in divisions
    ]
    return lines, View(figures + _marks(overlaps, gaps), overlaps, gaps)


def _outside(outlines: Sequence[Outline], known: set[int]) -> list[Outline]:
    """Boundaries near a street that are not of it."""
    if not outlines:
        return []
    near = rows_near(unary_union([each.shape.envelope for each in outlines]))
    return [outline_of(row) for row in near if row.pk not in known]


def shape_of(row: CommunityBoundary | None) -> Any:
    return as_shape(row.geometry) if row is not None else None
