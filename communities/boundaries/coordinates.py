"""From the shifted coordinates of map services to CGCS2000, which is what the portal keeps.

GCJ-02 (高德, 腾讯) shifts WGS84 by up to some 700 m, BD-09 (百度) shifts GCJ-02 once more. The formula is the
one in public use since 2013; it has no closed inverse, so the inverse is iterated.
CGCS2000 and WGS84 differ by centimetres and count as the same here.
"""

from collections.abc import Callable
from math import atan2, cos, hypot, pi, sin, sqrt

Point = tuple[float, float]
"""Longitude and latitude in degrees."""

# Krasovsky's ellipsoid, on which the published formula works.
_AXIS, _SQUARED_ECCENTRICITY = 6378245.0, 0.00669342162296594323
_BAIDU = pi * 3000 / 180
_CLOSE = 1e-10
"""Degrees (0.01 mm) at which the iteration ends."""


def _waves(x: float) -> float:
    return (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3


def _shift(longitude: float, latitude: float) -> Point:
    """How far GCJ-02 lies from WGS84 at a place, in degrees."""
    x, y = longitude - 105.0, latitude - 35.0
    root = sqrt(abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + _waves(x)
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + _waves(x)
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    angle = latitude / 180 * pi
    magic = 1 - _SQUARED_ECCENTRICITY * sin(angle) ** 2
    meridian = _AXIS * (1 - _SQUARED_ECCENTRICITY) / (magic * sqrt(magic))
    return east * 180 / (_AXIS / sqrt(magic) * cos(angle) * pi), north * 180 / (meridian * pi)


def gcj02_from_wgs84(point: Point) -> Point:
    east, north = _shift(*point)
    return point[0] + east, point[1] + north


def wgs84_from_gcj02(point: Point) -> Point:
    """The place whose shifted coordinates are `point`: each round takes off what is still too much."""
    longitude, latitude = point
    for _ in range(30):
        shifted = gcj02_from_wgs84((longitude, latitude))
        east, north = shifted[0] - point[0], shifted[1] - point[1]
        longitude, latitude = longitude - east, latitude - north
        if max(abs(east), abs(north)) < _CLOSE:
            break
    return longitude, latitude


def bd09_from_gcj02(point: Point) -> Point:
    x, y = point
    length = hypot(x, y) + 0.00002 * sin(y * _BAIDU)
    angle = atan2(y, x) + 0.000003 * cos(x * _BAIDU)
    return length * cos(angle) + 0.0065, length * sin(angle) + 0.006


def gcj02_from_bd09(point: Point) -> Point:
    """The usual approximate inverse, then corrected until the way back ends at `point`."""
    longitude, latitude = point[0] - 0.0065, point[1] - 0.006
    for _ in range(30):
        there = bd09_from_gcj02((longitude, latitude))
        east, north = there[0] - point[0], there[1] - point[1]
        longitude, latitude = longitude - east, latitude - north
        if max(abs(east), abs(north)) < _CLOSE:
            break
    return longitude, latitude


def wgs84_from_bd09(point: Point) -> Point:
    return wgs84_from_gcj02(gcj02_from_bd09(point))


def _same(point: Point) -> Point:
    return point


TO_CGCS2000: dict[str, Callable[[Point], Point]] = {
    "cgcs2000": _same,
    "gcj02": wgs84_from_gcj02,
    "bd09": wgs84_from_bd09,
}
"""By source system (`communities.choices.CoordinateSystem`)."""
