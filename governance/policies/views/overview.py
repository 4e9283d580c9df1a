"""辖区概览: how the communities of a division measure up, standard by standard and unit by unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.console.views.division import find_division
from governance.divisions.models import Division, Level
from governance.policies.evaluation.relation import Relation
from governance.policies.evaluation.trace import Trace
from governance.policies.evaluation.upper import UpperResult, upper_results
from governance.policies.outcomes import Outcome, applicable
from governance.policies.presentation import Result, standard_url
from governance.policies.themes import OTHER, THEMES
from governance.policies.views.common import current_relation, division_crumbs
from governance.web.charts import Part
from governance.web.formats import MISSING, percent
from governance.web.policy import Needs, policy_required
from governance.web.views import Crumb, TemplatePage

ODD = (Outcome.INFEASIBLE, Outcome.DATA_ERROR)


def odd(counts: Mapping[str, int]) -> int:
    return sum(counts.get(outcome, 0) for outcome in ODD)


def parts_of(counts: Mapping[str, int]) -> list[Part]:
    """The pieces of a bar, in the order of the table's columns."""
    return [
        Part("达标", counts.get(Outcome.MET, 0), "green"),
        Part("未达标", counts.get(Outcome.NOT_MET, 0), "red"),
        Part("预警", counts.get(Outcome.WARNING, 0), "amber"),
        Part("异常", odd(counts), "fault"),
        Part("缺数据", counts.get(Outcome.NO_DATA, 0), "light"),
    ]


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
    information: Cell | None = None
    """Communities where the standard only informs, when it judges none."""

    @property
    def trace(self) -> Trace:
        return self.result.trace

    @property
    def has_own(self) -> bool:
        return self.result.trace.outcome is not None


@dataclass(frozen=True)
class UnitLine:
    """One unit below in the league."""

    division: Division
    measured: UpperResult | None
    url: str
    rank: int | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        return self.measured.counts if self.measured else {}

    @property
    def share(self) -> Fraction | None:
        """Met results over results that apply; None where nothing applies."""
        whole = applicable(self.counts)
        return Fraction(self.counts.get(Outcome.MET, 0), whole) if whole else None

    @property
    def is_judged(self) -> bool:
        """Whether any result had its data; a unit that has entered nothing takes no place."""
        return applicable(self.counts) > self.counts.get(Outcome.NO_DATA, 0)

    @property
    def share_text(self) -> str:
        return percent(self.counts.get(Outcome.MET, 0), applicable(self.counts) or None)

    @property
    def complete_text(self) -> str:
        return completeness(self.counts)

    @property
    def cells(self) -> list[int]:
        counts = self.counts
        return [counts.get(each, 0) for each in (Outcome.MET, Outcome.NOT_MET, Outcome.WARNING)] + [
            odd(counts),
            counts.get(Outcome.NO_DATA, 0),
        ]

    @property
    def communities(self) -> int:
        return self.measured.communities if self.measured else 0

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.counts)


def completeness(counts: Mapping[str, int]) -> str:
    """Share of applicable results whose data were there."""
    whole = applicable(counts)
    return percent(whole - counts.get(Outcome.NO_DATA, 0), whole) if whole else MISSING


def measure_units(relation: Relation, children: Sequence[Division]) -> dict[str, UpperResult]:
    """Results of the units below by path, one statement for each level that occurs among them."""
    levels = sorted({child.level for child in children})
    return {
        each.path: each for level in levels for each in upper_results(relation=relation, level=int(level))
    }


def league(children: Sequence[Division], measured: Mapping[str, UpperResult]) -> list[UnitLine]:
    """Units by share of met results, equal shares with the same rank, units without data last."""
    lines = [UnitLine(child, measured.get(child.path), unit_url(child)) for child in children]
    lines.sort(key=lambda line: (not line.is_judged, -(line.share or 0), line.division.path))
    ranked: list[UnitLine] = []
    for place, line in enumerate(lines, start=1):
        rank = None
        if line.is_judged:
            tied = ranked and ranked[-1].share == line.share
            rank = ranked[-1].rank if tied else place
        ranked.append(UnitLine(line.division, line.measured, line.url, rank))
    return ranked


