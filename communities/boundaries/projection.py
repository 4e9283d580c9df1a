"""Square metres: an equal-area projection of the CGCS2000 ellipsoid around one latitude.

Lambert's cylindrical projection (Snyder, Map Projections, p. 81) keeps every area exactly; at its standard
parallel it keeps lengths too, and inside a county lengths are right to some parts in ten thousand.
"""

from dataclasses import dataclass
from math import asin, atanh, cos, degrees, radians, sin, sqrt
from typing import Any

from shapely import transform
from shapely.geometry.base import BaseGeometry

AXIS = 6378137.0
_FLATTENING = 1 / 298.257222101
_E2 = _FLATTENING * (2 - _FLATTENING)
_E = sqrt(_E2)


def _authalic(latitude: float) -> float:
    """Snyder's q: grows with the area between the equator and a latitude."""
    s = sin(radians(latitude))
    return (1 - _E2) * (s / (1 - _E2 * s * s) + atanh(_E * s) / _E)


def _latitude(authalic: float) -> float:
    """The latitude in degrees of Snyder's q, by Newton's method: q is smooth and grows everywhere on land."""
    angle = asin(authalic / 2)
    for _ in range(20):
        s = sin(angle)
        step = (authalic - _authalic(degrees(angle))) * (1 - _E2 * s * s) ** 2 / (2 * (1 - _E2) * cos(angle))
        angle += step
        if abs(step) < 1e-14:
            break
    return degrees(angle)


@dataclass(frozen=True)
class Projection:
    """Metres east of `longitude` and north of the equator, stretched for `latitude`."""

    longitude: float
    latitude: float

    @property
    def _scale(self) -> float:
        angle = radians(self.latitude)
        return cos(angle) / sqrt(1 - _E2 * sin(angle) ** 2)

    def forward(self, longitude: float, latitude: float) -> tuple[float, float]:
        scale = self._scale
        return AXIS * scale * radians(longitude - self.longitude), AXIS * _authalic(latitude) / (2 * scale)

    def apply(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape of degrees in metres."""
        scale = self._scale
        east, north = AXIS * scale, AXIS / (2 * scale)

        def each(points: Any) -> Any:
            points[:, 0] = [east * radians(x - self.longitude) for x in points[:, 0]]
            points[:, 1] = [north * _authalic(y) for y in points[:, 1]]
            return points

        return transform(shape, each)

    def undo(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape of metres in degrees."""
        scale = self._scale
        east, north = AXIS * scale, AXIS / (2 * scale)

        def each(points: Any) -> Any:
            points[:, 0] = [self.longitude + degrees(x / east) for x in points[:, 0]]
            points[:, 1] = [_latitude(y / north) for y in points[:, 1]]
            return points

        return transform(shape, each)


def projection_for(shape: BaseGeometry) -> Projection:
    """The projection around the middle of a shape of degrees."""
    west, south, east, north = shape.bounds
    return Projection((west + east) / 2, (south + north) / 2)


def area_m2(shape: BaseGeometry) -> int:
    """Area of a shape of degrees in whole square metres."""
    return round(projection_for(shape).apply(shape).area)


def perimeter_m(shape: BaseGeometry) -> int:
    """Length of all its rings in whole metres."""
    return round(projection_for(shape).apply(shape).length)
