"""Reading GeoJSON that somebody drew, exported or pasted: limits first, then what it means.

Every refusal is a `ShapeRefused` with a Chinese text that says where and what to do.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.validation import explain_validity

from communities.boundaries.coordinates import TO_CGCS2000, Point

WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
"""Degrees: the extent of the country, where every boundary must lie."""

MOST_BYTES = 512 * 1024
MOST_VERTICES = 2_000
MOST_DEPTH = 12
MOST_DEGREES = 2.0
"""Limits of one boundary; no community reaches over two degrees, so neighbours are searched that far."""

DIGITS = 7
"""Decimals kept: a centimetre."""

_PLAIN = ("CRS84", "4326", "4490", "CGCS2000")
"""What the outdated member `crs` may name: systems that are CGCS2000 to centimetres."""


class ShapeRefused(ValueError):
    """A boundary that cannot be taken; its text is Chinese and fit for users."""


def read(text: str, system: str) -> BaseGeometry:
    """The boundary of a GeoJSON text whose coordinates are of `system`, valid, in CGCS2000 degrees."""
    if system not in TO_CGCS2000:
        raise ShapeRefused("请选择坐标系；不清楚是哪种坐标系的边界不能保存，请向提供方问清。")
    return from_geometry(_geometry_of(_parse(text)), system)


def from_geometry(geometry: dict[str, Any], system: str = "cgcs2000") -> BaseGeometry:
    """The same for a geometry that was parsed already."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise ShapeRefused("边界没有坐标，请重新绘制或导出。")
    convert = TO_CGCS2000[system]
    found, count = [], 0
    for number, rings in enumerate(polygons, start=1):
        if not isinstance(rings, list) or not rings:
            raise ShapeRefused(f"第 {number} 块没有坐标，请重新绘制或导出。")
        read_rings = []
        for place, ring in enumerate(rings):
            where = f"第 {number} 块的{'外圈' if place == 0 else f'第 {place} 个内圈'}"
            count += len(ring) if isinstance(ring, list) else 0
            if count > MOST_VERTICES:
                raise ShapeRefused(f"边界的顶点超过 {MOST_VERTICES:,} 个，请先抽稀后再上传。")
            read_rings.append([_rounded(convert(point)) for point in _ring(ring, where)])
        found.append(Polygon(read_rings[0], read_rings[1:]))
    return _valid(found)


def as_geojson(boundary: BaseGeometry) -> dict[str, Any]:
    """The geometry as it is kept: Polygon or MultiPolygon, outer rings anticlockwise, closed."""
    return json.loads(json.dumps(mapping(boundary)))


def as_shape(geometry: dict[str, Any]) -> BaseGeometry:
    """A kept geometry, which was checked when it was saved."""
    return shape(geometry)


def rings_of(geometry: dict[str, Any]) -> Iterator[tuple[int, int, list[list[float]]]]:
    """(number of the polygon, 0 for its outer ring, points) of a kept geometry."""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    for number, rings in enumerate([coordinates] if kind == "Polygon" else coordinates, start=1):
        for place, ring in enumerate(rings):
            yield number, place, ring


def vertex_count(geometry: dict[str, Any]) -> int:
    """Corners, the closing point of each ring not counted twice."""
    return sum(len(ring) - 1 for _, _, ring in rings_of(geometry))


