"""A case: its page, its file on paper, and its papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.visitor import visitor
from governance.divisions.clock import today
from governance.policies.models import PolicyDocument
from governance.records.once import FIELD, AlreadySubmitted, clean_token, new_token
from governance.records.views.attachments import GivenFileView
from governance.web.policy import Needs
from governance.web.views import ActingPage, Button, Crumb, DetailPage
from governance.workflows.catalogue import kinds, procedure_of
from governance.workflows.engine import Outdated, may_withdraw, withdraw
from governance.workflows.models import LIVE_STEPS, Case, CaseStep, StepState
from governance.workflows.reminders import may_urge, urge
from governance.workflows.views.lines import StepLine, bar, event_lines, step_lines
from governance.workflows.views.listing import TITLE, state_tag


def revision_of(request: HttpRequest) -> int:
    """The revision that the page was made from."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


class CaseMixin:
    """What the page and the paper of a case share."""

    object: Any
    request: HttpRequest

    def get_queryset(self) -> QuerySet[Case]:
        return Case.objects.select_related("division", "procedure", "opened_by", "result")

    def get_breadcrumb(self) -> list[Crumb]:
        return [
            ("工作台", reverse("console:home")),
            (TITLE, reverse("workflows:list")),
            (str(self.object), ""),
        ]

    def shown(self) -> dict[str, Any]:
        case: Case = self.object
        user: User = visitor(self.request)
        procedure = procedure_of(case)
        lines = step_lines(case, procedure, user, today())
        kind = kinds().get(case.slug)
        document = (
            PolicyDocument.objects.filter(key=kind.document.id).only("key", "title", "number").first()
            if kind
            else None
        )
        return {
            "case": case,
            "procedure": procedure,
            "document": document,
            "state": state_tag(case),
            "lines": lines,
            "live": [line for line in lines if line.row.is_live],
            "bar": bar(lines),
            "events": event_lines(case, procedure),
        }


class CasePage(CaseMixin, ActingPage):
    """GET shows where a case stands; POST with `action` urge or withdraw works on it."""

    policy = Needs(Action.VIEW)
    model = Case
    template_name = "workflows/case.html"

    def acts(self) -> dict[str, Callable[[HttpRequest], str]]:
        return {"urge": self._urge, "withdraw": self._withdraw}

    def _urge(self, request: HttpRequest) -> str:
        user = visitor(request)
        row = urge(user=user, case=self.object, key=request.POST.get("step", ""), now=timezone.now())
        title = procedure_of(self.object).step(row.key).title
        return f"已催办“{title}”，承办人在待办里看到。"

    def _withdraw(self, request: HttpRequest) -> str:
        kind = kinds().get(self.object.slug)
        opener = kind.opener if kind else Action.OPEN_CASE
        try:
            withdraw(
                user=visitor(request),
                case=self.object,
                opener=opener,
                reason=request.POST.get("reason", ""),
                revision=revision_of(request),
                token=clean_token(request.POST.get(FIELD, "")),
            )
        except AlreadySubmitted:
            return ""
        except Outdated as error:
            raise ValidationError(str(error)) from error
        return "已撤回。"

    def get_buttons(self) -> list[Button]:
        return [Button("办理档案", "workflows:file", "printer", args=(self.object.pk,))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case, user = self.object, visitor(self.request)
        kind = kinds().get(case.slug)
        opener = kind.opener if kind else Action.OPEN_CASE
        may_end = case.is_open and case.result_id is None and may_withdraw(user, case, opener)
        return super().get_context_data(
            **self.shown(),
            may_withdraw=may_end,
            may_urge=case.is_open and may_urge(user, case),
            token=new_token(),
            **kwargs,
        )


class FilePage(CaseMixin, DetailPage):
    """The case file to print: every step with what was filled in, papers, opinions and the timeline."""

    policy = Needs(Action.VIEW)
    model = Case
    template_name = "workflows/file.html"

    def get_title(self) -> str:
        return f"{self.object}：办理档案"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = self.shown()
        waiting = [line for line in shown["lines"] if not line.is_begun and self._is_told(line)]
        return super().get_context_data(**shown, waiting=waiting, **kwargs)

    @staticmethod
    def _is_told(line: StepLine) -> bool:
        """Of steps without anything filled in: those to come, and those that were left out with a reason."""
        state = StepState(line.row.state)
        if state == StepState.SKIPPED:
            return line.step.optional
        return state in LIVE_STEPS or not line.step.side


class PaperView(GivenFileView):
    """A paper of a step."""

    owner = CaseStep
