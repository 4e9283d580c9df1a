"""辖区概览: how the communities of a division measure up, standard by standard and unit by unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.console.units import Units, UnitTable, unit_table
from governance.console.views.division import find_division
from governance.divisions.models import Level
from governance.policies.evaluation.trace import Trace
from governance.policies.outcomes import Outcome, applicable
from governance.policies.presentation import Result, standard_url
from governance.policies.themes import OTHER, THEMES, theme_of
from governance.policies.views.common import division_crumbs
from governance.policies.views.district import (
    Measurement,
    UnitLine,
    comparable,
    completeness,
    counted,
    difference_text,
    league,
    measure,
    odd,
    parts_of,
    relations,
    unit_url,
)
from governance.web.charts import Bar, Part, Stack
from governance.web.filters import FilterForm
from governance.web.formats import percent
from governance.web.policy import Needs, policy_required
from governance.web.views import Crumb, TemplatePage

COLUMNS = ("confirmation", "report")
"""Columns of units that other apps give, shown beside the league."""
MOST_BARS = 40
_THEMES = (*THEMES, OTHER)


@dataclass(frozen=True)
class Cell:
    """A count that leads to the communities behind it."""

    value: int
    url: str = ""


@dataclass(frozen=True)
class StandardLine:
    """One standard over all communities of a division."""

    result: Result
    cells: list[Cell]
    parts: list[Part]
    url: str
    league_url: str
    information: Cell | None = None
    """Communities where the standard only informs, when it judges none."""
    change_text: str = ""

    @property
    def trace(self) -> Trace:
        return self.result.trace

    @property
    def has_own(self) -> bool:
        return self.result.trace.outcome is not None


class OverviewFilter(FilterForm):
    """By theme and by standard; the choices are those that hold here."""

    theme = forms.ChoiceField(label="主题")
    standard = forms.ChoiceField(label="标准")

    def __init__(self, data: Any, *, traces: list[Trace]) -> None:
        super().__init__(data)
        theme, standard = self.fields["theme"], self.fields["standard"]
        assert isinstance(theme, forms.ChoiceField) and isinstance(standard, forms.ChoiceField)
        held = {theme_of(trace.code) for trace in traces}
        theme.choices = [("", "全部主题"), *((each.slug, each.label) for each in _THEMES if each in held)]
        standard.choices = [("", "全部标准"), *((each.code, f"{each.code} {each.title}") for each in traces)]
        self.is_valid()

    @property
    def chosen_theme(self) -> str:
        return self.cleaned_data.get("theme", "")

    @property
    def chosen_standard(self) -> str:
        return self.cleaned_data.get("standard", "")

    def wanted(self, trace: Trace) -> bool:
        if self.chosen_standard and trace.code != self.chosen_standard:
            return False
        return not self.chosen_theme or theme_of(trace.code).slug == self.chosen_theme

    @property
    def query(self) -> str:
        asked = {"theme": self.chosen_theme, "standard": self.chosen_standard}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"?{query}" if query else ""


class OverviewPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "policies/overview.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.division = find_division(request.user, kwargs["code"])
        if self.division.level == Level.COMMUNITY:
            return HttpResponseRedirect(unit_url(self.division))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        division = self.division
        children = tuple(division.children.current().order_by("path"))
        current, frozen, key = relations(division.path)
        now = measure(current, division, children)
        before = measure(frozen, division, children, key=key) if frozen else None
        form = OverviewFilter(self.request.GET, traces=now.own.traces)
        counts = counted(now.own, form.wanted)
        past = comparable(before.own, now, form.wanted) if before and before.own.communities else None
        units = league(children, now, before, form.wanted, query=form.query, code=form.chosen_standard)
        more = unit_table(self.request, Units((division,), children), COLUMNS) if children else None
        lines = [self._line(trace, before) for trace in now.own.traces if form.wanted(trace)]
        return super().get_context_data(
            division=division,
            on=now.on,
            before_on=before.on if past is not None and before else None,
            own=now.own,
            filter_form=form,
            chosen=bool(form.query),
            groups=_by_theme(lines),
            units=[(line, _more_cells(more, line)) for line in units],
            more_columns=more.columns if more else [],
            own_of_one=bool(form.chosen_standard) and any(line.own for line in units),
            share_bars=_share_bars(units),
            theme_stacks=self._theme_stacks(now, form),
            unit_label=children[0].get_level_display() if children else "",
            tiles=self._tiles(now, counts, past, form),
            sums=[
                ("已录入常住户数", now.own.sums.get("households_resident")),
                ("已录入常住人口", now.own.sums.get("population_resident")),
            ],
            **kwargs,
        )

    def _tiles(
        self,
        now: Measurement,
        counts: Mapping[str, int],
        past: Mapping[str, int] | None,
        form: OverviewFilter,
    ) -> list[dict[str, Any]]:
        def change(outcome: Outcome) -> str:
            return difference_text(counts.get(outcome, 0), None if past is None else past.get(outcome, 0))

        def findings(outcome: Outcome) -> str:
            """问题清单 holds binding standards only: no link where it would not be the same number."""
            wanted = [trace for trace in now.own.traces if form.wanted(trace)]
            if any(t.counts.get(outcome) and not t.binds for t in wanted) or not counts.get(outcome):
                return ""
            asked = {"area": self.division.code, "theme": form.chosen_theme, "standard": form.chosen_standard}
            asked["outcome"] = outcome.value
            query = urlencode({name: value for name, value in asked.items() if value})
            return f"{reverse('policies:findings')}?{query}"

        share = percent(counts.get(Outcome.MET, 0), applicable(counts) or None)
        last = ""
        if past is not None and applicable(past):
            last = f"上期 {percent(past.get(Outcome.MET, 0), applicable(past))}"
        return [
            {
                "label": "社区（村）",
                "value": now.own.communities,
                "unit": "个",
                "icon": "building-community",
                "url": f"{reverse('communities:list')}?area={self.division.code}",
            },
            {"label": "达标率", "value": share, "icon": "target", "note": last or "占适用项次"},
            {
                "label": "达标",
                "value": counts.get(Outcome.MET, 0),
                "unit": "项次",
                "icon": "circle-check",
                "colour": "green",
                "note": change(Outcome.MET),
            },
            {
                "label": "未达标",
                "value": counts.get(Outcome.NOT_MET, 0),
                "unit": "项次",
                "icon": "circle-x",
                "colour": "red" if counts.get(Outcome.NOT_MET) else "",
                "url": findings(Outcome.NOT_MET),
                "note": change(Outcome.NOT_MET),
            },
            {
                "label": "预警",
                "value": counts.get(Outcome.WARNING, 0),
                "unit": "项次",
                "icon": "alert-triangle",
                "colour": "amber" if counts.get(Outcome.WARNING) else "",
                "url": findings(Outcome.WARNING),
                "note": change(Outcome.WARNING),
            },
            {
                "label": "数据完整率",
                "value": completeness(counts),
                "icon": "database",
                "note": f"缺数据 {counts.get(Outcome.NO_DATA, 0):,} 项次",
            },
        ]

    def _theme_stacks(self, now: Measurement, form: OverviewFilter) -> list[Stack]:
        """One bar for each theme, leading to the page of that theme."""
        url = reverse("policies:overview", kwargs={"code": self.division.code})
        stacks = []
        for theme in _THEMES:

            def of_theme(trace: Trace, slug: str = theme.slug) -> bool:
                return theme_of(trace.code).slug == slug and form.wanted(trace)

            counts = counted(now.own, of_theme)
            if applicable(counts):
                stacks.append(Stack(theme.label, parts_of(counts), f"{url}?theme={theme.slug}"))
        return stacks

    def _line(self, trace: Trace, before: Measurement | None) -> StandardLine:
        base = standard_url(trace.code)
        communities = trace.rule.for_communities

        def cell(value: int, outcome: Outcome) -> Cell:
            query = urlencode({"area": self.division.code, "outcome": outcome.value})
            return Cell(value, f"{base}?{query}#communities" if value else "")

        counts = trace.counts
        informed = counts.get(Outcome.INFORMATION, 0)
        judged = applicable(counts) - counts.get(Outcome.NO_DATA, 0)
        # Two outcomes stand in one column; a link can only lead to one of them.
        kinds = [each for each in (Outcome.INFEASIBLE, Outcome.DATA_ERROR) if counts.get(each)]
        faults = cell(odd(counts), kinds[0]) if len(kinds) == 1 else Cell(odd(counts))
        cells = [
            *(cell(counts.get(each, 0), each) for each in (Outcome.MET, Outcome.NOT_MET, Outcome.WARNING)),
            faults,
            cell(counts.get(Outcome.NO_DATA, 0), Outcome.NO_DATA),
            cell(counts.get(Outcome.NOT_APPLICABLE, 0), Outcome.NOT_APPLICABLE),
        ]
        past = next((each for each in before.own.traces if each.code == trace.code), None) if before else None
        met = None if past is None else past.counts.get(Outcome.MET, 0)
        url = reverse("policies:overview", kwargs={"code": self.division.code})
        return StandardLine(
            Result(trace),
            cells if communities else [],
            parts_of(counts),
            f"{base}?area={self.division.code}",
            f"{url}?standard={trace.code}#league",
            cell(informed, Outcome.INFORMATION) if communities and informed and not judged else None,
            difference_text(counts.get(Outcome.MET, 0), met) if communities and judged else "",
        )

    def get_title(self) -> str:
        return f"{self.division.name} 辖区概览"

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "辖区概览")


def _more_cells(table: UnitTable | None, line: UnitLine) -> list[Any]:
    return table.cells_of(line.division.path) if table else []


def _share_bars(units: list[UnitLine]) -> list[Bar]:
    """达标率 of the units that were judged, in the order of the league."""
    judged = [line for line in units if line.is_judged][:MOST_BARS]
    return [
        Bar(line.division.name, float((line.share or 0) * 100), line.share_text, "blue", line.url)
        for line in judged
    ]


def _by_theme(lines: list[StandardLine]) -> list[tuple[str, list[StandardLine]]]:
    groups = [(theme.label, [line for line in lines if line.result.theme is theme]) for theme in _THEMES]
    return [group for group in groups if group[1]]


@policy_required(Needs(Action.VIEW))
def own_overview(request: HttpRequest) -> HttpResponse:
    """The overview (for a community user the checkup) of the user's first division."""
    scope = scope_of(request.user)
    for division in scope.divisions:
        if scope.may(Action.VIEW, division.path):
            return HttpResponseRedirect(unit_url(division))
    raise Http404
