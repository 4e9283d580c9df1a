"""Invented rectangles near the middle of Xi'an (CGCS2000 longitude and latitude), one for every grid.

Nine streets lie in three rows of three, communities are cells of their street, grids cells of their
community: neighbours touch and nothing overlaps. They are no real boundaries.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

_WEST, _SOUTH, _EAST, _NORTH = 108.860, 34.245, 108.945, 34.296
_ORDER = ("009", "004", "003", "007", "005", "001", "008", "006", "002")
"""Streets from north-west to south-east, by the last digits of their codes."""


@dataclass(frozen=True)
class Rectangle:
    """West, south, east and north in degrees."""

    west: float
    south: float
    east: float
    north: float

    def cells(self, count: int) -> list["Rectangle"]:
        """`count` rectangles that fill this one, row by row from the north-west."""
        columns = ceil(sqrt(count))
        rows = ceil(count / columns)
        height = (self.north - self.south) / rows
        cells = []
        for row in range(rows):
            inside = min(columns, count - row * columns)
            width = (self.east - self.west) / inside
            north = self.north - row * height
            cells += [
                Rectangle(self.west + column * width, north - height, self.west + (column + 1) * width, north)
                for column in range(inside)
            ]
        return cells

    def geojson(self) -> dict[str, Any]:
        """A polygon, anticlockwise, closed."""
        west, south, east, north = (round(v, 6) for v in (self.west, self.south, self.east, self.north))
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Polygon", "coordinates": [ring]}


def community_rectangles(codes: list[str]) -> dict[str, Rectangle]:
    """The rectangle of each community of the district by code."""
    streets: dict[str, list[str]] = {}
    for code in sorted(codes):
        streets.setdefault(code[6:9], []).append(code)
    district = Rectangle(_WEST, _SOUTH, _EAST, _NORTH).cells(len(_ORDER))
    rectangles = {}
    for street, rectangle in zip(_ORDER, district, strict=True):
        members = streets.get(street, [])
        if members:
            rectangles |= zip(members, rectangle.cells(len(members)), strict=True)
    return rectangles
