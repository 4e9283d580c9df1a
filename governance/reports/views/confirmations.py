"""确认本街道数据: which streets have confirmed, and the page where a lead looks, confirms or withdraws."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.visitor import visitor
from governance.audit.models import Event
from governance.console.units import units_of
from governance.console.views.division import find_division
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.divisions.paths import under
from governance.policies.models import Finding
from governance.policies.outcomes import Severity
from governance.records.completeness.home import tallies_of
from governance.records.completeness.states import TODO, counted_sheets
from governance.records.completeness.tally import summed
from governance.records.completeness.views import list_url
from governance.reports.confirming import confirm_data, withdraw
from governance.reports.current import current_period
from governance.reports.models import DataConfirmation, Period
from governance.web.areas import AreaFilterForm
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.todo import days_text
from governance.web.views import Crumb, ListPage, TemplatePage

TITLE = "数据确认"


def _standing(code: str) -> QuerySet[DataConfirmation]:
    return DataConfirmation.objects.filter(withdrawn_at=None, period__code=code)


class ConfirmationFilter(AreaFilterForm):
    name = forms.CharField(label="名称", max_length=30)
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), ("confirmed", "已确认"), ("open", "未确认")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lookups = {**self.lookups, "name": "name__contains", "state": _by_state}


def _by_state(streets: QuerySet[Any], state: str) -> QuerySet[Any]:
    words = Exists(_standing(current_period(today()).code).filter(path=OuterRef("path")))
    return streets.filter(words if state == "confirmed" else ~words)


def _word(row: Any) -> tuple[str, str]:
    return ("已确认", "green") if row.word else ("未确认", "grey")


class ConfirmationList(ListPage):
    """The streets of the user's scope and whether their data of the current period are confirmed."""

    policy = Needs(Action.VIEW)
    title = TITLE
    empty_title = "辖区内没有街道（乡镇）"
    columns = (
        Column("街道（乡镇）", "name", url=lambda row: _page_url(row), strong=True),
        Column("所属", "parent.name"),
        Column("状态", _word, kind="tag"),
        Column("确认人", lambda row: row.word.confirmed_by if row.word else ""),
        Column("确认时间", lambda row: row.word.confirmed_at if row.word else None, kind="moment"),
        Column("说明", lambda row: row.word.note if row.word else "", wrap=True),
    )

    @cached_property
    def period(self) -> Period:
        return current_period(today())

    def get_filter_form(self) -> ConfirmationFilter:
        return ConfirmationFilter(self.request.GET, user=self.request.user)

    def get_queryset(self) -> QuerySet[Any]:
        return Division.objects.current().filter(level=Level.STREET).select_related("parent")

    def get_page(self, queryset: QuerySet[Any]) -> Any:
        page = super().get_page(queryset)
        words = _standing(self.period.code).filter(path__in=[row.path for row in page.rows])
        by_path = {word.path: word for word in words.select_related("confirmed_by")}
        for row in page.rows:
            row.word = by_path.get(row.path)
        return page

    def get_title(self) -> str:
        return f"{self.period.label} {TITLE}"


def _page_url(street: Division) -> str:
    return reverse("reports:confirmation", args=[street.code])


class ConfirmForm(forms.Form):
    note = forms.CharField(label="说明", max_length=200, required=False)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="撤回原因", max_length=200, error_messages={"required": "请填写撤回原因。"}
    )


class ConfirmationPage(TemplatePage):
    """One street: what is complete, what is wrong, who confirmed; POST confirms or withdraws."""

    policy = Needs(Action.VIEW)
    template_name = "reports/confirmation.html"
    form: forms.Form | None = None

    def find(self, code: str) -> Division:
        division = find_division(self.request.user, code)
        if division.level != Level.STREET:
            raise Http404
        return division

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        division = find_division(request.user, kwargs["code"])
        if division.level < Level.STREET:
            return HttpResponseRedirect(f"{reverse('reports:confirmations')}?area={division.code}")
        if division.level != Level.STREET:
            raise Http404
        self.division = division
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.division = self.find(kwargs["code"])
        takes_back = "withdraw" in request.POST
        form = WithdrawForm(request.POST) if takes_back else ConfirmForm(request.POST)
        user, on = visitor(request), today()
        try:
            # The service asks for the right first, so that a wrong role is told that and nothing else.
            if takes_back:
                reason = form.cleaned_data["reason"] if form.is_valid() else ""
                withdraw(user=user, division=self.division, reason=reason, today=on)
                messages.success(request, "已撤回确认，修改后请重新确认。")
            elif form.is_valid():
                confirm_data(user=user, division=self.division, today=on, note=form.cleaned_data["note"])
                messages.success(request, f"已确认{self.division.name}本期数据。")
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, text)
            self.form = form
            return self.render_to_response(self.get_context_data(**kwargs), status=422)
        return HttpResponseRedirect(_page_url(self.division))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        division, on = self.division, today()
        period = current_period(on)
        word = _standing(period.code).filter(division=division).select_related("confirmed_by").first()
        past = DataConfirmation.objects.filter(division=division).select_related(
            "period", "confirmed_by", "withdrawn_by"
        )
        whole = summed(list(tallies_of(self.request, units_of([division])).values()))
        findings = Finding.objects.filter(under(division.path), resolved_on=None)
        labels = [sheet.label for sheet in counted_sheets()]
        since = Event.objects.filter(under(division.path), object_type__in=labels)
        severe = findings.filter(severity=Severity.RED).count()
        return super().get_context_data(
            division=division,
            period=period,
            cut_off=days_text((period.cut_off - on).days) if not period.is_cut_off(on) else "已截止",
            is_cut_off=period.is_cut_off(on),
            has_begun=period.has_begun(on),
            word=word,
            changed=since.filter(at__gt=word.confirmed_at).count() if word else 0,
            past=list(past.order_by("-pk")[:10]),
            whole=whole,
            rows=[
                (
                    sheet,
                    whole.done(sheet.slug),
                    whole.todo(sheet.slug),
                    list_url(area=division, sheet=sheet.slug, state=TODO),
                )
                for sheet in counted_sheets()
            ],
            severe=severe,
            severe_url=f"{reverse('policies:findings')}?area={division.code}&severity={Severity.RED.value}",
            may_confirm=scope_of(self.request.user).may(Action.CONFIRM_DATA, division.path),
            form=self.form,
            now=timezone.now(),
            **kwargs,
        )

    def get_title(self) -> str:
        return f"{self.division.name} {TITLE}"

    def get_breadcrumb(self) -> list[Crumb]:
        first, last = super().get_breadcrumb()
        return [first, (TITLE, reverse("reports:confirmations")), last]