def unit_url(division: Division) -> str:
    name = "policies:checkup" if division.level == Level.COMMUNITY else "policies:overview"
    return reverse(name, kwargs={"code": division.code})


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
        relation = current_relation(division.path)
        found = upper_results(relation=relation, level=division.level)
        own = found[0] if found else UpperResult(division.path, 0, {}, [])
        children = list(division.children.current().order_by("path"))
        lines = [self._line(trace) for trace in own.traces]
        return super().get_context_data(
            division=division,
            on=relation.on,
            own=own,
            groups=_by_theme(lines),
            units=league(children, measure_units(relation, children)),
            unit_label=children[0].get_level_display() if children else "",
            tiles=self._tiles(own),
            sums=[
                ("已录入常住户数", own.sums.get("households_resident")),
                ("已录入常住人口", own.sums.get("population_resident")),
            ],
            **kwargs,
        )

    def _tiles(self, own: UpperResult) -> list[dict[str, Any]]:
        def findings(outcome: Outcome) -> str:
            query = urlencode({"area": self.division.code, "outcome": outcome.value})
            return f"{reverse('policies:findings')}?{query}"

        counts = own.counts
        share = percent(counts.get(Outcome.MET, 0), applicable(counts) or None)
        tiles: list[dict[str, Any]] = [
            {
                "label": "社区（村）",
                "value": own.communities,
                "unit": "个",
                "icon": "building-community",
                "url": f"{reverse('communities:list')}?area={self.division.code}",
            },
            {"label": "达标率", "value": share, "icon": "target", "note": "占适用项次"},
            {
                "label": "达标",
                "value": counts.get(Outcome.MET, 0),
                "unit": "项次",
                "icon": "circle-check",
                "colour": "green",
            },
            {
                "label": "未达标",
                "value": counts.get(Outcome.NOT_MET, 0),
                "unit": "项次",
                "icon": "circle-x",
                "colour": "red" if counts.get(Outcome.NOT_MET) else "",
                "url": findings(Outcome.NOT_MET),
            },
            {
                "label": "预警",
                "value": counts.get(Outcome.WARNING, 0),
                "unit": "项次",
                "icon": "alert-triangle",
                "colour": "amber" if counts.get(Outcome.WARNING) else "",
                "url": findings(Outcome.WARNING),
            },
            {
                "label": "数据完整率",
                "value": completeness(counts),
                "icon": "database",
                "note": f"缺数据 {counts.get(Outcome.NO_DATA, 0):,} 项次",
            },
        ]
        return tiles

    def _line(self, trace: Trace) -> StandardLine:
        base = standard_url(trace.code)
        communities = trace.rule.for_communities

        def cell(value: int, *outcomes: Outcome) -> Cell:
            query = urlencode({"area": self.division.code, "outcome": outcomes[0].value})
            return Cell(value, f"{base}?{query}#communities" if value and len(outcomes) == 1 else "")

        counts = trace.counts
        informed = counts.get(Outcome.INFORMATION, 0)
        judged = applicable(counts) - counts.get(Outcome.NO_DATA, 0)
        error = Outcome.DATA_ERROR if not counts.get(Outcome.INFEASIBLE) else Outcome.INFEASIBLE
        cells = [
            *(cell(counts.get(each, 0), each) for each in (Outcome.MET, Outcome.NOT_MET, Outcome.WARNING)),
            cell(odd(counts), error),
            cell(counts.get(Outcome.NO_DATA, 0), Outcome.NO_DATA),
            cell(counts.get(Outcome.NOT_APPLICABLE, 0), Outcome.NOT_APPLICABLE),
        ]
        return StandardLine(
            Result(trace),
            cells if communities else [],
            parts_of(counts),
            f"{base}?area={self.division.code}",
            cell(informed, Outcome.INFORMATION) if communities and informed and not judged else None,
        )

    def get_title(self) -> str:
        return f"{self.division.name} 辖区概览"

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "辖区概览")


def _by_theme(lines: list[StandardLine]) -> list[tuple[str, list[StandardLine]]]:
    groups = [(theme.label, [line for line in lines if line.result.theme is theme]) for theme in THEMES]
    groups.append((OTHER.label, [line for line in lines if line.result.theme is OTHER]))
    return [group for group in groups if group[1]]


@policy_required(Needs(Action.VIEW))
def own_overview(request: HttpRequest) -> HttpResponse:
    """The overview (for a community user the checkup) of the user's first division."""
    scope = scope_of(request.user)
    for division in scope.divisions:
        if scope.may(Action.VIEW, division.path):
            return HttpResponseRedirect(unit_url(division))
    raise Http404
