"""One standard: its values by date, how it is computed, and the results in the user's scope."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.divisions.models import Division, Level
from governance.divisions.paths import is_under
from governance.policies.comparisons import Bands, comparison_for
from governance.policies.comparisons.base import text
from governance.policies.evaluation.relation import stored_relation
from governance.policies.evaluation.resolve import catalogue_rows, enacted_values
from governance.policies.evaluation.rule import Rule
from governance.policies.evaluation.upper import upper_results
from governance.policies.filters import StandardFilter
from governance.policies.indicators import all_inputs, indicator
from governance.policies.inheritance import chain, family_of, heirs, in_sight, meetings
from governance.policies.local_values import may_have_local, wording_of
from governance.policies.models import EvaluationRun, Scorecard, Standard, StandardValue
from governance.policies.outcomes import LETTER_OF, LETTERS, Outcome, severity
from governance.policies.presentation import Result, clause_url, outcome_lamp, without_references
from governance.policies.themes import theme_of
from governance.policies.units import UNITS
from governance.policies.value_states import state_tag, told
from governance.policies.views.common import current_run, stored_results
from governance.policies.views.spread import base_of, spread
from governance.web.paging import KeysetPager, Page, query_string
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage

_MOST_LOCAL = 100
AREA_TYPES = {"urban": "城市", "town": "城镇", "rural": "农村"}
UPPER_KINDS = {
    "ratio": "按合计数之比计算",
    "sum": "按合计数计算",
    "coverage": "按达标社区占比计算",
    "shortfall": "按不达标社区数计算",
    "quota": "按年度完成数计算",
    "units": "按各级自身的数逐个判断，上级按达标数占比计算",
    "stages": "按各阶段在相应层级的完成情况计算",
}


def value_lines(standard: Standard) -> list[dict[str, Any]]:
    """The dated values, newest first, in words: each holds until the day before the next begins."""
    unit = UNITS[indicator(standard.indicator).unit]
    today = standard.value_on(timezone.localdate())
    values = sorted(standard.values.all(), key=lambda each: each.effective_from, reverse=True)
    ends = [None, *(value.effective_from - timedelta(days=1) for value in values[:-1])]
    return [
        {
            "since": value.effective_from,
            "until": until,
            "state": _state(value, until),
            "wording": (
                "废止"
                if value.parameters is None
                else comparison_for(standard.comparison, value.parameters).wording(unit)
            ),
            "clause": value.clause,
            "clause_url": clause_url(standard.measure.document.key, value.clause),
            "note": value.note,
            "is_current": today is not None and value.pk == today.pk,
        }
        for value, until in zip(values, ends, strict=True)
    ]


def _state(value: StandardValue, until: date | None) -> tuple[str, str]:
    """Text and colour of a tag."""
    today = timezone.localdate()
    if value.effective_from > today:
        return "尚未生效", "blue"
    if until is not None and until < today:
        return "已停止", "grey"
    return ("已废止", "grey") if value.parameters is None else ("现行", "green")


def boundary_texts(standard: Standard) -> list[str]:
    """What happens at the limit, before the due day, and with rounding."""
    value = standard.value_on(timezone.localdate())
    texts = []
    if value is not None and value.parameters is not None:
        texts.append(comparison_for(standard.comparison, value.parameters).boundary)
    if standard.due_on is not None:
        texts.append(f"{standard.due_on:%Y-%m-%d} 及以前未达到只预警，次日起判未达标。")
    texts.append("按精确值比较，不用四舍五入后的显示值；数据不全的社区不判定，列为“缺数据”。")
    return texts


def band_lines(standard: Standard) -> list[tuple[str, str]]:
    """Each band of a requirement in bands, and what it asks for."""
    value = standard.value_on(timezone.localdate())
    if value is None or value.parameters is None:
        return []
    comparison = comparison_for(standard.comparison, value.parameters)
    if not isinstance(comparison, Bands):
        return []
    by, unit = all_inputs()[comparison.by], UNITS[indicator(standard.indicator).unit]
    return [(band.wording(by.label, by.labels), text(band.value, unit)) for band in comparison.bands]


def upper_text(standard: Standard) -> str:
    """How a higher division's own value is made, and the share asked for where it is not all."""
    text = UPPER_KINDS.get(standard.upper.get("kind", ""), "")
    share = standard.upper.get("value", 100)
    return text if share == 100 else f"{text}，不低于 {share}%"


