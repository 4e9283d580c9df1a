"""政策落实: the documents in force in a division and how far they are carried out; what is late, and why."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from governance.accounts.roles import Action
from governance.divisions.models import Level
from governance.divisions.paths import under
from governance.implementation.catalogue import (
    DocumentLine,
    applicable_measures,
    by_document,
    late_in,
    lines_of,
)
from governance.implementation.models import State, Undertaking
from governance.implementation.views.common import AreaMixin
from governance.policies.views.documents import status_tag
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage


class HomePage(AreaMixin, TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "implementation/home.html"
    title = "政策落实"

    def get_breadcrumb(self) -> list[Crumb]:
        crumbs = super().get_breadcrumb()
        return [crumbs[0], (f"{self.division.name} 政策落实", "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        documents = by_document(
            lines_of(applicable_measures(self.division), self.division, self.on, judged=True)
        )
        waiting = dict(
            Undertaking.objects.filter(under(self.division.path), state=State.WAITING)
            .order_by()
            .values_list("measure__document")
            .annotate(count=Count("pk"))
        )
        for each in documents:
            each.waiting = waiting.get(each.document.pk, 0)
        in_force = [each for each in documents if each.document.binds]
        return super().get_context_data(
            in_force=[(each, *self._links(each)) for each in in_force],
            reference=[
                (each, *self._links(each), *status_tag(each.document)[:1])
                for each in documents
                if not each.document.binds
            ],
            totals={
                "measures": sum(each.measures for each in in_force),
                "live": sum(each.live for each in in_force),
                "met": sum(each.met for each in in_force),
                "missed": sum(each.missed for each in in_force),
                "no_data": sum(each.no_data for each in in_force),
                "late": late_in(line for each in in_force for line in each.lines),
                "waiting": sum(waiting.values()),
                "urged": sum(each.urged for each in in_force),
            },
            units_url=self.url("implementation:units"),
            overdue_url=self.url("implementation:overdue"),
            waiting_url=self.url("implementation:undertakings", show="waiting"),
            urged_url=self.url("implementation:undertakings", show="urged"),
            is_community=self.division.level == Level.COMMUNITY,
            **kwargs,
        )

    def _links(self, each: DocumentLine) -> tuple[str, str]:
        key = each.document.key
        return self.url("implementation:document", key), self.url("implementation:matrix", key)


class OverduePage(AreaMixin, TemplatePage):
    """What is past its day in a division, with the reason and who answers for it; made to be printed."""

    policy = Needs(Action.VIEW)
    template_name = "implementation/overdue.html"
    title = "超期清单"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = lines_of(applicable_measures(self.division), self.division, self.on, judged=True)
        late = [line for line in lines if line.late_reasons]
        return super().get_context_data(
            lines=[(line, self.url("implementation:measure", line.measure.code)) for line in late],
            total=late_in(late),
            export_url=self.url("implementation:overdue_export"),
            **kwargs,
        )
