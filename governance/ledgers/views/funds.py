"""资金: every record type that holds money, by year, with what is due against what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.ledgers.catalogue import Ledger
from governance.ledgers.statistics import YearLine, years_of
from governance.ledgers.views.common import InView
from governance.policies.evaluation.relation import live_relation
from governance.policies.evaluation.resolve import rules_for
from governance.policies.evaluation.upper import upper_results
from governance.policies.presentation import Result
from governance.web.policy import Needs
from governance.web.views import TemplatePage


@dataclass(frozen=True)
class MoneyLine:
    """One record type with its amounts of this year and the last."""

    ledger: Ledger
    this: YearLine | None
    last: YearLine | None
    url: str

    @property
    def change(self) -> int | None:
        return self.this.change if self.this else None


class FundsPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "ledgers/funds.html"
    title = "资金"
    crumbs = (("专项台账", "ledgers:index"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        view, on = InView(self.request), timezone.localdate()
        for name in ("level", "filing", "state"):
            del view.form.fields[name]
        some = [ledger for ledger in view.chosen if _holds_money(ledger)]
        years = years_of(some, view.path, on)
        lines = [
            MoneyLine(
                ledger,
                years.get(ledger.slug, {}).get(on.year),
                years.get(ledger.slug, {}).get(on.year - 1),
                f"{reverse('ledgers:statistics', args=[ledger.slug])}?area={view.division.code}",
            )
            for ledger in some
        ]
        return super().get_context_data(
            lines=lines,
            year=on.year,
            last_year=on.year - 1,
            results=self._results(view, on, {ledger.code for ledger in some}),
            **view.context(),
            **kwargs,
        )

    @staticmethod
    def _results(view: InView, on: Any, codes: set[str]) -> list[Result]:
        """What standards about money say of the division: what is due, what came, what is missing."""
        rules = [rule for rule in rules_for(path=view.path, on=on) if rule.code in codes]
        if not rules:
            return []
        relation = live_relation(path=view.path, on=on, rules=rules)
        found = upper_results(relation=relation, level=view.division.level)
        return [Result(trace) for trace in found[0].traces] if found else []


def _holds_money(ledger: Ledger) -> bool:
    amount = ledger.record.amount
    return amount is not None and ledger.record.field(amount).type == "money"
