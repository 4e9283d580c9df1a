"""专项台账: every record type that is used in the user's area, with what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.ledgers.catalogue import Ledger
from governance.ledgers.statistics import NONE, Summary, summaries
from governance.ledgers.subjects import Census
from governance.ledgers.views.common import InView
from governance.web.policy import Needs
from governance.web.views import Button, TemplatePage


@dataclass(frozen=True)
class LedgerLine:
    """One record type with its figures in the division in view."""

    ledger: Ledger
    summary: Summary
    subjects: int
    area: str
    may_add: bool

    @property
    def list_url(self) -> str:
        return f"{self.ledger.url}?area={self.area}"

    @property
    def add_url(self) -> str:
        return reverse("records:add", args=[self.ledger.slug])

    @property
    def statistics_url(self) -> str:
        return f"{reverse('ledgers:statistics', args=[self.ledger.slug])}?area={self.area}"


class IndexPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "ledgers/index.html"
    title = "专项台账"
    buttons = (
        Button("应报事项", "ledgers:due", "calendar", action=Action.VIEW),
        Button("填报负担", "ledgers:burden", "scale", action=Action.VIEW),
        Button("资金", "ledgers:funds", "report", action=Action.VIEW),
        Button("下载模板", "ledgers:template", "download", action=Action.IMPORT),
        Button("批量导入", "exchange:upload", "file-import", action=Action.IMPORT),
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        view, on = InView(self.request), timezone.localdate()
        chosen = view.chosen
        found = summaries(chosen, view.path, on)
        census = Census(chosen, [view.path])
        lines = [
            LedgerLine(
                ledger,
                found.get(ledger.slug, NONE),
                census.count(ledger),
                view.division.code,
                view.scope.may_anywhere(Action.ADD),
            )
            for ledger in chosen
        ]
        state = view.form.cleaned_data.get("state") or ""
        lines = [line for line in lines if _in_state(line, state)]
        groups: dict[str, list[LedgerLine]] = {}
        for line in lines:
            groups.setdefault(line.ledger.document.title, []).append(line)
        return super().get_context_data(
            groups=list(groups.items()),
            total=len(lines),
            kept=sum(bool(line.summary.entries) for line in lines),
            entries=sum(line.summary.entries for line in lines),
            **view.context(),
            **kwargs,
        )


def _in_state(line: LedgerLine, state: str) -> bool:
    if state == "none":
        return not line.summary.entries
    if state == "some":
        return bool(line.summary.entries)
    return bool(line.summary.late) if state == "late" else True
