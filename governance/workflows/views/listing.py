"""The list of cases in its tabs, and choosing what to open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, Min, Prefetch, Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.visitor import visitor
from governance.divisions.clock import today
from governance.divisions.models import Division, UnknownCode
from governance.policies.models import PolicyDocument
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.todo import days_text
from governance.web.views import Button, Crumb, FormPage, ListPage, TemplatePage
from governance.workflows.catalogue import Kind, kinds, procedure_of
from governance.workflows.forms import CaseFilter, OpenForm
from governance.workflows.models import LIVE_STEPS, Case, CaseState, CaseStep
from governance.workflows.opening import open_case
from governance.workflows.waiting import Tab, cases_in

TITLE = "办理事项"
OPENING = (Action.OPEN_CASE, Action.REVIEW_CASE, Action.PROPOSE_CORRECTION, Action.REPORT_OWN_MEASURES)
COLOURS = {
    CaseState.OPEN: "blue",
    CaseState.DONE: "green",
    CaseState.REFUSED: "red",
    CaseState.WITHDRAWN: "grey",
}


def state_tag(case: Case) -> tuple[str, str]:
    return case.get_state_display(), COLOURS[CaseState(case.state)]


def _now(case: Any) -> str:
    procedure = procedure_of(case)
    return "、".join(procedure.step(row.key).title for row in case.live)


def _left(case: Any) -> Any:
    if case.due is None:
        return None
    days = (case.due - today()).days
    return days_text(days), "red" if days < 0 else "amber" if days <= 7 else "green"


def _opened(case: Any) -> Any:
    """Who and when, one below the other: two columns more would not fit on the screens of offices."""
    day = timezone.localdate(case.opened_at)
    return format_html('{}<br><small class="mute">{}</small>', case.opened_by, f"{day:%Y-%m-%d}")


class CaseList(ListPage):
    """`?tab=` waiting, done, opened, overdue or all; what is due first stands first."""

    policy = Needs(Action.VIEW)
    template_name = "workflows/list.html"
    title = TITLE
    filter_form_class = CaseFilter
    by_number = True
    empty_title = "没有这类办理事项"
    empty_hint = "需要办理的事项从“发起办理”开始；轮到您的步骤会列在“待办”里。"
    buttons = tuple(
        Button("发起办理", "workflows:choose", "plus", primary=True, action=action) for action in OPENING
    )
    columns = (
        Column("事项", "name", strong=True, wrap=True, url=lambda case: case.get_absolute_url()),
        Column("流程", lambda case: procedure_of(case).title),
        Column("单位", "division__name"),
        Column("当前步骤", _now, wrap=True),
        Column("期限", "due", kind="date"),
        Column("剩余", _left, kind="tag"),
        Column("状态", state_tag, kind="tag"),
        Column("发起", _opened),
    )

    @property
    def tab(self) -> Tab:
        asked = self.request.GET.get("tab", "")
        if asked in list(Tab):
            return Tab(asked)
        return Tab.ALL if self.request.GET.get("procedure") else Tab.WAITING

    def get_queryset(self) -> QuerySet[Case]:
        live = CaseStep.objects.filter(state__in=LIVE_STEPS).order_by("order")
        rows = cases_in(self.tab, self.request.user, today())
        due = Min("steps__due_on", filter=Q(steps__state__in=LIVE_STEPS))
        rows = rows.select_related("division", "procedure", "opened_by").annotate(due=due)
        rows = rows.order_by(F("due").asc(nulls_last=True), "-pk")
        return rows.prefetch_related(Prefetch("steps", live, to_attr="live"))

    def get_buttons(self) -> list[Button]:
        """One button, and only where a pack has a procedure that the user's role opens."""
        scope = scope_of(self.request.user)
        may_open = any(scope.may_anywhere(kind.opener) for kind in kinds().values())
        return super().get_buttons()[:1] if may_open else []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            tab=self.tab,
            tabs=[(tab.label, f"?{urlencode({'tab': tab.value})}", tab == self.tab) for tab in Tab],
            **kwargs,
        )


def _kinds_for(user: Any) -> list[Kind]:
    """The procedures that a user may open somewhere where their document is valid."""
    scope = scope_of(user)
    rows = PolicyDocument.objects.select_related("jurisdiction").only("key", "jurisdiction__path")
    paths = {row.key: row.jurisdiction.path for row in rows}
    return [
        kind
        for kind in kinds().values()
        if kind.document.id in paths
        and any(
            own.startswith(paths[kind.document.id]) or paths[kind.document.id].startswith(own)
            for own in scope.paths(kind.opener)
        )
    ]


class ChoosePage(TemplatePage):
    """What can be opened here, by document."""

    policy = Needs(*OPENING)
    template_name = "workflows/choose.html"
    title = "发起办理"
    crumbs = ((TITLE, "workflows:list"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kinds=_kinds_for(self.request.user), **kwargs)


class OpenPage(FormPage):
    """Open a case: where it is and what it is called; then its first step."""

    policy = Needs(*OPENING)
    submit_label = "发起"
    success_message = "已发起，请办理第一步。"
    cancel_url_name = "workflows:choose"

    @property
    def kind(self) -> Kind:
        kind = kinds().get(self.kwargs["slug"])
        if kind is None:
            raise Http404
        return kind

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.kind not in _kinds_for(request.user):
            messages.info(request, f"“{self.kind.procedure.title}”不由您的单位发起，可以发起的列在下面。")
            return HttpResponseRedirect(reverse("workflows:choose"))
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"发起：{self.kind.procedure.title}"

    def get_breadcrumb(self) -> Sequence[Crumb]:  # type: ignore[override]
        return [
            ("工作台", reverse("console:home")),
            (TITLE, reverse("workflows:list")),
            ("发起办理", reverse("workflows:choose")),
            (self.get_title(), ""),
        ]

    def get_form(self, form_class: Any = None) -> Form:
        data = self.request.POST if self.request.method == "POST" else None
        return OpenForm(self.kind, self.request.user, data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.intro = self.kind.procedure.intro
        return super().get_context_data(**kwargs)

    def perform(self, form: Form) -> str:
        assert isinstance(form, OpenForm)
        if not form.cleaned_data["division"]:
            raise ValidationError({"division": f"请选择{form.fields['division'].label}。"})
        try:
            division = Division.objects.by_code(form.cleaned_data["division"])
        except UnknownCode as error:
            raise ValidationError({"division": str(error)}) from error
        case = open_case(
            user=visitor(self.request),
            kind=self.kind,
            division=division,
            name=form.cleaned_data["name"],
            token=form.token,
        )
        first = next(row for row in case.steps.order_by("order") if row.is_live)
        return reverse("workflows:step", args=[case.pk, first.key])
