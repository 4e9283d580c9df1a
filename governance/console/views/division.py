"""One division: its place in the tree, what lies below, and the pages that upper apps have about it."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.console.counts import counts_below
from governance.console.links import links_for
from governance.console.panels import own_divisions
from governance.divisions.models import Division, Level, UnknownCode
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage

_COUNTED = (Level.CITY, Level.COUNTY, Level.STREET, Level.COMMUNITY)
_HEADINGS = {
    Level.CITY: "市级",
    Level.COUNTY: "县（区）",
    Level.STREET: "街道（乡镇）",
    Level.COMMUNITY: "社区（村）",
}


def find_division(user: Any, code: str, action: Action = Action.VIEW) -> Division:
    """The division of a code inside the user's scope; a foreign or a missing one is the same 404."""
    try:
        return permitted(Division.objects.all(), user, action).by_code(code)
    except UnknownCode:
        raise Http404 from None


@dataclass(frozen=True)
class Child:
    division: Division
    counts: list[int]


class OwnDivisionsPage(TemplatePage):
    """The way in from the menu: straight to the division of the user, or a choice of several."""

    policy = Needs(Action.VIEW)
    template_name = "console/divisions.html"
    title = "行政区划"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = own_divisions(request)["rows"]
        if len(rows) == 1:
            return redirect(rows[0][0])
        return self.render_to_response(self.get_context_data(rows=rows))


class DivisionPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "console/division.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.division = find_division(self.request.user, kwargs["code"])
        children = list(self.division.children.order_by("path"))
        below = counts_below([self.division, *children])
        levels = [level for level in _COUNTED if below[self.division.pk].get(level)]
        inner = [level for level in levels if any(level in below[child.pk] for child in children)]
        return super().get_context_data(
            division=self.division,
            totals=[(_HEADINGS[level], below[self.division.pk][level]) for level in levels],
            headings=[_HEADINGS[level] for level in inner],
            children=[Child(child, [below[child.pk].get(level, 0) for level in inner]) for child in children],
            links=links_for(scope_of(self.request.user), self.division),
            **kwargs,
        )

    def get_title(self) -> str:
        return self.division.name

    def get_breadcrumb(self) -> list[Crumb]:
        """The lineage; ancestors outside the user's scope are named without a link."""
        scope = scope_of(self.request.user)
        lineage = self.division.lineage() or [self.division]
        return [
            super().get_breadcrumb()[0],
            *(
                (each.name, each.get_absolute_url() if scope.may(Action.VIEW, each.path) else "")
                for each in lineage
            ),
        ]
