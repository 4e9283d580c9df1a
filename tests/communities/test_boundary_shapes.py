"""Coordinates, areas and what is refused as the boundary of a community."""

import json
from math import cos, radians, sin

import pytest
from shapely.geometry import box

from communities.boundaries import geojson
from communities.boundaries.checks import Outline, all_overlaps, gaps_between, overlaps_of
from communities.boundaries.coordinates import (
    bd09_from_gcj02,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)
from communities.boundaries.geojson import ShapeRefused, read
from communities.boundaries.projection import area_m2, perimeter_m
from tests.communities.boundaries import square

PLACES = [(108.94, 34.26), (75.5, 39.0), (134.2, 48.3), (110.3, 20.0), (121.5, 31.2)]


def test_known_points_of_the_published_formulas():
    assert gcj02_from_wgs84((116.404, 39.915)) == pytest.approx((116.41024449917, 39.91640428150), abs=1e-9)
    assert bd09_from_gcj02((116.404, 39.915)) == pytest.approx((116.41036949371, 39.92133699351), abs=1e-9)


@pytest.mark.parametrize("place", PLACES)
def test_there_and_back_is_the_same_to_a_millimetre(place):
    shifted = gcj02_from_wgs84(place)
    assert 0.0005 < abs(shifted[0] - place[0]) + abs(shifted[1] - place[1]) < 0.02
    assert wgs84_from_gcj02(shifted) == pytest.approx(place, abs=1e-8)
    assert gcj02_from_bd09(bd09_from_gcj02(shifted)) == pytest.approx(shifted, abs=1e-8)
    assert wgs84_from_bd09(bd09_from_gcj02(shifted)) == pytest.approx(place, abs=1e-8)


def _integrated(west: float, south: float, east: float, north: float) -> float:
    """Area of a cell of the CGCS2000 ellipsoid by adding strips."""
    flattening, strips = 1 / 298.257222101, 2_000
    e2 = flattening * (2 - flattening)
    height = radians(north - south) / strips
    total = 0.0
    for strip in range(strips):
        angle = radians(south) + (strip + 0.5) * height
        w = 1 - e2 * sin(angle) ** 2
        total += 6378137.0**2 * (1 - e2) / w**2 * cos(angle) * height * radians(east - west)
    return total


@pytest.mark.parametrize("cell", [(0, 0, 1, 1), (108, 34, 109, 35), (108.90, 34.26, 108.91, 34.27)])
def test_areas_are_those_of_the_ellipsoid(cell):
    assert area_m2(box(*cell)) == pytest.approx(_integrated(*cell), rel=1e-6)


def test_a_length_is_right_to_a_metre():
    # One hundredth of a degree north at 34° is 1109.3 m, east 922.5 m.
    assert perimeter_m(box(108.90, 34.0, 108.91, 34.01)) == pytest.approx(2 * (1109.3 + 923.0), abs=2)


def text(shape) -> str:
    return json.dumps(shape)


def ring(*points) -> str:
    return text({"type": "Polygon", "coordinates": [[list(point) for point in points]]})


