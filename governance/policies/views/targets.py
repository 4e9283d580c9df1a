"""目标台账 of a division, one target with its pace and its past years, and the register as a file."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views import View

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.console.views.division import find_division
from governance.divisions.models import Division, Level
from governance.policies.evaluation.trace import Trace
from governance.policies.evaluation.upper import upper_results
from governance.policies.filters import TargetFilter
from governance.policies.models import Measure
from governance.policies.presentation import Result, clause_url, outcome_lamp, standard_url
from governance.policies.target_register import Register, TargetLine, is_target, past_years, register
from governance.policies.targets import STATE_COLOURS, TargetState
from governance.policies.targets_file import write_targets
from governance.policies.units import as_text, printed
from governance.policies.views.common import division_crumbs
from governance.policies.views.sending import exported_by, send_list
from governance.web.charts import Curve
from governance.web.columns import tag_html
from governance.web.paging import query_string
from governance.web.policy import Needs, PolicyMixin, policy_required
from governance.web.views import Crumb, TemplatePage

FORM_NAME = "目标完成情况登记表"
_TILES = (
    (TargetState.OPEN, "clock", ""),
    (TargetState.ACHIEVED, "circle-check", "green"),
    (TargetState.MISSED, "circle-x", "red"),
    (TargetState.NO_DATA, "database", "amber"),
    (TargetState.UNDATED, "calendar", ""),
)


def state_tag(state: TargetState, *, binds: bool = True) -> SafeString:
    """A coloured label; that of a draft or of guidance has no colour."""
    if not binds:
        return tag_html(f"{state.label}（参考）", "grey")
    return tag_html(state.label, STATE_COLOURS[state])


class Row:
    """A line of the register as a page shows it."""

    def __init__(self, line: TargetLine, division: Division, query: str = "") -> None:
        self.line, self.division = line, division
        self.query = query

    @property
    def state(self) -> SafeString:
        return state_tag(self.line.state, binds=self.line.document.binds)

    @property
    def lamp(self) -> SafeString | str:
        return Result(self.line.trace).lamp if self.line.trace is not None else ""

    @property
    def url(self) -> str:
        code, measure = self.division.code, self.line.measure.code
        return reverse("policies:target", kwargs={"code": code, "measure": measure}) + self.query

    @property
    def clause_url(self) -> str:
        return clause_url(self.line.document.key, self.line.measure.clause.ref)


class _OfDivision:
    """What page and file share: the division, the day asked for, the lines wanted."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def division(self) -> Division:
        return find_division(self.request.user, self.kwargs["code"])

    @cached_property
    def filter_form(self) -> TargetFilter:
        documents = {line.document.key: line.document.title for line in self._everything.lines}
        form = TargetFilter(self.request.GET, documents=list(documents.items()))
        return form

    @cached_property
    def _everything(self) -> Register:
        form = TargetFilter(self.request.GET, documents=[])
        return register(division=self.division, on=form.cleaned_data.get("on"), today=timezone.localdate())

    @property
    def on(self) -> date:
        return self._everything.on

    @cached_property
    def lines(self) -> list[TargetLine]:
        asked = self.filter_form.cleaned_data
        return [
            line
            for line in self._everything.lines
            if asked.get("document") in (None, "", line.document.key)
            and asked.get("state") in (None, "", line.state.value)
        ]


class RegisterPage(_OfDivision, TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "policies/targets.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        division = self.division
        day = self.filter_form.cleaned_data.get("on")
        query = f"?on={day:%Y-%m-%d}" if day else ""
        groups: dict[str, tuple[Any, list[Row]]] = {}
        for line in self.lines:
            _, rows = groups.setdefault(line.document.key, (line.document, []))
            rows.append(Row(line, division, query))
        return super().get_context_data(
            division=division,
            on=self.on,
            filter_form=self.filter_form,
            form_name=FORM_NAME,
            groups=list(groups.values()),
            total=len(self.lines),
            tiles=self._tiles(),
            export_url=reverse("policies:targets_export", kwargs={"code": division.code})
            + query_string(self.request.GET),
            **kwargs,
        )

    def _tiles(self) -> list[dict[str, Any]]:
        """States of targets that bind; drafts and guidance are only listed."""
        counts = Counter(line.state for line in self._everything.lines if line.document.binds)
        return [
            {
                "label": state.label,
                "value": counts[state],
                "icon": icon,
                "colour": colour if counts[state] else "",
                "url": self._link(state),
            }
            for state, icon, colour in _TILES
        ]

    def _link(self, state: TargetState) -> str:
        data = self.request.GET.copy()
        data["state"] = state.value
        return query_string(data)

    def get_title(self) -> str:
        return f"{self.division.name} 目标台账"

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "目标台账")


