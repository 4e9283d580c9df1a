"""One measure in a division: what it asks, how it stands, the league below, what was reported and urged."""

from __future__ import annotations

from typing import Any

from governance.accounts.roles import Action
from governance.accounts.visitor import visitor
from governance.implementation.catalogue import lines_of, state_tag
from governance.implementation.models import Entry, EntryKind
from governance.implementation.units import Responsible, reporting_names
from governance.implementation.views.common import MeasureMixin, area_url
from governance.policies.figures import LeagueLine, league_of
from governance.policies.models.documents import MeasureKind
from governance.policies.presentation import clause_url, outcome_lamp
from governance.policies.views.documents import status_tag
from governance.web.policy import Needs
from governance.web.views import TemplatePage

SCOPES = {
    "all": "全部社区",
    "urban": "城市社区",
    "town": "城镇社区",
    "rural": "农村社区（村）",
    "province": "省级",
    "city": "市级",
    "district": "区（县）",
    "street": "街道（乡镇）",
}
_PROGRESS = (EntryKind.REPORT, EntryKind.ACCEPT, EntryKind.RETURN)
_URGING = (EntryKind.URGE, EntryKind.ANSWER, EntryKind.CLOSE)
_MOST_ENTRIES = 200


class MeasurePage(MeasureMixin, TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "implementation/measure.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        measure, division = self.measure, self.division
        line = lines_of([measure], division, self.on)[0]
        entries = list(
            Entry.objects.filter(division=division, undertaking__measure=measure)
            .select_related("undertaking__division", "of")
            .order_by("-pk")[:_MOST_ENTRIES]
        )
        league = league_of(measure, division, self.on) if self.does_apply else []
        kwargs["measure"] = measure
        return super().get_context_data(
            document=measure.document,
            status=(status_tag(measure.document)[0], "green" if line.binds else "grey"),
            line=line,
            does_apply=self.does_apply,
            scope_label=SCOPES.get(measure.scope, measure.scope),
            is_principle=measure.kind == MeasureKind.PRINCIPLE,
            units=[self._unit(unit) for unit in line.units],
            league=[(each, *self._league_cells(each)) for each in league],
            undertakings=[(each, state_tag(each)) for each in line.undertakings if each.state or each.level],
            narrative=next((each.of.text for each in entries if each.kind == EntryKind.ACCEPT), ""),
            progress=[each for each in entries if each.kind in _PROGRESS],
            urging=[each for each in entries if each.kind in _URGING],
            clause_url=clause_url(measure.document.key, measure.clause.ref),
            report_url=self._report_url(line.units),
            urge_url=self._link("urge", Action.REVIEW_CASE),
            assign_url=self._link("assign", Action.DRAFT_POLICY),
            **kwargs,
        )

    def _unit(self, unit: Responsible) -> tuple[Responsible, str]:
        return unit, area_url("implementation:unit", self.division, unit.name)

    def _league_cells(self, each: LeagueLine) -> tuple[Any, str]:
        binds = self.measure.document.binds
        lamp = outcome_lamp(each.outcome, each.severity, binds=binds) if each.outcome else ""
        return lamp, area_url("implementation:measure", each.division, self.measure.code)

    def _report_url(self, units: list[Responsible]) -> str:
        names = reporting_names(visitor(self.request), self.division, self.measure, units)
        if not names or not self.does_apply:
            return ""
        return self.url("implementation:report", self.measure.code)

    def _link(self, name: str, action: Action) -> str:
        if not self.does_apply or not self.may(action):
            return ""
        return self.url(f"implementation:{name}", self.measure.code)