def test_what_map_programs_write_is_read():
    plain = square(0, 0)
    feature = {"type": "Feature", "properties": {}, "geometry": plain}
    whole = {"type": "FeatureCollection", "crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}
    wanted = geojson.as_geojson(read(text(plain), "cgcs2000"))
    for each in (feature, whole | {"features": [feature]}):
        assert geojson.as_geojson(read("\ufeff" + text(each), "cgcs2000")) == wanted
    # Open rings are closed, heights and repeated points dropped, the outer ring turned anticlockwise.
    west, south = plain["coordinates"][0][0]
    other = ring(
        (west, south, 400),
        (west, south),
        (west, south + 0.001),
        (west + 0.001, south + 0.001),
        (west + 0.001, south),
    )
    again = geojson.as_geojson(read(other, "cgcs2000"))
    assert len(again["coordinates"][0]) == 5 and geojson.vertex_count(again) == 4
    assert read(other, "cgcs2000").exterior.is_ccw
    assert read(other, "cgcs2000").equals(read(text(plain), "cgcs2000"))


def test_shifted_coordinates_land_where_they_belong():
    plain = square(0, 0)["coordinates"][0]
    for system, shift in (
        ("gcj02", gcj02_from_wgs84),
        ("bd09", lambda point: bd09_from_gcj02(gcj02_from_wgs84(point))),
    ):
        shape = read(ring(*map(shift, map(tuple, plain))), system)
        assert shape.equals_exact(read(ring(*plain), "cgcs2000"), 2e-7)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "还没有边界"),
        ("{", "第 1 行第 2 个字符"),
        ("[" * 100_000, "嵌套过深"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 1]]]}', "NaN"),
        ('{"type": "Polygon", "coordinates": [[[1e999, 34], [108, 34], [108, 35]]]}', "不是有限的数字"),
        ('{"type": "Polygon", "coordinates": [[[' + "9" * 5000 + ", 34]]]}", "读不出的数字"),
        ('{"type": "Polygon", "coordinates": [[["108", 34]]]}', "[经度, 纬度]"),
        ('{"type": "Polygon", "coordinates": [[[true, 34]]]}', "[经度, 纬度]"),
        ('{"type": "Polygon", "coordinates": 1}', "没有坐标"),
        ('{"type": "Polygon"}', "没有坐标"),
        ('{"type": "MultiPolygon", "coordinates": [[], []]}', "第 1 块没有坐标"),
        ('{"type": "LineString", "coordinates": [[108, 34], [109, 35]]}', "（面）"),
        ('{"type": "FeatureCollection", "features": []}', "现有 0 个要素"),
        ('{"type": "Polygon", "crs": {"properties": {"name": "EPSG:3857"}}, "coordinates": []}', "crs"),
        (ring((34.26, 108.9), (34.27, 108.9), (34.27, 108.91)), "写反了"),
        (ring((500_000, 3_800_000), (500_100, 3_800_000), (500_100, 3_800_100)), "平面坐标"),
        (ring((108.9, 34.2), (108.91, 34.2)), "3 个不同的点"),
        (ring((108, 34), (111, 34), (111, 35)), "不像一个社区"),
        ("x" * (geojson.MOST_BYTES + 1), "最多 512 KB"),
        (ring(*((108.9 + k / 1e5, 34.2 + k * k / 1e9) for k in range(2_100))), "2,000 个"),
    ],
)
def test_what_is_no_boundary_is_refused_with_the_reason(given, words):
    with pytest.raises(ShapeRefused) as refused:
        read(given, "cgcs2000")
    assert words in str(refused.value)


def test_a_crossing_is_told_with_its_place():
    bow = ring((108.90, 34.20), (108.92, 34.22), (108.92, 34.20), (108.90, 34.22))
    with pytest.raises(ShapeRefused, match=r"自相交，在经度 108\.910000、纬度 34\.210000 附近"):
        read(bow, "cgcs2000")


@pytest.mark.parametrize("system", ["", "wgs72", "CGCS2000"])
def test_an_unknown_system_is_refused(system):
    with pytest.raises(ShapeRefused, match="坐标系"):
        read(text(square(0, 0)), system)


def outline(code: str, *numbers: float) -> Outline:
    return Outline(code, f"社区{code}", read(text(square(*numbers)), "cgcs2000"))


def test_neighbours_that_touch_do_not_overlap():
    row = [outline("1", 0, 0), outline("2", 1, 0), outline("3", 5, 5)]
    assert all_overlaps(row, tolerance=0) == []


def test_an_overlap_is_measured_and_named():
    one, two = outline("1", 0, 0), outline("2", 0.5, 0)
    (found,) = all_overlaps([one, two, outline("3", 9, 9)], tolerance=100)
    assert found.area == pytest.approx(area_m2(one.shape) / 2, abs=2)
    assert "“社区2”（2）重叠 5,1" in found.told_to("1") and "“社区1”" in found.told_to("2")
    assert overlaps_of(one, [two], tolerance=found.area) == [], "up to the tolerance it counts as drawing"


def test_a_gap_inside_a_street_names_those_around():
    ring_of_eight = [
        outline(f"{column}{row}", column, row)
        for column in range(3)
        for row in range(3)
        if (column, row) != (1, 1)
    ]
    (gap,) = gaps_between(ring_of_eight, tolerance=100)
    assert gap.area == pytest.approx(area_m2(ring_of_eight[0].shape), rel=0.001)
    assert len(gap.around) == 8 and "不属于任何社区" in gap.text
    assert gaps_between([*ring_of_eight, outline("x", 1, 1)], tolerance=100) == []
    assert gaps_between(ring_of_eight, tolerance=20_000) == []