class TargetPage(_OfDivision, TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "policies/target.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = self.line
        return super().get_context_data(
            division=self.division,
            on=self.on,
            row=Row(line, self.division),
            line=line,
            standard_url=standard_url(line.measure.code) if line.standard else "",
            reading=line.measure.reading,
            chart=_chart(line),
            pace=_pace_lines(line),
            years=[
                (year, state_tag(year.state) if year.judged else "")
                for year in past_years(line, self.division)
            ],
            units=self._units(),
            **kwargs,
        )

    @cached_property
    def line(self) -> TargetLine:
        code = self.kwargs["measure"]
        found = next((line for line in self._everything.lines if line.measure.code == code), None)
        if found is not None:
            return found
        measure = get_object_or_404(
            Measure.objects.select_related("document__jurisdiction", "clause", "standard"), code=code
        )
        if not is_target(measure):
            raise Http404
        # A target of another place, or one that only higher divisions have.
        return TargetLine(measure, self.on, int(self.division.level))

    def _units(self) -> list[dict[str, Any]]:
        """The parts of the division with their own figures: what each gives to the whole."""
        division, trace = self.division, self.line.trace
        if trace is None or trace.outcome is None or division.level == Level.COMMUNITY:
            return []
        children = list(division.children.current().order_by("path"))
        levels = Counter(int(child.level) for child in children)
        if not levels or levels.most_common(1)[0][0] == Level.COMMUNITY:
            return []
        level = levels.most_common(1)[0][0]
        relation = self._everything.relation
        results = {each.path: each for each in upper_results(relation=relation, level=level)}
        found = []
        for child in children:
            own = next(
                (each for each in results[child.path].traces if each.code == trace.code)
                if child.path in results
                else iter(()),
                None,
            )
            if own is not None and own.outcome is not None:
                found.append({"division": child, "trace": own, "lamp": _lamp(own), "url": self._url(child)})
        return found

    def _url(self, child: Division) -> str:
        kwargs = {"code": child.code, "measure": self.line.measure.code}
        return reverse("policies:target", kwargs=kwargs) + query_string(self.request.GET)

    def get_title(self) -> str:
        return f"{self.line.measure.code} {self.line.measure.title}"

    def get_breadcrumb(self) -> list[Crumb]:
        crumbs = division_crumbs(self.request.user, self.division, "目标台账")
        url = reverse("policies:targets", kwargs={"code": self.division.code})
        return [*crumbs[:-1], ("目标台账", url), (self.get_title(), "")]


def _lamp(trace: Trace) -> SafeString:
    assert trace.outcome is not None
    return outcome_lamp(trace.outcome, trace.severity, binds=trace.document.binds)


def _curve_name(place: int, count: int) -> str:
    """Two due days make two lines; the later one decides (G25)."""
    return "应达进度" if count == 1 else ("按最早期限的进度", "按最迟期限的进度")[place]


def _chart(line: TargetLine) -> dict[str, Any] | None:
    """The pace as a chart: a line towards each due day, flat from there on, and today's figure."""
    pace, trace = line.pace, line.trace
    if pace is None or trace is None:
        return None
    end = pace.last.due
    curves = []
    for place, curve in enumerate(pace.curves):
        points = [(curve.start, float(curve.baseline)), (curve.due, float(curve.target))]
        points += [(end, float(curve.target))] if curve.due < end else []
        decides = curve is pace.last
        name = _curve_name(place, len(pace.curves))
        curves.append(Curve(name, points, "blue" if decides else "grey", dashed=not decides))
    ticks = [
        (float(figure), as_text(printed(figure, trace.unit), trace.unit))
        for figure in dict.fromkeys((pace.last.baseline, pace.last.target))
    ]
    actual = None if pace.actual is None else (pace.on, float(pace.actual), f"实际 {trace.value_text}")
    return {
        "title": f"{line.measure.title}：应达进度与实际",
        "curves": curves,
        "ticks": ticks,
        "mark": pace.on,
        "point": actual,
    }


def _pace_lines(line: TargetLine) -> list[dict[str, str]]:
    """The same in words, a line for each due day."""
    pace, trace = line.pace, line.trace
    if pace is None or trace is None:
        return []
    unit = trace.unit
    found = []
    for place, curve in enumerate(pace.curves):
        kept = None if pace.actual is None else curve.keeps(pace.actual, pace.on)
        found.append(
            {
                "name": _curve_name(place, len(pace.curves)),
                "start": f"{curve.start:%Y-%m-%d}，{as_text(printed(curve.baseline, unit), unit)}",
                "due": f"{curve.due:%Y-%m-%d}，{as_text(printed(curve.target, unit), unit)}",
                "expected": as_text(printed(curve.expected(pace.on), unit), unit),
                "actual": trace.value_text,
                "verdict": "暂无数据" if kept is None else "不落后" if kept else "落后",
            }
        )
    return found


class TargetsExport(_OfDivision, PolicyMixin, View):
    policy = Needs(Action.VIEW)
    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        division = self.division
        content = write_targets(
            self.lines,
            title=f"{division.name}{FORM_NAME}",
            notes=[
                f"范围：{division.full_name()}；截至：{self.on:%Y-%m-%d}。",
                exported_by(request.user),
                "期满的目标按截至日期的数据判定，期满后作为底线继续核查；未生效的文件只供参考。",
            ],
        )
        return send_list(
            content,
            name=f"{FORM_NAME}_{division.name}_{self.on:%Y%m%d}.xlsx",
            list_name="目标台账",
            path=division.path,
            rows=len(self.lines),
            filters=dict(self.filter_form.conditions),
        )


@policy_required(Needs(Action.VIEW))
def own_register(request: HttpRequest) -> HttpResponse:
    """The register of the user's first division."""
    scope = scope_of(request.user)
    for division in scope.divisions:
        if scope.may(Action.VIEW, division.path):
            return HttpResponseRedirect(reverse("policies:targets", kwargs={"code": division.code}))
    raise Http404
