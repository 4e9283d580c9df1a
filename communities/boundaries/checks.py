"""What may be wrong between communities: overlaps of two, and gaps that a street's communities leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shapely import STRtree
from shapely.geometry import GeometryCollection, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from communities.boundaries.projection import area_m2
from governance.accounts import options
from governance.web.formats import thousands

TOLERANCE = options.Option(
    "boundary_tolerance",
    "社区边界",
    "重叠和空白的容差",
    lambda: 100,
    help="两个社区重叠、或者几个社区之间的空白不超过这个面积的，视为描图误差，不提示。",
    unit="㎡",
    lowest=0,
    highest=10_000,
)


@dataclass(frozen=True)
class Outline:
    """The boundary of one community: `code` and `name` as users read them, `shape` in degrees."""

    code: str
    name: str
    shape: BaseGeometry


@dataclass(frozen=True)
class Overlap:
    """What two communities both claim."""

    first: Outline
    second: Outline
    area: int
    shape: BaseGeometry

    @property
    def text(self) -> str:
        return f"“{self.first.name}”与“{self.second.name}”重叠 {thousands(self.area)} ㎡。"

    def seen_from(self, code: str) -> Outline:
        """The other community."""
        return self.second if self.first.code == code else self.first

    def told_to(self, code: str) -> str:
        other = self.seen_from(code)
        return f"与“{other.name}”（{other.code}）重叠 {thousands(self.area)} ㎡。"


@dataclass(frozen=True)
class Gap:
    """An area that no community claims, with those around it."""

    around: tuple[Outline, ...]
    area: int
    shape: BaseGeometry

    @property
    def text(self) -> str:
        names = "、".join(f"“{each.name}”" for each in self.around)
        return f"{names}之间有 {thousands(self.area)} ㎡ 不属于任何社区。"


def _surface(shape: BaseGeometry) -> BaseGeometry:
    """Only what has an area: neighbours that touch share lines and points."""
    parts = [each for each in getattr(shape, "geoms", [shape]) if each.area > 0]
    return unary_union(parts) if parts else GeometryCollection()


def overlaps_of(
    outline: Outline, others: Sequence[Outline], *, tolerance: int | None = None
) -> list[Overlap]:
    """Overlaps of one community with others, the largest first."""
    limit = options.value(TOLERANCE.key) if tolerance is None else tolerance
    found = []
    for other in others:
        if not outline.shape.intersects(other.shape):
            continue
        common = _surface(outline.shape.intersection(other.shape))
        area = 0 if common.is_empty else area_m2(common)
        if area > limit:
            found.append(Overlap(outline, other, area, common))
    return sorted(found, key=lambda each: -each.area)


def all_overlaps(outlines: Sequence[Outline], *, tolerance: int | None = None) -> list[Overlap]:
    """Overlaps of every two of some communities, the largest first."""
    if len(outlines) < 2:
        return []
    tree = STRtree([each.shape for each in outlines])
    found = []
    for place, outline in enumerate(outlines):
        later = sorted(int(other) for other in tree.query(outline.shape) if other > place)
        found += overlaps_of(outline, [outlines[other] for other in later], tolerance=tolerance)
    return sorted(found, key=lambda each: -each.area)


def gaps_between(outlines: Sequence[Outline], *, tolerance: int | None = None) -> list[Gap]:
    """Holes that the communities leave together, the largest first.

    A gap that reaches the outside is none that this can tell from the end of the street.
    """
    limit = options.value(TOLERANCE.key) if tolerance is None else tolerance
    if not outlines:
        return []
    together = unary_union([each.shape for each in outlines])
    found = []
    for part in getattr(together, "geoms", [together]):
        for ring in part.interiors:
            hole = Polygon(ring).difference(together)
            area = 0 if hole.is_empty else area_m2(hole)
            if area > limit:
                around = tuple(each for each in outlines if each.shape.intersects(hole))
                found.append(Gap(around, area, hole))
    return sorted(found, key=lambda each: -each.area)


def by_code(overlaps: Sequence[Overlap]) -> Mapping[str, list[Overlap]]:
    """Overlaps under the code of either community."""
    found: dict[str, list[Overlap]] = {}
    for each in overlaps:
        for outline in (each.first, each.second):
            found.setdefault(outline.code, []).append(each)
    return found
