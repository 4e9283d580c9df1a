"""Finding boundaries: those of a place and those around a shape."""

from collections.abc import Iterable
from math import ceil, floor
from typing import Any

from django.db.models import QuerySet
from shapely.geometry.base import BaseGeometry

from communities.boundaries.checks import Outline
from communities.boundaries.geojson import MOST_DEGREES, as_geojson, as_shape, vertex_count
from communities.boundaries.projection import area_m2, perimeter_m
from communities.models import CommunityBoundary

UNITS = 10_000_000
"""Extents are kept in ten-millionths of a degree."""


def extent_of(shape: BaseGeometry) -> dict[str, int]:
    """The columns of a boundary by which neighbours find it."""
    west, south, east, north = shape.bounds
    return {
        "west": floor(west * UNITS),
        "south": floor(south * UNITS),
        "east": ceil(east * UNITS),
        "north": ceil(north * UNITS),
    }


def columns_of(shape: BaseGeometry) -> dict[str, Any]:
    """Everything of a boundary's row that follows from its shape."""
    geometry = as_geojson(shape)
    return {
        "geometry": geometry,
        "area_m2": area_m2(shape),
        "perimeter_m": perimeter_m(shape),
        "vertices": vertex_count(geometry),
        **extent_of(shape),
    }


def rows_near(shape: BaseGeometry) -> QuerySet[CommunityBoundary]:
    """Boundaries in force whose extent meets that of a shape, wherever they belong.

    No boundary is taller than `MOST_DEGREES`, so the index by south is walked over that range only.
    """
    extent = extent_of(shape)
    return (
        CommunityBoundary.objects.current()  # type: ignore[attr-defined]
        .filter(
            south__lte=extent["north"],
            south__gte=extent["south"] - ceil(MOST_DEGREES * UNITS) - 2,
            north__gte=extent["south"],
            west__lte=extent["east"],
            east__gte=extent["west"],
        )
        .select_related("division")
        .order_by("path")
    )


def outline_of(row: CommunityBoundary) -> Outline:
    return Outline(row.division.code, row.division.name, as_shape(row.geometry))


def outlines_of(rows: Iterable[CommunityBoundary]) -> list[Outline]:
    return [outline_of(row) for row in rows]
