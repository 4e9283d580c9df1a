"""统计 of one record type: by area, by year, and by the answers given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length
from governance.ledgers.statistics import NONE, Summary, breakdowns, by_area, by_year, coverages, summaries
from governance.ledgers.subjects import subjects
from governance.ledgers.views.common import InView, find_ledger
from governance.policies.models import Measure
from governance.policies.presentation import clause_url
from governance.records.summaries import level_below
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage


@dataclass(frozen=True)
class AreaLine:
    """A part of the division in view with its entries."""

    division: Division
    summary: Summary
    subjects: int
    url: str


class StatisticsPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "ledgers/statistics.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.ledger = ledger = find_ledger(kwargs["slug"], scope_of(self.request.user))
        view, on = InView(self.request), timezone.localdate()
        for name in ("document", "q", "level", "filing", "state"):
            del view.form.fields[name]
        measure = Measure.objects.select_related("document", "clause").get(code=ledger.record.measure)
        return super().get_context_data(
            ledger=ledger,
            measure=measure,
            clause_url=clause_url(measure.document.key, measure.clause.ref),
            summary=summaries([ledger], view.path, on).get(ledger.slug, NONE),
            areas=self._areas(view, on),
            years=by_year(ledger, view.path, on),
            coverages=coverages(ledger, view.path, on),
            breakdowns=breakdowns(ledger, view.path, on),
            count_field=ledger.record.field(ledger.record.count) if ledger.record.count else None,
            amount_field=ledger.record.field(ledger.record.amount) if ledger.record.amount else None,
            is_count=ledger.record.amount is not None
            and ledger.record.field(ledger.record.amount).type == "number",
            list_url=f"{ledger.url}?area={view.division.code}",
            on=on,
            **view.context(),
            **kwargs,
        )

    def _areas(self, view: InView, on: Any) -> list[AreaLine]:
        """The parts one level down, as far as the record type is kept that deep."""
        level = min(level_below([view.division]), self.ledger.level)
        if view.division.level >= level:
            return []
        found = by_area(self.ledger, view.path, level, on)
        counts: dict[str, int] = {}
        for path in subjects(self.ledger, view.path).order_by().values_list("path", flat=True):
            part = path[: path_length(level)]
            counts[part] = counts.get(part, 0) + 1
        rows = Division.objects.current().under(view.path).filter(level=level, path__in=[*counts, *found])
        return [
            AreaLine(
                row,
                found.get(row.path, NONE),
                counts.get(row.path, 0),
                f"?area={row.code}" if level < Level.COMMUNITY else f"{self.ledger.url}?area={row.code}",
            )
            for row in rows.order_by("path")
        ]

    def get_title(self) -> str:
        return f"{self.ledger.title}：统计"

    def get_breadcrumb(self) -> list[Crumb]:
        home, *_ = super().get_breadcrumb()
        index = ("专项台账", reverse("ledgers:index"))
        return [home, index, (self.ledger.title, self.ledger.url), ("统计", "")]
