"""社区体检: every standard of one community with clause, value, requirement, gap, remedy and inputs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views import View

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.console.views.division import find_division
from governance.divisions.models import Division, Level
from governance.policies.checkup_file import write_checkup
from governance.policies.evaluation.community import community_results
from governance.policies.filters import THEME_CHOICES
from governance.policies.models import EvaluationRun, Finding
from governance.policies.outcomes import Outcome
from governance.policies.presentation import PROBLEMS, Result, rows_url
from governance.policies.progress import Progress, compare, frozen_results, last_frozen
from governance.policies.themes import OTHER, THEMES
from governance.policies.views.common import day_of, division_crumbs
from governance.policies.views.sending import exported_by, send_list
from governance.web.filters import FilterForm
from governance.web.forms import DateWidget
from governance.web.paging import query_string
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import Crumb, TemplatePage

_GROUPINGS = {"": "按主题", "document": "按文件"}
PROBLEM = "problem"
"""Value of the filter that shows whatever is wrong."""
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


class CheckupFilter(FilterForm):
    """What of the checkup to show, and of which day."""

    theme = forms.ChoiceField(label="主题", choices=THEME_CHOICES)
    outcome = forms.ChoiceField(label="结果", choices=[("", "全部"), (PROBLEM, "只看问题"), *Outcome.choices])
    by = forms.CharField(widget=forms.HiddenInput)
    on = forms.CharField(label="核查日期", widget=DateWidget, max_length=14)


def _theme_order(result: Result) -> int:
    return (*THEMES, OTHER).index(result.theme)


@dataclass(frozen=True)
class Line:
    """A result, what was there last time, and the finding it has opened."""

    result: Result
    progress: Progress | None
    finding: Finding | None
    inputs: Sequence[tuple[Any, str]]


def grouped(lines: list[Line], by: str) -> list[tuple[str, list[Line]]]:
    """Lines under headings, themes in their fixed order and documents by name."""
    if by == "document":
        lines = sorted(lines, key=lambda line: line.result.trace.source_title)
        return [
            (title, list(rows)) for title, rows in groupby(lines, lambda line: line.result.trace.source_title)
        ]
    lines = sorted(lines, key=lambda line: _theme_order(line.result))
    return [(theme.label, list(rows)) for theme, rows in groupby(lines, lambda line: line.result.theme)]


def is_shown(result: Result, theme: str, outcome: str) -> bool:
    if theme and result.theme.slug != theme:
        return False
    if outcome == PROBLEM:
        return result.is_problem
    return not outcome or result.trace.outcome == outcome


def neighbours(user: Any, division: Division) -> tuple[Division | None, Division | None, str]:
    """The communities before and after in the street, as far as the user may see them, and 3 / 12."""
    rows = permitted(Division.objects.current(), user).filter(
        parent=division.parent_id, level=Level.COMMUNITY
    )
    there = list(rows.order_by("path"))
    places = [place for place, each in enumerate(there) if each.pk == division.pk]
    if not places or len(there) < 2:
        return None, None, ""
    place = places[0]
    before = there[place - 1] if place else None
    after = there[place + 1] if place + 1 < len(there) else None
    return before, after, f"{place + 1} / {len(there)}"


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
        is_today = on == timezone.localdate()
        form = CheckupFilter({**data.dict(), "on": "" if is_today else f"{on:%Y-%m-%d}"})
        theme, outcome, by = (data.get(name, "") for name in ("theme", "outcome", "by"))
        by = by if by in _GROUPINGS else ""
        outcome = outcome if outcome in {PROBLEM, *Outcome.values} else ""
        theme = theme if theme in dict(THEME_CHOICES) else ""
        results = [Result(trace) for trace in community_results(division=self.division, on=on)]
        counts = Counter(result.trace.outcome for result in results if is_shown(result, theme, ""))
        shown = [result for result in results if is_shown(result, theme, outcome)]
        run = last_frozen(on)
        before, after, place = neighbours(self.request.user, self.division)
        lines = self._lines(shown, run, on)
        return super().get_context_data(
            division=self.division,
            matrix_url=self._matrix_url(),
            on=on,
            is_today=is_today,
            total=len(results),
            groups=grouped(lines, by),
            run=run,
            verdicts=Counter(
                line.progress.text[:2] for line in lines if line.progress and line.progress.text
            ),
            filter_form=form,
            by=by,
            groupings=[(key, label, self._link(by=key)) for key, label in _GROUPINGS.items()],
            tiles=[
                {
                    "label": each.label,
                    "value": counts[each],
                    "icon": icon,
                    "colour": colour if counts[each] else "",
                    "url": self._link(outcome=each.value) if counts[each] else "",
                }
                for each, icon, colour in _TILES
                if counts[each] or each in _ALWAYS
            ],
            is_limited=bool(outcome or theme),
            all_url=self._link(outcome="", theme=""),
            problems=sum(counts[each] for each in PROBLEMS),
            problems_url=self._link(outcome=PROBLEM),
            rows_url=rows_url(self.division.code, "", on),
            export_url=reverse("policies:checkup_export", kwargs={"code": self.division.code})
            + ("" if is_today else f"?on={on:%Y-%m-%d}"),
            before=before,
            after=after,
            place=place,
            query=query_string(data) if data else "",
            **kwargs,
        )

    def _lines(self, results: list[Result], run: EvaluationRun | None, on: date) -> list[Line]:
        earlier = frozen_results(run, self.division) if run else {}
        rows = Finding.objects.filter(path=self.division.path, resolved_on=None)
        findings = {finding.standard_id: finding for finding in rows}
        return [
            Line(
                result,
                compare(earlier.get(result.trace.code), result.trace),
                findings.get(result.trace.rule.standard.pk) if result.is_held else None,
                [(item, rows_url(self.division.code, item.rows, on)) for item in result.trace.inputs],
            )
            for result in results
        ]

    def _matrix_url(self) -> str:
        """The table of the street's communities, for whoever may see the street."""
        street = self.division.parent
        if street is None or not scope_of(self.request.user).may(Action.VIEW, street.path):
            return ""
        return reverse("policies:matrix", kwargs={"code": street.code})

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


class CheckupExport(PolicyMixin, View):
    """合规对照单: every standard of the community on the day asked for, as an Excel file."""

    policy = Needs(Action.VIEW)
    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        division = find_division(request.user, kwargs["code"])
        if division.level != Level.COMMUNITY:
            raise Http404
        on = day_of(request)
        results = [Result(trace) for trace in community_results(division=division, on=on)]
        results.sort(key=lambda each: each.trace.source_title)
        title = f"{division.name}合规对照单"
        content = write_checkup(
            results,
            title=title,
            notes=[
                f"社区：{division.full_name()}；核查日期：{on:%Y-%m-%d}。",
                exported_by(request.user),
                "按核查日期有效的标准和在册数据核查；标“参考”的文件不是现行有效文件，不作判定。",
            ],
        )
        return send_list(
            content,
            name=f"{title}_{on:%Y%m%d}.xlsx",
            list_name="合规对照单",
            path=division.path,
            rows=len(results),
        )