def condition_texts(standard: Standard) -> list[str]:
    """Where the standard applies, in words."""
    texts = [standard.measure.document.jurisdiction.name]
    if standard.area_types:
        texts.append("、".join(AREA_TYPES[each] for each in standard.area_types) + "社区")
    known = all_inputs()
    for name, limits in standard.conditions.get("inputs", {}).items():
        label = known[name].label
        texts += [f"{label}不少于 {limits['min']}"] if limits.get("min") is not None else []
        texts += [f"{label}不超过 {limits['max']}"] if limits.get("max") is not None else []
    if standard.conditions.get("only_warns"):
        areas = "、".join(AREA_TYPES[each] for each in standard.conditions["only_warns"])
        texts.append(f"{areas}社区未达到只预警")
    if standard.conditions.get("new_since"):
        texts.append(f"{standard.conditions['new_since']} 起成立的新建社区")
    if standard.conditions.get("from_approval"):
        texts.append("新设社区从批准之日起")
    return texts


class StandardPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "policies/standard.html"
    standard: Standard

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.run = current_run()
        self.rules: list[Rule] = self.run.rules if self.run else []  # type: ignore[attr-defined]
        self.standard = self._find(kwargs.pop("standard"))
        measured = indicator(self.standard.indicator)
        measure = self.standard.measure
        known = all_inputs()
        self.form = self._filter_form()
        self.here = self._division_in_view()
        context = super().get_context_data(
            standard=self.standard,
            measure=measure,
            theme=theme_of(measure.code).label,
            clause_url=clause_url(measure.document.key, measure.clause.ref),
            values=value_lines(self.standard),
            bands=band_lines(self.standard),
            boundaries=boundary_texts(self.standard),
            **self._inheritance(),
            local_values=self._local_values(),
            draft_url=self._draft_url(),
            applies=condition_texts(self.standard),
            indicator=measured,
            formula=without_references(measured.formula),
            reading=without_references(self.standard.reading),
            unit=UNITS[measured.unit].symbol or "是 / 否",
            inputs=[known[name].label for name in measured.inputs],
            upper=upper_text(self.standard),
            only_upper=bool(self.standard.upper.get("only")),
            **kwargs,
        )
        return context | self._results()

    def _find(self, code: str) -> Standard:
        """The standard, out of the rules already read where it is in force."""
        for rule in self.rules:
            if rule.measure_code == code:
                return rule.standard
        return get_object_or_404(catalogue_rows(), measure__code=code)

    def _filter_form(self) -> StandardFilter:
        data = self.request.GET.copy()
        if data.get("outcome", "") not in Outcome.values:
            data["outcome"] = Outcome.NOT_MET.value
        form = StandardFilter(data, user=self.request.user)
        form.is_valid()
        return form

    def _division_in_view(self) -> Division | None:
        """The area chosen, else the user's only division."""
        scope = scope_of(self.request.user)
        mine = [each for each in scope.divisions if scope.may(Action.VIEW, each.path)]
        return self.form.area or (mine[0] if len(mine) == 1 else None)

    def _inheritance(self) -> dict[str, Any]:
        """What meets in the user's divisions, and what the one in view inherits."""
        code, paths = self.standard.measure.code, scope_of(self.request.user).paths(Action.VIEW)
        family = family_of(in_sight(self.rules, paths), self.standard.indicator)
        return {
            "heirs": heirs(family, self.standard.indicator),
            "meetings": [
                each
                for each in meetings(family)
                if code in (each.narrow.measure_code, each.wide.measure_code)
            ],
            "here": self.here,
            "chain": chain(family, self.standard.indicator, self.here.path) if self.here else [],
        }

    def _local_values(self) -> list[dict[str, Any]]:
        """Values put in force in the user's divisions and above them, newest first."""
        paths = scope_of(self.request.user).paths(Action.VIEW)
        rows = [
            row
            for row in enacted_values(self.standard)
            if any(is_under(path, row.path) or is_under(row.path, path) for path in paths)
        ]
        for row in rows:
            row.standard = self.standard  # not asked for again
        shown = told(rows, timezone.localdate())[:_MOST_LOCAL]
        return [{"row": row, "state": state_tag(row), "wording": wording_of(row)} for row in shown]

    def _draft_url(self) -> str:
        """Where to draft a local value, for whoever may."""
        if not (
            scope_of(self.request.user).may_anywhere(Action.DRAFT_POLICY) and may_have_local(self.standard)
        ):
            return ""
        return f"{reverse('policies:value_new')}?{urlencode({'standard': self.standard.measure.code})}"

    def _results(self) -> dict[str, Any]:
        """Counts of the scope (or the area chosen) and one page of communities with one outcome."""
        run, form = self.run, self.form
        code = self.standard.measure.code
        if run is None or code not in run.standards:
            return {"run": None, "filter_form": form}
        place = run.standards.index(code) + 1
        self.rule = self.rules[place - 1]
        everything = form.apply(Scorecard.objects.filter(run=run)).annotate(
            letter=Substr("letters", place, 1)
        )
        found = dict(
            permitted(everything, self.request.user)
            .order_by()
            .values_list("letter")
            .annotate(count=Count("pk"))
        )
        outcome = Outcome(str(form.cleaned_data["outcome"]))
        page = below = None
        if not self.standard.upper.get("only"):
            page = self._communities(run, everything, outcome)
            base = base_of(self.request.user, form.area)
            below = spread(self.rule, run, place, base) if base is not None else None
        return {
            "run": run,
            "filter_form": form,
            "tabs": [
                {
                    "outcome": each,
                    "lamp": self._lamp(each),
                    "count": found.get(letter, 0),
                    "url": self._link(each),
                    "current": each == outcome,
                }
                for letter, each in LETTERS.items()
                if found.get(letter) or each in (Outcome.MET, Outcome.NOT_MET)
            ],
            "total": sum(found.get(letter, 0) for letter in LETTERS),
            "outcome": outcome,
            "page": page,
            "below": below,
            "own": self._own(run),
        }

    def _lamp(self, outcome: Outcome) -> str:
        rule = self.rule.at(self.here.path if self.here else "")
        return outcome_lamp(outcome, severity(outcome, rule.binding), binds=rule.binds)

    def _link(self, outcome: Outcome) -> str:
        data = self.request.GET.copy()
        data["outcome"] = outcome.value
        return query_string(data) + "#communities"

    def _communities(self, run: EvaluationRun, everything: QuerySet[Scorecard], outcome: Outcome) -> Page:
        rows = everything.filter(Q(letter=LETTER_OF[outcome])).select_related("division__parent")
        page = KeysetPager(rows, paths=scope_of(self.request.user).paths(Action.VIEW)).page(self.request)
        traces = stored_results(run, [row.division for row in page.rows])
        code = self.standard.measure.code
        for row in page.rows:
            mine = [trace for trace in traces.get(row.division_id, []) if trace.code == code]
            row.result = Result(mine[0]) if mine else None
            row.url = reverse("policies:checkup", kwargs={"code": row.division.code})
        return page

    def _own(self, run: EvaluationRun) -> dict[str, Any] | None:
        """The value of the division in view itself, where there is one."""
        division = self.here
        if division is None or division.level == Level.COMMUNITY or not self.standard.upper:
            return None
        relation = stored_relation(run=run, path=division.path, rules=run.rules)  # type: ignore[attr-defined]
        for measured in upper_results(relation=relation, level=division.level):
            for trace in measured.traces:
                if trace.code == self.standard.measure.code and trace.outcome is not None:
                    return {"division": division, "result": Result(trace)}
        return None

    def get_title(self) -> str:
        return f"{self.standard.measure.code} {self.standard.measure.title}"

    def get_breadcrumb(self) -> list[Crumb]:
        document = self.standard.measure.document
        return [
            ("工作台", reverse("console:home")),
            ("政策文件", reverse("policies:documents")),
            (document.title, document.get_absolute_url()),
            (self.get_title(), ""),
        ]
