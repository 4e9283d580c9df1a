"""修改痕迹 of one record: who changed what when, from what to what, and why."""

from __future__ import annotations

from typing import Any

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.records.history import entries, events_of
from governance.records.lookup import find_row
from governance.records.tables import action_of
from governance.records.views.common import RowMixin
from governance.web.paging import numbered_page
from governance.web.policy import Needs
from governance.web.views import TemplatePage

PAGE_SIZE = 20


class HistoryPage(RowMixin, TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "records/history.html"
    title = "修改痕迹"

    def find(self) -> None:
        self.row = find_row(self.request.user, self.sheet, self.kwargs["pk"], action_of(self.sheet))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = numbered_page(events_of(self.row), self.request, size=PAGE_SIZE)
        return super().get_context_data(
            page=page,
            entries=entries(page.rows, scope_of(self.request.user)),
            division=self.row.division,
            **kwargs,
        )
