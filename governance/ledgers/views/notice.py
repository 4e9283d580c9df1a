"""公开栏: an entry as a notice to be hung up, in large print and plain words."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.ledgers.catalogue import Ledger, ledgers
from governance.ledgers.labels import begin_label
from governance.ledgers.sheets import ledger_sheets
from governance.records.lookup import find_row, row_url
from governance.records.presentation import cell_shown
from governance.records.tables import action_of
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage


class NoticePage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "ledgers/notice.html"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        found = ledgers().get(kwargs["slug"])
        if found is None or not found.record.notice:
            raise Http404
        self.ledger: Ledger = found
        self.sheet = ledger_sheets()[found.slug]
        self.row = find_row(request.user, self.sheet, kwargs["pk"], action_of(self.sheet))
        if self.row.voided_on is not None:
            return redirect(row_url(self.sheet, self.row))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        persons = scope_of(self.request.user).may(Action.VIEW_PERSONS, self.row.path)
        own = {self.sheet.place, "期间", begin_label(self.ledger), self.ledger.record.name}
        lines = [
            (column.name, cell_shown(column, self.row))
            for column in self.sheet.columns.values()
            if column.path and column.name not in own and (persons or not column.names_person)
        ]
        return super().get_context_data(
            ledger=self.ledger,
            row=self.row,
            division=self.row.division,
            lines=[(label, value) for label, value in lines if value not in ("", "—")],
            printed_on=timezone.localdate(),
            **kwargs,
        )

    def get_title(self) -> str:
        return f"{self.row}"

    def get_breadcrumb(self) -> list[Crumb]:
        home, *_ = super().get_breadcrumb()
        return [
            home,
            (self.ledger.title, self.ledger.url),
            (str(self.row), row_url(self.sheet, self.row)),
            ("公开栏", ""),
        ]
