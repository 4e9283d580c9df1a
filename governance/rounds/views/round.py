"""One round as the bureau sees it: every street, how far it is, and 催报."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.visitor import visitor
from governance.divisions.clock import today
from governance.divisions.models import Level
from governance.divisions.paths import path_length
from governance.records.completeness.tally import Progress
from governance.rounds.duties import by_street, cells_of_duties, duties_of, duty_lines, has_events
from governance.rounds.forms import WithdrawForm
from governance.rounds.models import Round, RoundStreet
from governance.rounds.progress import progress_by_street, sheets_of, together
from governance.rounds.reminders import remind
from governance.rounds.services import close, withdraw
from governance.rounds.views.common import TITLE, due_text, state_tag
from governance.web.policy import Needs
from governance.web.views import ActingPage, Button

ALL = "all"


@dataclass(frozen=True)
class StreetLine:
    """A street of the round with how far it is today."""

    row: RoundStreet
    progress: Progress
    is_late: bool
    can_remind: bool

    @property
    def tag(self) -> tuple[str, str]:
        return state_tag(self.row)

    @property
    def lamp(self) -> str:
        if not self.progress.left:
            return "green"
        return "amber" if self.progress.done * 2 >= self.progress.cells else "red"


class RoundPage(ActingPage):
    """GET shows the round; POST with `action` remind, close or withdraw works on it."""

    policy = Needs(Action.VIEW)
    model = Round
    template_name = "rounds/round.html"
    crumbs = ((TITLE, "rounds:list"),)

    def get_queryset(self) -> QuerySet[Round]:
        return Round.objects.select_related("division", "issued_by", "ended_by")

    def acts(self) -> dict[str, Callable[[HttpRequest], str]]:
        return {"remind": self._remind, "close": self._close, "withdraw": self._withdraw}

    def _remind(self, request: HttpRequest) -> str:
        chosen = request.POST.get("street", ALL)
        streets = None if chosen == ALL else [int(chosen) if chosen.isdecimal() else 0]
        return remind(user=visitor(request), asked=self.object, streets=streets, now=timezone.now()).text

    def _close(self, request: HttpRequest) -> str:
        close(user=visitor(request), asked=self.object)
        return "任务已结束，街道不再收到待办和催报。"

    def _withdraw(self, request: HttpRequest) -> str:
        self.form = WithdrawForm(request.POST)
        reason = self.form.data.get("reason", "")
        withdraw(user=visitor(request), asked=self.object, reason=reason)
        return "任务已撤回，街道不再收到待办和催报。"

    def get_buttons(self) -> list[Button]:
        if not self._may_steer():
            return []
        return [Button("修改期限和要求", "rounds:change", "edit", args=(self.object.pk,))]

    def _may_steer(self) -> bool:
        may = scope_of(self.request.user).may(Action.COLLECT, self.object.path)
        return may and self.object.is_open

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, on = self.object, today()
        duties = duties_of(asked)
        rows = RoundStreet.objects.filter(round=asked).select_related(
            "division", "confirmed_by", "returned_by"
        )
        streets = list(rows.order_by("path"))
        sent, length = {row.path for row in streets}, path_length(Level.STREET)
        cells = [each for each in cells_of_duties(asked, asked.path, on) if each.path[:length] in sent]
        lines = self._lines(streets, by_street(cells))
        whole = together(*(line.progress for line in lines))
        waits = [line for line in lines if not line.row.is_done]
        return super().get_context_data(
            asked=asked,
            state=state_tag(asked),
            due=due_text(asked, on),
            is_overdue=asked.is_open and on > asked.due_on,
            sheets=sheets_of(asked),
            duties=duties,
            duty_lines=duty_lines(duties, cells),
            has_events=has_events(duties),
            lines=lines,
            whole=whole,
            waits=len(waits),
            late=sum(1 for line in lines if line.is_late),
            may_steer=self._may_steer(),
            form=self.form,
            **kwargs,
        )

    def _lines(self, rows: Sequence[RoundStreet], duties: Mapping[str, Progress]) -> list[StreetLine]:
        """Whoever is waited for stands first."""
        asked, on = self.object, today()
        progress = progress_by_street(asked, on)
        lines = []
        for row in rows:
            row.round = asked
            can_remind = not row.is_done and row.division.closed_on is None
            done = together(progress.get(row.path, Progress()), duties.get(row.path, Progress()))
            lines.append(StreetLine(row, done, row.is_late(on), can_remind))
        return sorted(lines, key=lambda line: line.row.is_done)
