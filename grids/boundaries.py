"""Boundaries as GeoJSON polygons in CGCS2000 longitude and latitude."""

import math
from itertools import pairwise
from typing import Any

WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
"""Degrees: the extent of the country, where every boundary must lie."""

MAX_POINTS = 20_000

Point = tuple[float, float]


def check_boundary(shape: Any) -> dict[str, Any]:
    """A valid Polygon or MultiPolygon as `{"type", "coordinates"}`; a Feature around it is taken off.

    Raises ValueError (Chinese) for anything else: rings must close, have an area, not cross themselves, and
    lie inside the country.
    """
    if isinstance(shape, dict) and shape.get("type") == "FeatureCollection":
        features = shape.get("features")
        if isinstance(features, list) and len(features) == 1:
            shape = features[0]
    if isinstance(shape, dict) and shape.get("type") == "Feature":
        shape = shape.get("geometry")
    kind = shape.get("type") if isinstance(shape, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError("边界应为 GeoJSON 的 Polygon 或 MultiPolygon，请重新导出。")
    if "GCJ" in str(shape.get("crs", "")).upper() or "BD" in str(shape.get("crs", "")).upper():
        raise ValueError("边界不是 CGCS2000 坐标，请先转换坐标系。")
    coordinates = shape.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise ValueError("边界没有坐标，请重新导出。")
    clean = []
    count = 0
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            raise ValueError("边界没有坐标，请重新导出。")
        rings = [_ring(ring) for ring in polygon]
        count += sum(map(len, rings))
        if count > MAX_POINTS:
            raise ValueError(f"边界的点数超过 {MAX_POINTS} 个，请先抽稀。")
        clean.append([[list(point) for point in ring] for ring in rings])
    return {"type": kind, "coordinates": clean[0] if kind == "Polygon" else clean}


def _ring(ring: Any) -> list[Point]:
    if not isinstance(ring, list) or len(ring) < 4:
        raise ValueError("边界的每一圈至少要有 4 个点（首尾相同）。")
    points = [_point(point) for point in ring]
    if points[0] != points[-1]:
        raise ValueError("边界没有闭合，首尾两点应当相同。")
    if not abs(_doubled_area(points)) > 0:
        raise ValueError("边界没有面积，请检查坐标。")
    if _crosses_itself(points):
        raise ValueError("边界自相交，请在地图软件中改正后重新导出。")
    return points


def _point(point: Any) -> Point:
    if (
        not isinstance(point, list)
        or len(point) < 2
        or any(isinstance(value, bool) or not isinstance(value, int | float) for value in point[:2])
        or not all(math.isfinite(value) for value in point[:2])
    ):
        raise ValueError("边界坐标应为 [经度, 纬度]，请重新导出。")
    longitude, latitude = float(point[0]), float(point[1])
    if not (WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH):
        swapped = WEST <= latitude <= EAST and SOUTH <= longitude <= NORTH
        hint = "经度和纬度可能写反了" if swapped else "请核对坐标，应为 CGCS2000 经纬度"
        raise ValueError(f"坐标 [{longitude:g}, {latitude:g}] 不在我国范围内，{hint}。")
    return longitude, latitude


def _doubled_area(points: list[Point]) -> float:
    x0, y0 = points[0]
    return sum((ax - x0) * (by - y0) - (bx - x0) * (ay - y0) for (ax, ay), (bx, by) in pairwise(points))


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _crosses_itself(points: list[Point]) -> bool:
    """Whether two edges properly cross; edges are swept from west to east, so only near ones are compared."""
    edges = sorted((min(a[0], b[0]), max(a[0], b[0]), a, b) for a, b in pairwise(points) if a != b)
    open_edges: list[tuple[float, float, Point, Point]] = []
    for edge in edges:
        west, _, a, b = edge
        open_edges = [other for other in open_edges if other[1] >= west]
        for _, _, c, d in open_edges:
            if (
                max(a[1], b[1]) >= min(c[1], d[1])
                and max(c[1], d[1]) >= min(a[1], b[1])
                and _side(a, b, c) * _side(a, b, d) < 0
                and _side(c, d, a) * _side(c, d, b) < 0
            ):
                return True
        open_edges.append(edge)
    return False
