"""Boundaries as SVG made on the server: the map of prints and of browsers without JavaScript.

Colours are attributes, as in `governance.web.charts`; kinds differ by line and pattern too, and a table
stands beside every map.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from shapely.geometry import GeometryCollection
from shapely.geometry.base import BaseGeometry

from communities.boundaries.projection import projection_for
from communities.sheets import bare_name

WIDTH, HEIGHT, MARGIN = 720, 440, 16
_LETTER = 13
_LENGTHS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
"""Metres of which the scale bar takes the largest that fits."""

KINDS = {
    "own": "本社区",
    "other": "相邻社区",
    "draft": "草稿",
    "circle": "15分钟步行",
    "point": "服务点",
    "overlap": "重叠",
    "gap": "空白",
}


@dataclass(frozen=True)
class Figure:
    """One shape on the map; `kind` is one of KINDS."""

    kind: str
    shape: BaseGeometry
    name: str = ""
    url: str = ""

    @property
    def label(self) -> str:
        """What stands inside the shape: the name without 社区居委会, which every one of them has."""
        return bare_name(self.name)


def draw(title: str, figures: Sequence[Figure]) -> SafeString:
    """The map, or nothing when there is nothing to draw; figures later in the order lie on top."""
    if not figures:
        return SafeString("")
    every = GeometryCollection([each.shape for each in figures])
    projection = projection_for(every)
    west, south, east, north = projection.apply(every).bounds
    room = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN - 24
    scale = min(room[0] / max(east - west, 1), room[1] / max(north - south, 1))
    left = (WIDTH - (east - west) * scale) / 2
    drawn = []
    marked = any(each.kind == "point" for each in figures)
    for each in figures:
        shape = projection.apply(each.shape).simplify(0.4 / scale)
        spot = shape.representative_point()
        x, y = left + (spot.x - west) * scale, MARGIN + (north - spot.y) * scale
        width = (shape.bounds[2] - shape.bounds[0]) * scale
        drawn.append(
            {
                "kind": each.kind,
                "name": each.name,
                "url": each.url,
                "path": " ".join(_path(shape, west, north, left, scale)),
                "label": each.label if len(each.label) * _LETTER <= width and each.kind != "point" else "",
                "x": round(x, 1),
                "y": round(y + (20 if marked and each.kind in {"own", "draft"} else 4), 1),
            }
        )
    length = max((each for each in _LENGTHS if each * scale <= WIDTH / 4), default=_LENGTHS[0])
    kinds = [kind for kind in KINDS if any(each.kind == kind for each in figures)]
    return render_to_string(
        "communities/boundary.svg",
        {
            "title": title,
            "width": WIDTH,
            "height": HEIGHT,
            "figures": drawn,
            "role": "group" if any(each.url for each in figures) else "img",
            "keys": [
                {
                    "kind": kind,
                    "text": KINDS[kind],
                    "x": MARGIN + 96 * place,
                    "text_x": MARGIN + 96 * place + 24,
                }
                for place, kind in enumerate(kinds)
            ],
            "key_y": HEIGHT - 20,
            "key_text_y": HEIGHT - 9,
            "bar": {
                "x": WIDTH - MARGIN - round(length * scale, 1),
                "end": WIDTH - MARGIN,
                "y": HEIGHT - 10,
                "text_y": HEIGHT - 15,
                "text": f"{length // 1000} 公里" if length >= 1000 else f"{length} 米",
            },
        },
    )


def _path(shape: BaseGeometry, west: float, north: float, left: float, scale: float) -> Iterator[str]:
    """The rings as SVG path data, y downwards."""
    for polygon in getattr(shape, "geoms", [shape]):
        for ring in (polygon.exterior, *polygon.interiors) if polygon.geom_type == "Polygon" else ():
            points = [
                f"{left + (x - west) * scale:.1f},{MARGIN + (north - y) * scale:.1f}"
                for x, y in ring.coords[:-1]
            ]
            yield f"M{' '.join(points)}Z"
