"""新建填报任务, and the correction of one that is open."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, require
from governance.accounts.visitor import visitor
from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.records import once
from governance.rounds.duties import offered_duties
from governance.rounds.forms import IssueForm, RequestForm
from governance.rounds.models import Round
from governance.rounds.progress import issuers, offered_sheets, streets_below
from governance.rounds.services import change, issue, next_since
from governance.rounds.views.common import TITLE
from governance.web.policy import Needs
from governance.web.views import Crumb, FormPage


class IssuePage(FormPage):
    """The form for one bureau, `?area=` where the user works for several."""

    policy = Needs(Action.COLLECT)
    form_class = IssueForm
    title = "新建填报任务"
    crumbs = ((TITLE, "rounds:list"),)
    submit_label = "下发"
    success_message = ""
    cancel_url_name = "rounds:list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rows = list(permitted(issuers(), visitor(request), Action.COLLECT))
        code = request.GET.get("area", "")
        if code:
            rows = [row for row in rows if row.code == code]
            if not rows:
                raise Http404
        if len(rows) != 1:
            # Also a POST: without a bureau there is nothing to send.
            context = {**super().get_context_data(form=None), "rows": rows}
            return self.response_class(request, ["rounds/choose.html"], context)
        self.division: Division = rows[0]
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "offered": offered_sheets(),
            "duties": offered_duties(self.division.path, today()),
            "rows": list(streets_below(self.division)),
        }

    def get_initial(self) -> dict[str, Any]:
        return {"since": next_since(self.division, today())}

    def perform(self, form: Form) -> str:
        form = cast(IssueForm, form)
        data, user = form.cleaned_data, visitor(self.request)
        token = once.clean_token(data["token"])
        try:
            made = issue(
                user=user,
                division=self.division,
                request=form.asked,
                sheets=data["sheets"],
                duties=data.get("duties", ()),
                since=data.get("since"),
                until=data.get("until"),
                streets=data["streets"],
                today=today(),
                token=token,
            )
        except once.AlreadySubmitted:
            kept = once.find_saved(user, token, Round)
            return kept.get_absolute_url() if kept is not None else reverse("rounds:list")
        count = len(data["streets"])
        text = f"已下发“{made.title}”给 {count} 个街道，期限 {made.due_on:%Y-%m-%d}。"
        messages.success(self.request, text)
        return made.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        intro = f"由{self.division.name}下发。街道在“待办事项”里看到，填好后提交“填报完成”。"
        return {**context, "intro": intro}


class ChangePage(FormPage):
    """Title, day and note of an open round."""

    policy = Needs(Action.COLLECT)
    form_class = RequestForm
    title = "修改填报任务"
    success_message = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rows = permitted(Round.objects.select_related("division"), visitor(request))
        self.object: Round = get_object_or_404(rows, pk=kwargs["pk"])
        require(request.user, Action.COLLECT, self.object.path)
        if not self.object.is_open:
            messages.warning(request, f"这项任务{self.object.get_state_display()}，不能再修改。")
            return HttpResponseRedirect(self.object.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.object, name) for name in ("title", "due_on", "note")}

    def perform(self, form: Form) -> str:
        form = cast(RequestForm, form)
        if change(user=visitor(self.request), asked=self.object, request=form.asked, today=today()):
            messages.success(self.request, "已保存，街道看到的是修改后的要求和期限。")
        else:
            messages.info(self.request, "没有改动。")
        return self.object.get_absolute_url()

    def get_cancel_url(self) -> str:
        return self.object.get_absolute_url()

    def get_breadcrumb(self) -> list[Crumb]:
        first, last = super().get_breadcrumb()
        upper = [(TITLE, reverse("rounds:list")), (self.object.title, self.object.get_absolute_url())]
        return [first, *upper, last]
