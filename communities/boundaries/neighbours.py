"""Whether communities lie side by side, by their boundaries on the map."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from communities.boundaries.checks import Outline
from communities.boundaries.near import outlines_of
from communities.boundaries.projection import projection_for
from communities.models import CommunityBoundary
from governance.accounts import options
from governance.divisions.models import Division
from governance.web.formats import thousands

NEAR = options.Option(
    "boundary_neighbour_distance",
    "社区边界",
    "相邻的容差",
    lambda: 20,
    help="合并社区时，两个社区的边界最近处不超过这个距离的视为相邻，例如各自画到道路两侧的。",
    unit="米",
    lowest=0,
    highest=500,
)


def outlines_of_divisions(divisions: Iterable[Division]) -> list[Outline]:
    """The boundaries in force of some communities; those not drawn are left out (one statement)."""
    rows = CommunityBoundary.objects.current().filter(division__in=list(divisions))  # type: ignore[attr-defined]
    return outlines_of(rows.select_related("division").order_by("path"))


def apart(outlines: Sequence[Outline], *, limit: int | None = None) -> Iterator[str]:
    """What tells communities apart that do not lie side by side in one piece; nothing when they do."""
    if len(outlines) < 2:
        return
    near = options.value(NEAR.key) if limit is None else limit
    flat = projection_for(unary_union([each.shape.envelope for each in outlines]))
    shapes = {each.code: flat.apply(each.shape) for each in outlines}
    pieces = _pieces(outlines, shapes, near)
    for other in pieces[1:]:
        distance, first, second = min(
            (
                (shapes[one.code].distance(shapes[two.code]), one, two)
                for one, two in product(pieces[0], other)
            ),
            key=lambda each: each[0],
        )
        yield (
            f"“{first.name}”与“{second.name}”在边界图上不相邻，最近处相距 {thousands(round(distance))} 米，"
            "只能就近合并相邻的社区；边界画得不对的，请先更正边界。"
        )


def _pieces(outlines: Sequence[Outline], shapes: dict[str, BaseGeometry], near: int) -> list[list[Outline]]:
    """Communities that hang together, the first one's first."""
    left, pieces = list(outlines), []
    while left:
        piece = [left.pop(0)]
        for one in piece:
            touching = [each for each in left if shapes[one.code].distance(shapes[each.code]) <= near]
            piece += touching
            left = [each for each in left if each not in touching]
        pieces.append(piece)
    return pieces
