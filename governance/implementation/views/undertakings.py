"""进展和督办: the list of what is under way, one undertaking with its whole story, and its evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.visitor import visitor
from governance.divisions.clock import today
from governance.implementation import assigning, progress, urging
from governance.implementation.catalogue import state_tag
from governance.implementation.forms import TextForm, text_form
from governance.implementation.models import Entry, State, Undertaking
from governance.implementation.todo import CONDITIONS, conditions_of
from governance.implementation.views.common import area_url, measure_page
from governance.records.views.attachments import GivenFileView
from governance.web.areas import AreaFilterForm
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.todo import days_text
from governance.web.views import Crumb, DetailPage, ListPage


def urged_tag(row: Undertaking) -> tuple[str, str] | None:
    if not row.is_urged:
        return None
    left = row.urged_days_left(today())
    colour = "red" if left is not None and left < 0 else "amber"
    return f"{row.get_level_display()}{'，已回复' if row.is_answered else ''}", colour


class UndertakingFilter(AreaFilterForm):
    show = forms.ChoiceField(
        label="显示", choices=[("", "全部"), *((key, label) for key, label in CONDITIONS)]
    )
    text = forms.CharField(label="措施", max_length=20)
    unit_name = forms.CharField(label="单位", max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = kwargs["user"]
        self.lookups = {  # type: ignore[misc]
            **self.lookups,
            "show": lambda rows, key: rows.filter(conditions_of(user, today())[key]),
            "text": lambda rows, text: (
                rows.filter(measure__code__istartswith=text) | rows.filter(measure__title__contains=text)
            ),
            "unit_name": "unit_name__contains",
        }


class UndertakingsPage(ListPage):
    policy = Needs(Action.VIEW)
    title = "进展和督办"
    crumbs = (("政策落实", "implementation:home"),)
    filter_form_class = UndertakingFilter
    by_number = True
    columns = (
        Column("措施", lambda row: row.measure.title, url=lambda row: row.get_absolute_url(), strong=True),
        Column("编号", "measure.code"),
        Column("单位", "answerable"),
        Column("区划", "division.name"),
        Column("进展", state_tag, "tag"),
        Column("报送时间", lambda row: row.latest.at if row.latest else None, "moment"),
        Column("督办", urged_tag, "tag"),
        Column("督办期限", "urged_due_on", "date"),
        Column("剩余", lambda row: days_text(row.urged_days_left(today()))),
    )
    empty_title = "还没有报送的进展和督办"
    empty_hint = "在措施页面点“报送进展”或“督办”，记录列在这里。"

    def get_filter_form(self) -> UndertakingFilter:
        return UndertakingFilter(self.request.GET, user=self.request.user)

    def get_queryset(self) -> QuerySet[Undertaking]:
        return Undertaking.objects.select_related("division", "measure", "latest").order_by(
            "-latest__pk", "path", "pk"
        )


_DONE = {
    "accept": "已认可。",
    "return": "已退回。",
    "answer": "已回复。",
    "close": "督办已办结。",
    "release": "已取消本地分工。",
}


class UndertakingPage(DetailPage):
    """GET shows it; POST with `action` accept, return, answer, close or release works on it."""

    policy = Needs(Action.VIEW)
    model = Undertaking
    template_name = "implementation/undertaking.html"
    form: TextForm | None = None

    def get_queryset(self) -> QuerySet[Undertaking]:
        return Undertaking.objects.select_related("division", "measure__document", "latest")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        action = request.POST.get("action", "")
        if action not in _DONE:
            raise Http404
        form = TextForm(request.POST, prefix=action)
        if form.is_valid():
            try:
                is_new = self._perform(action, form.cleaned_data["text"], form.cleaned_data["key"])
            except ValidationError as error:
                form.add_error("text" if hasattr(error, "error_dict") else None, error.messages)
            else:
                if is_new:
                    messages.success(request, _DONE[action])
                return HttpResponseRedirect(self.object.get_absolute_url())
        self.form = form
        return self.render_to_response(self.get_context_data(**kwargs), status=422)

    def _perform(self, action: str, text: str, key: str) -> bool:
        given: dict[str, Any] = {"user": visitor(self.request), "undertaking": self.object, "key": key}
        if action in {"accept", "return"}:
            number = self.request.POST.get("report", "")
            report_id = int(number[:18]) if number.isascii() and number.isdigit() else 0
            accept = action == "accept"
            return progress.decide(report_id=report_id, accept=accept, remark=text, **given)
        verbs: dict[str, Callable[..., bool]] = {
            "answer": urging.answer,
            "close": urging.close,
            "release": assigning.release,
        }
        return verbs[action](text=text, **given)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = cast(Undertaking, self.object), visitor(self.request)
        entries = Entry.objects.filter(undertaking=row).select_related("of").order_by("-pk")
        left = row.urged_days_left(today())
        return super().get_context_data(
            row=row,
            measure=row.measure,
            tag=state_tag(row),
            urged=urged_tag(row),
            left_text=days_text(left),
            entries=list(entries),
            measure_url=measure_page(row.measure, row.division),
            form=self.form,
            forms=self._forms(row, user),
            report_url=self._report_url(row, user),
            urge_url=self._urge_url(row, user),
            **kwargs,
        )

    def _forms(self, row: Undertaking, user: User) -> list[tuple[str, str, TextForm]]:
        """(action, button, form) of what this user may do now."""
        scope = scope_of(user)
        reviews = scope.may(Action.REVIEW_CASE, row.path)
        offered: list[tuple[str, str, str, str]] = []
        if row.state == State.WAITING and reviews and row.latest and row.latest.author_id != user.pk:
            offered.append(("accept", "认可", "审核意见（可不填）", ""))
            offered.append(("return", "退回", "退回意见", "写明哪里不够、要补什么；原来填写的内容都会保留。"))
        if row.is_urged and urging.may_answer(user, row) and not (reviews and not row.unit_name):
            offered.append(("answer", "回复", "回复督办", ""))
        if row.is_urged and reviews:
            offered.append(("close", "办结", "办结意见（可不填）", ""))
        if row.role and scope.may(Action.DRAFT_POLICY, row.path):
            offered.append(("release", "取消本地分工", "说明（可不填）", ""))
        return [
            (
                action,
                button,
                self.form
                if self.form is not None and self.form.prefix == action
                else text_form(label, help_text, prefix=action),
            )
            for action, button, label, help_text in offered
        ]

    def _report_url(self, row: Undertaking, user: User) -> str:
        scope = scope_of(user)
        if row.unit_name:
            mine = scope.may(Action.REVIEW_CASE, row.path) or urging.may_answer(user, row)
            mine = mine and (
                scope.may(Action.REVIEW_CASE, row.path) or scope.may(Action.REPORT_OWN_MEASURES, row.path)
            )
        else:
            mine = scope.may(Action.CHANGE, row.path)
        if not mine:
            return ""
        return area_url("implementation:report", row.division, row.measure.code, unit=row.unit_name)

    def _urge_url(self, row: Undertaking, user: User) -> str:
        if not scope_of(user).may(Action.REVIEW_CASE, row.path):
            return ""
        return area_url("implementation:urge", row.division, row.measure.code, unit=row.unit_name)

    def get_title(self) -> str:
        return f"{self.object.measure.title}：{self.object.answerable}"

    def get_breadcrumb(self) -> Sequence[Crumb]:  # type: ignore[override]
        row = self.object
        return [
            ("工作台", reverse("console:home")),
            ("政策落实", area_url("implementation:home", row.division)),
            (row.measure.code, measure_page(row.measure, row.division)),
            (row.answerable, ""),
        ]


class EvidenceView(GivenFileView):
    """A file of evidence."""

    owner = Undertaking