def _parse(text: str) -> Any:
    size = len(text.encode())
    if not text.strip():
        raise ShapeRefused("还没有边界：请在地图上绘制，或者粘贴、上传 GeoJSON。")
    if size > MOST_BYTES:
        raise ShapeRefused(f"GeoJSON 有 {size // 1024:,} KB，最多 {MOST_BYTES // 1024} KB，请先抽稀。")
    if _depth(text) > MOST_DEPTH:
        raise ShapeRefused("GeoJSON 的括号嵌套过深，不像一条边界，请重新导出。")
    try:
        return json.loads(text.lstrip("\ufeff"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ShapeRefused(
            f"不是有效的 GeoJSON 文本：第 {error.lineno} 行第 {error.colno} 个字符处读不下去，请重新导出。"
        ) from None
    except ShapeRefused:
        raise
    except ValueError:  # numbers of thousands of digits
        raise ShapeRefused("GeoJSON 中有读不出的数字，请重新导出。") from None


def _refuse_constant(name: str) -> Any:
    raise ShapeRefused(f"GeoJSON 中有不是数字的坐标（{name}），请重新导出。")


def _depth(text: str) -> int:
    """How deep brackets are nested, told before a parser recurses into them."""
    deepest = depth = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _geometry_of(data: Any) -> dict[str, Any]:
    """The one polygon of a file, taken out of the Feature and FeatureCollection around it."""
    _refuse_other_system(data)
    if isinstance(data, dict) and data.get("type") == "FeatureCollection":
        features = data.get("features")
        if not isinstance(features, list) or len(features) != 1:
            count = len(features) if isinstance(features, list) else 0
            raise ShapeRefused(f"文件中应当只有一个社区的边界，现有 {count} 个要素，请只导出这一个社区。")
        data = features[0]
        _refuse_other_system(data)
    if isinstance(data, dict) and data.get("type") == "Feature":
        data = data.get("geometry")
        _refuse_other_system(data)
    if not isinstance(data, dict) or data.get("type") not in ("Polygon", "MultiPolygon"):
        raise ShapeRefused("边界应为 GeoJSON 的 Polygon 或 MultiPolygon（面），请重新导出。")
    return data


def _refuse_other_system(data: Any) -> None:
    if isinstance(data, dict) and (named := data.get("crs")) is not None:
        text = json.dumps(named).upper()
        if not any(each in text for each in _PLAIN):
            raise ShapeRefused("文件写明了别的坐标参考系（crs），请导出为 CGCS2000 或 WGS84 经纬度。")


def _ring(ring: Any, where: str) -> list[Point]:
    if not isinstance(ring, list):
        raise ShapeRefused(f"{where}没有坐标，请重新绘制或导出。")
    points: list[Point] = []
    for number, value in enumerate(ring, start=1):
        point = _point(value, f"{where}第 {number} 点")
        if not points or points[-1] != point:
            points.append(point)
    if len(points) > 1 and points[0] != points[-1]:
        points.append(points[0])
    if len(points) < 4:
        raise ShapeRefused(f"{where}至少要有 3 个不同的点。")
    return points


def _point(value: Any, where: str) -> Point:
    numbers = value[:2] if isinstance(value, list) else []
    plain = [each for each in numbers if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(plain) < 2:
        raise ShapeRefused(f"{where}应为 [经度, 纬度] 两个数字，请重新导出。")
    try:
        longitude, latitude = float(plain[0]), float(plain[1])
    except OverflowError:
        longitude = latitude = math.inf
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise ShapeRefused(f"{where}的坐标不是有限的数字，请重新导出。")
    if not (WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH):
        raise ShapeRefused(
            f"{where} [{longitude:g}, {latitude:g}] 不在我国范围内，{_guess(longitude, latitude)}。"
        )
    return longitude, latitude


def _guess(longitude: float, latitude: float) -> str:
    if WEST <= latitude <= EAST and SOUTH <= longitude <= NORTH:
        return "经度和纬度可能写反了"
    if abs(longitude) > 180 or abs(latitude) > 90:
        return "可能是以米为单位的平面坐标，请换成经纬度"
    return "请核对坐标"


def _rounded(point: Point) -> Point:
    return round(point[0], DIGITS), round(point[1], DIGITS)


def _valid(polygons: list[Polygon]) -> BaseGeometry:
    """One shape of the polygons; what is wrong with it is told with the place."""
    for number, polygon in enumerate(polygons, start=1):
        if not polygon.is_valid:
            raise ShapeRefused(_explained(polygon, f"第 {number} 块" if len(polygons) > 1 else "边界"))
        if polygon.area == 0:
            raise ShapeRefused("边界没有面积，请检查坐标。")
    oriented = [orient(polygon) for polygon in polygons]
    made: BaseGeometry = oriented[0] if len(oriented) == 1 else MultiPolygon(oriented)
    if not made.is_valid:
        raise ShapeRefused(_explained(made, "各块之间"))
    west, south, east, north = made.bounds
    if east - west > MOST_DEGREES or north - south > MOST_DEGREES:
        raise ShapeRefused(
            f"边界东西跨 {east - west:.2f} 度、南北跨 {north - south:.2f} 度，不像一个社区，请核对坐标。"
        )
    return made


_FAULTS = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "同一圈碰到自己",
    "Hole lies outside shell": "内圈在外圈之外",
    "Holes are nested": "内圈套着内圈",
    "Nested shells": "一块套在另一块里面",
    "Interior is disconnected": "被内圈割成了几块",
    "Duplicate Rings": "同一圈出现两次",
    "Too few points in geometry component": "点太少",
}


def _explained(bad: BaseGeometry, where: str) -> str:
    """GEOS names the fault and a point: `Self-intersection[108.9 34.2]`."""
    fault, _, place = explain_validity(bad).partition("[")
    numbers = place.rstrip("]").split()
    at = f"，在经度 {float(numbers[0]):.6f}、纬度 {float(numbers[1]):.6f} 附近" if len(numbers) >= 2 else ""
    return f"{where}{_FAULTS.get(fault.strip(), '不是有效的面')}{at}，请移动那里的顶点后再保存。"
