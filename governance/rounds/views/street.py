"""One round at one street: what is unfilled and where to fill it, 填报完成, and 退回 by the bureau."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from governance.accounts.actors import with_actors
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.visitor import visitor
from governance.audit.models import Event
from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.records.completeness.cells import Cell, optional_url
from governance.records.completeness.states import State
from governance.rounds.duties import cells_of_duties, duties_of, duty_lines, has_events
from governance.rounds.filling import confirm, give_back, may_confirm
from governance.rounds.forms import RemarkForm, ReturnForm
from governance.rounds.models import RoundStreet
from governance.rounds.nil_reports import report_nil, take_back_nil
from governance.rounds.progress import matrix_of, progress_in, sheets_of, together
from governance.rounds.reminders import remind
from governance.rounds.views.common import TITLE, due_text, state_tag
from governance.web.policy import Needs
from governance.web.views import ActingPage, Crumb

_MOST_EVENTS = 50
_MOST_MISSING = 40
"""Subjects named for one ledger; the others are counted."""


def fill_url(cell: Cell, division: Division) -> str:
    """Where an unfilled registry is filled: the form of a new row, or what the community's own row lacks."""
    if cell.state == State.MISSING and not cell.sheet.is_per_community:
        return optional_url("records:add", cell.sheet.slug, query=f"?area={division.code}") or cell.url
    return reverse("completeness:community", args=[division.code])


def _number(text: str) -> int:
    """The id that a form sends; 0, which nothing has, for anything else."""
    return int(text) if text.isdecimal() else 0


class StreetPage(ActingPage):
    """GET shows the street; POST with `action` confirm, return, remind, nil, take-back-nil works on it."""

    policy = Needs(Action.VIEW)
    model = RoundStreet
    template_name = "rounds/street.html"

    def get_queryset(self) -> QuerySet[RoundStreet]:
        return RoundStreet.objects.select_related(
            "division", "round__division", "round__issued_by", "confirmed_by", "returned_by"
        )

    def acts(self) -> dict[str, Callable[[HttpRequest], str]]:
        return {
            "confirm": self._confirm,
            "return": self._return,
            "remind": self._remind,
            "nil": self._report_nil,
            "take-back-nil": self._take_back_nil,
        }

    def _confirm(self, request: HttpRequest) -> str:
        self.form = RemarkForm(request.POST)
        remark = self.form.data.get("remark", "")
        confirm(user=visitor(request), row=self.object, remark=remark, today=today())
        return f"已提交填报完成，{self.object.round.division.name}可以看到。"

    def _return(self, request: HttpRequest) -> str:
        self.form = ReturnForm(request.POST)
        give_back(user=visitor(request), row=self.object, reason=self.form.data.get("reason", ""))
        return f"已退回{self.object.division.name}，街道在待办里看到退回原因。"

    def _remind(self, request: HttpRequest) -> str:
        reminded = remind(
            user=visitor(request), asked=self.object.round, streets=[self.object.pk], now=timezone.now()
        )
        return reminded.text

    def _report_nil(self, request: HttpRequest) -> str:
        count = report_nil(
            user=visitor(request),
            row=self.object,
            duty=request.POST.get("duty", ""),
            divisions=[_number(each) for each in request.POST.getlist("subject")],
            on=today(),
        )
        return f"已报零报告 {count} 个，{self.object.round.division.name}可以看到。" if count else ""

    def _take_back_nil(self, request: HttpRequest) -> str:
        is_new = take_back_nil(
            user=visitor(request),
            row=self.object,
            duty=request.POST.get("duty", ""),
            division=_number(request.POST.get("subject", "")),
            on=today(),
        )
        return "已撤回零报告，请录入记录，或重新报零报告。" if is_new else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, on, user = self.object, today(), visitor(self.request)
        asked, scope = row.round, scope_of(user)
        may_add = scope.may(Action.ADD, row.path)
        matrix = matrix_of(row, on)
        lines = []
        for division, cells in matrix:
            left = progress_in(cells).left
            shown = [
                (cell, fill_url(cell, division) if may_add and cell.state in _TODO else cell.url)
                for cell in cells
            ]
            lines.append((division, shown, left))
        by_sheet = [
            (sheet, sum(1 for _, cells in matrix if cells[place].state in _TODO))
            for place, sheet in enumerate(sheets_of(asked))
        ]
        duties = duty_lines(duties_of(asked), cells_of_duties(asked, row.path, on))
        registries = progress_in([cell for _, cells in matrix for cell in cells])
        events = Event.objects.filter(object_type=RoundStreet._meta.label_lower, object_id=str(row.pk))
        steers = scope.may(Action.COLLECT, asked.path) and asked.is_open
        answers = self._waits and may_confirm(user, row)
        return super().get_context_data(
            row=row,
            asked=asked,
            state=state_tag(row) if asked.is_open or row.is_done else state_tag(asked),
            due=due_text(asked, on) if not row.is_done else "",
            is_late=row.is_late(on),
            lines=lines,
            by_sheet=by_sheet,
            progress=together(registries, *(line.progress for line in duties)),
            registries=registries,
            duties=duties,
            most=_MOST_MISSING,
            may_add=may_add,
            has_events=has_events(line.duty for line in duties),
            may_report_nil=answers,
            confirm_form=self._form(RemarkForm) if answers else None,
            return_form=self._form(ReturnForm) if steers and row.is_done else None,
            may_remind=steers and self._waits,
            sees_round=scope.may(Action.VIEW, asked.path),
            events=list(with_actors(events).order_by("-pk")[:_MOST_EVENTS]),
            form=self.form,
            **kwargs,
        )

    @property
    def _waits(self) -> bool:
        row = self.object
        return row.round.is_open and not row.is_done and row.division.closed_on is None

    def _form(self, form_class: type[Any]) -> Any:
        return self.form if isinstance(self.form, form_class) else form_class()

    def get_title(self) -> str:
        return f"{self.object.round.title}　{self.object.division.name}"

    def get_breadcrumb(self) -> list[Crumb]:
        first, last = super().get_breadcrumb()
        upper = [(TITLE, reverse("rounds:list"))]
        asked = self.object.round
        if scope_of(self.request.user).may(Action.VIEW, asked.path):
            upper.append((asked.title, asked.get_absolute_url()))
            last = (self.object.division.name, "")
        return [first, *upper, last]


_TODO = (State.MISSING, State.PARTIAL)
