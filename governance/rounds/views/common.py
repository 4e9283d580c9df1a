"""What the pages of rounds share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from governance.accounts.scope import permitted
from governance.rounds.models import Round, RoundState, RoundStreet, StreetState
from governance.web.todo import days_text
from governance.web.views import DetailPage

TITLE = "填报任务"
COLOURS = {
    RoundState.OPEN: "blue",
    RoundState.CLOSED: "grey",
    RoundState.WITHDRAWN: "grey",
    StreetState.CONFIRMED: "green",
    StreetState.RETURNED: "amber",
}
"""Colour of the tag of each state; `open` is blue for rounds and for streets."""


def state_tag(row: Round | RoundStreet) -> tuple[str, str]:
    return row.get_state_display(), COLOURS[row.state]  # type: ignore[index]


def due_text(asked: Round, today: date) -> str:
    """还有 3 天, 今天到期, 已超期 2 天; empty for a round that has ended."""
    return days_text(asked.days_left(today))


def rounds_shown(user: Any) -> QuerySet[Round]:
    """Rounds of the bureaus in a user's divisions, and those that were sent to a street of his."""
    own = permitted(Round.objects.all(), user)
    streets = permitted(RoundStreet.objects.all(), user).order_by().values("round")
    return own | Round.objects.filter(pk__in=streets)


class ActingPage(DetailPage):
    """A page whose POST does one of several things, named by `action`."""

    form: forms.Form | None = None

    def acts(self) -> dict[str, Callable[[HttpRequest], str]]:
        """What can be done by name; each gives the message to show, empty for none."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        act = self.acts().get(request.POST.get("action", ""))
        if act is None:
            return HttpResponseRedirect(self.object.get_absolute_url())
        try:
            text = act(request)
        except ValidationError as error:
            self._show(error)
            self.object = self.get_object()
            return self.render_to_response(self.get_context_data(**kwargs), status=422)
        if text:
            messages.success(request, text)
        return HttpResponseRedirect(self.object.get_absolute_url())

    def _show(self, error: ValidationError) -> None:
        """At the field it is about, where the action has a form; else above the page."""
        if self.form is None:
            for text in error.messages:
                messages.error(self.request, text)
        elif self.form.is_valid():
            self.form.add_error(None, error)
