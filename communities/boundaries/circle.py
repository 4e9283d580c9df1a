"""15分钟便民服务圈: what of a community lies within a quarter of an hour's walk of a service point.

LH-BND-05 names the circle and no distance. The distance is a setting, and it is measured as the crow flies:
without a road network the figure is a hint for the survey of the factors and never judged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry import Point as Spot
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from communities.boundaries.coordinates import TO_CGCS2000, Point
from communities.boundaries.geojson import DIGITS, EAST, NORTH, SOUTH, WEST, ShapeRefused
from communities.boundaries.projection import projection_for
from governance.accounts import options
from governance.web.formats import percent, thousands

WALK = options.Option(
    "walking_metres",
    "社区边界",
    "步行15分钟的距离",
    lambda: 1000,
    help="社区边界页用它画15分钟便民服务圈。文件没有规定距离；居住区规划设计标准以800至1000米为步行15分钟的范围。",
    unit="米",
    lowest=300,
    highest=3000,
)
MOST_POINTS = 20
_MARK = 0.05
"""Radius of the dot of a service point, as a share of the walking distance."""


def read_points(text: str, system: str) -> list[Point]:
    """Service points as typed, a line `经度,纬度` each, in CGCS2000. Raises `ShapeRefused`."""
    lines = [line for line in re.split(r"[\n;；]+", text) if line.strip()]
    if len(lines) > MOST_POINTS:
        raise ShapeRefused(f"便民服务点最多 {MOST_POINTS} 个，现有 {len(lines)} 个，请只留主要的。")
    return [_read_point(line, number, system) for number, line in enumerate(lines, start=1)]


def _read_point(line: str, number: int, system: str) -> Point:
    parts = re.split(r"[,，\s]+", line.strip())
    try:
        longitude, latitude = (float(part) for part in parts)
    except ValueError:
        raise ShapeRefused(
            f"第 {number} 个便民服务点“{line.strip()[:40]}”应为“经度,纬度”，如 108.935,34.266，请核对。"
        ) from None
    if not (WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH):
        raise ShapeRefused(f"第 {number} 个便民服务点不在我国范围内，请核对，先经度后纬度。")
    east, north = TO_CGCS2000[system]((longitude, latitude))
    return round(east, DIGITS), round(north, DIGITS)


def as_text(points: Sequence[Sequence[float]]) -> str:
    """Kept points as the form shows them."""
    return "\n".join(f"{longitude},{latitude}" for longitude, latitude in points)


@dataclass(frozen=True)
class Reach:
    """What of a community its service points reach on foot.

    `circle` and `dots` are shapes in degrees, `outside` the area beyond the circle in whole square metres,
    `area` that of the community, and `walk` the distance in metres.
    """

    points: int
    circle: BaseGeometry
    dots: BaseGeometry
    outside: int
    area: int
    walk: int

    @property
    def is_whole(self) -> bool:
        return self.outside == 0

    @property
    def text(self) -> str:
        walk = f"{self.points} 个便民服务点步行 15 分钟（直线 {thousands(self.walk)} 米）的范围"
        if self.is_whole:
            return f"全部面积都在 {walk}内。"
        inside = percent(self.area - self.outside, self.area)
        return f"{inside} 的面积在 {walk}内，范围以外 {thousands(self.outside)} ㎡。"


def reach_of(shape: BaseGeometry | None, points: Sequence[Sequence[float]]) -> Reach | None:
    """The service circle of a community; None without a boundary or points."""
    if shape is None or not points:
        return None
    projection, walk = projection_for(shape), options.value(WALK.key)
    own = projection.apply(shape)
    spots = [Spot(*projection.forward(longitude, latitude)) for longitude, latitude in points]
    circle = unary_union([spot.buffer(walk, quad_segs=32) for spot in spots])
    return Reach(
        points=len(spots),
        circle=projection.undo(circle),
        dots=projection.undo(unary_union([spot.buffer(walk * _MARK) for spot in spots])),
        outside=round(own.difference(circle).area),
        area=round(own.area),
        walk=walk,
    )
