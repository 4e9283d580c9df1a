"""社区体检: every standard of one community with clause, value, requirement, gap, remedy and inputs."""

from collections import Counter
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.console.views.division import find_division
from governance.divisions.models import Level
from governance.policies.evaluation.community import community_results
from governance.policies.outcomes import Outcome
from governance.policies.presentation import Result
from governance.policies.themes import OTHER, THEMES
from governance.policies.views.common import day_of, division_crumbs
from governance.web.paging import query_string
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage

_GROUPINGS = {"theme": "按主题", "document": "按文件"}
_TILES = (
    (Outcome.NOT_MET, "circle-x", "red"),
    (Outcome.WARNING, "alert-triangle", "amber"),
    (Outcome.INFEASIBLE, "alert-circle", "amber"),
    (Outcome.DATA_ERROR, "alert-circle", "red"),
    (Outcome.NO_DATA, "database", ""),
    (Outcome.MET, "circle-check", "green"),
    (Outcome.INFORMATION, "info-circle", ""),
    (Outcome.NOT_APPLICABLE, "minus", ""),
)
_ALWAYS = {Outcome.NOT_MET, Outcome.WARNING, Outcome.NO_DATA, Outcome.MET}
"""Tiles that stand there at zero too."""


def _theme_order(result: Result) -> int:
    return (*THEMES, OTHER).index(result.theme)


def grouped(results: list[Result], by: str) -> list[tuple[str, list[Result]]]:
    """Results under headings, themes in their fixed order and documents by name."""
    if by == "document":
        results = sorted(results, key=lambda each: each.trace.document.title)
        return [(title, list(rows)) for title, rows in groupby(results, lambda r: r.trace.document.title)]
    results = sorted(results, key=_theme_order)
    return [(theme.label, list(rows)) for theme, rows in groupby(results, lambda r: r.theme)]


class CheckupPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "policies/checkup.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.division = find_division(request.user, kwargs["code"])
        if self.division.level != Level.COMMUNITY:
            return HttpResponseRedirect(reverse("policies:overview", kwargs={"code": self.division.code}))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        data = self.request.GET
        on = day_of(self.request)
        results = [Result(trace) for trace in community_results(division=self.division, on=on)]
        counts = Counter(result.trace.outcome for result in results)
        outcome = data.get("outcome", "")
        shown = [each for each in results if not outcome or each.trace.outcome == outcome]
        by = data.get("by", "") if data.get("by", "") in _GROUPINGS else "theme"
        return super().get_context_data(
            division=self.division,
            on=on,
            is_today=on == timezone.localdate(),
            total=len(results),
            groups=grouped(shown, by),
            by=by,
            groupings=[(key, label, self._link(by=key)) for key, label in _GROUPINGS.items()],
            tiles=[
                {
                    "label": shown_outcome.label,
                    "value": counts[shown_outcome],
                    "icon": icon,
                    "colour": colour if counts[shown_outcome] else "",
                    "url": self._link(outcome=shown_outcome.value) if counts[shown_outcome] else "",
                }
                for shown_outcome, icon, colour in _TILES
                if counts[shown_outcome] or shown_outcome in _ALWAYS
            ],
            outcome=Outcome(outcome) if outcome in Outcome.values else None,
            all_url=self._link(outcome=""),
            rows_url=reverse("communities:detail", kwargs={"code": self.division.code})
            + ("" if on == timezone.localdate() else f"?on={on:%Y-%m-%d}"),
            **kwargs,
        )

    def _link(self, **changes: str) -> str:
        """The same page with other choices."""
        data = self.request.GET.copy()
        for key, value in changes.items():
            data[key] = value
        return query_string(data)

    def get_title(self) -> str:
        return f"{self.division.name} 社区体检"

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "社区体检")
