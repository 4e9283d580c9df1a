"""Invented boundaries: the rectangle of every community that was filled in; the others have none yet."""

from datetime import date

from communities.boundaries.geojson import DIGITS, from_geometry
from communities.boundaries.near import columns_of
from communities.choices import BoundaryState, CoordinateSystem
from communities.models import CommunityBoundary
from demo.people import MARK
from demo.places import Rectangle
from governance.divisions.models import Division

_DRAWN_ON = date(2025, 9, 1)


def invented_boundary(division: Division, rectangle: Rectangle) -> CommunityBoundary:
    """Unsaved, in force, with one service point in the middle."""
    shape = from_geometry(rectangle.geojson())
    return CommunityBoundary(
        division=division,
        path=division.path,
        number=1,
        state=BoundaryState.CURRENT,
        service_points=[[round(shape.centroid.x, DIGITS), round(shape.centroid.y, DIGITS)]],
        source_system=CoordinateSystem.CGCS2000,
        effective_from=_DRAWN_ON,
        basis=f"{MARK}边界，不是真实的管辖范围",
        saved_by_name=MARK,
        **columns_of(shape),
    )
