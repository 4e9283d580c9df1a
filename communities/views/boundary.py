"""社区边界: of one community, of all communities of a street, and how far a county has come."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Substr
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from communities.boundaries.geojson import rings_of
from communities.boundaries.state import around, shape_of, street_lines
from communities.choices import BoundaryState
from communities.models import Community, CommunityBoundary
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.console.views.division import find_division
from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length, under
from governance.ledgers.beside import entries_beside
from governance.policies.views.common import division_crumbs
from governance.web.columns import Column, Section
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage

_COLOURS = {
    BoundaryState.CURRENT: "green",
    BoundaryState.DRAFT: "amber",
    BoundaryState.REPLACED: "grey",
    BoundaryState.DROPPED: "grey",
}
MOST_OPEN = 60
"""Vertices up to which their table is unfolded."""

VERSION = Section(
    "",
    (
        Column("版本", lambda row: f"第 {row.number} 版"),
        Column("状态", "get_state_display"),
        Column("面积（㎡）", "area_m2", "number"),
        Column("周长（米）", "perimeter_m", "number"),
        Column("生效日期", "effective_from", "date"),
        Column("替代日期", "ended_on", "date"),
        Column("依据文件", "basis", wide=True),
        Column("来源坐标系", "get_source_system_display", wide=True),
        Column("保存人", "saved_by_name"),
        Column("保存时间", "saved_at", "moment"),
    ),
)
RULED = Section("重叠的裁定", (Column("原因", "overlap_reason"), Column("裁定文号", "overlap_ruling")))
SIDES = Section(
    "四至",
    (
        Column("东至", "boundary_east"),
        Column("南至", "boundary_south"),
        Column("西至", "boundary_west"),
        Column("北至", "boundary_north"),
    ),
)


@dataclass(frozen=True)
class Vertex:
    """One corner in the table beside the map."""

    ring: str
    number: int
    longitude: str
    latitude: str


def vertices_of(geometry: dict[str, Any]) -> list[Vertex]:
    rings = list(rings_of(geometry))
    many = len({number for number, _, _ in rings}) > 1
    found = []
    for polygon, place, points in rings:
        ring = (f"第 {polygon} 块" if many else "") + ("外圈" if place == 0 else f"内圈 {place}")
        found += [
            Vertex(ring, number, f"{longitude:.7f}", f"{latitude:.7f}")
            for number, (longitude, latitude) in enumerate(points[:-1], start=1)
        ]
    return found


class BoundaryPage(TemplatePage):
    """The page of a division that has one: community, street or county; others lead to 行政区划."""

    policy = Needs(Action.VIEW)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.division = find_division(request.user, kwargs["code"])
        builders = {
            Level.COMMUNITY: ("communities/boundary.html", self._community),
            Level.STREET: ("communities/boundary_street.html", self._street),
            Level.COUNTY: ("communities/boundary_county.html", self._county),
        }
        if self.division.level not in builders:
            return HttpResponseRedirect(self.division.get_absolute_url())
        name, build = builders[Level(self.division.level)]
        self.template_name = name
        return self.render_to_response(self.get_context_data(**build()))

    def get_title(self) -> str:
        if self.division.level == Level.COMMUNITY:
            return self.division.name
        return f"{self.division.name}的社区边界"

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "社区边界")

    def _community(self) -> dict[str, Any]:
        division, scope = self.division, scope_of(self.request.user)
        versions = list(
            CommunityBoundary.objects.filter(division=division).defer("geometry").order_by("-number")
        )
        row = self._version(versions)
        shape = shape_of(row)
        is_draft = row is not None and row.state == BoundaryState.DRAFT
        points = row.service_points if row is not None else []
        view = around(division, shape, scope, points=points, is_draft=is_draft)
        title = f"{division.name}和相邻社区的边界" if row is not None else "本街道其他社区的边界"
        vertices = vertices_of(row.geometry) if row is not None else []
        by_state = {each.state: each for each in versions}
        return {
            "division": division,
            "object": row,
            "community": Community.objects.filter(division=division).first(),
            "version_section": VERSION,
            "ruled_section": RULED if row is not None and row.overlap_ruling else None,
            "sides_section": SIDES,
            "state_colour": _COLOURS[BoundaryState(row.state)] if row is not None else "",
            "versions": versions,
            "current": by_state.get(BoundaryState.CURRENT.value),
            "draft": by_state.get(BoundaryState.DRAFT.value),
            "geojson": json.dumps(row.geometry) if row is not None else "",
            "vertices": vertices,
            "vertices_open": len(vertices) <= MOST_OPEN,
            "svg": view.svg(title),
            "map_data": view.for_map(title),
            "view": view,
            "texts": [each.told_to(division.code) for each in view.overlaps],
            "besides": entries_beside("boundary", division, scope),
            "may_change": scope.may(Action.CHANGE, division.path) and division.closed_on is None,
        }

    def _version(self, versions: list[CommunityBoundary]) -> CommunityBoundary | None:
        """The version of `?version=`, else the one in force, else the draft."""
        asked = self.request.GET.get("version", "")
        if asked:
            found = next((each for each in versions if str(each.number) == asked), None)
            if found is None:
                raise Http404
            return found
        for state in (BoundaryState.CURRENT, BoundaryState.DRAFT):
            found = next((each for each in versions if each.state == state), None)
            if found is not None:
                return found
        return None

    def _street(self) -> dict[str, Any]:
        lines, view = street_lines(self.division, scope_of(self.request.user))
        title = f"{self.division.name}各社区的边界"
        return {
            "division": self.division,
            "lines": lines,
            "drawn": sum(1 for line in lines if line.current is not None),
            "missing": [line.division for line in lines if line.current is None],
            "area": sum(line.current.area_m2 for line in lines if line.current is not None),
            "svg": view.svg(title),
            "map_data": view.for_map(title),
            "view": view,
            "texts": [each.text for each in view.overlaps],
        }

    def _county(self) -> dict[str, Any]:
        street = Substr("path", 1, path_length(Level.STREET))
        communities = dict(
            Division.objects.current()
            .communities()
            .filter(under(self.division.path))
            .values_list(street)
            .annotate(Count("pk"))
            .order_by()
        )
        current = Q(state=BoundaryState.CURRENT)
        rows = (
            CommunityBoundary.objects.filter(under(self.division.path), division__closed_on=None)
            .values(street=street)
            .annotate(
                drawn=Count("pk", filter=current),
                drafts=Count("pk", filter=Q(state=BoundaryState.DRAFT)),
                ruled=Count("pk", filter=current & ~Q(overlap_ruling="")),
                area=Sum("area_m2", filter=current),
            )
            .order_by()
        )
        figures = {row["street"]: dict(row) for row in rows}
        none = {"drawn": 0, "drafts": 0, "ruled": 0, "area": None}
        streets = self.division.children.filter(closed_on=None, level=Level.STREET).order_by("path")
        lines = [
            {"division": each, "communities": communities.get(each.path, 0), **figures.get(each.path, none)}
            for each in streets
        ]
        total = {name: sum(line[name] or 0 for line in lines) for name in ("communities", *none)}
        return {"division": self.division, "lines": lines, "total": total}


def boundary_url(division: Division) -> str:
    return reverse("communities:boundary", args=[division.code])
