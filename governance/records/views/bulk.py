"""What is done with the rows ticked on a list: ended, voided, or taken as a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, require, scope_of
from governance.accounts.visitor import visitor
from governance.records import bulk, services
from governance.records.lookup import list_url
from governance.records.tables import state_on
from governance.records.views.ending import END_PHRASES, VOID_PHRASES, EndForm, ReasonForm
from governance.records.views.export import ExportPage, picked
from governance.records.views.listing import BULK, find_table, rows_of
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.views import Crumb, FormPage

_INTRO = {
    "end": "自填写的日期起不再计入在册，历史记录保留。全部成功才保存，有一条不能办理就一条都不改。",
    "void": "只用于误录、重复录入的记录：作废后不再参加任何统计，可以逐条恢复。全部成功才保存。",
}


class BulkPage(FormPage):
    """Shows the rows, asks for day and reason, and does it to all of them or to none."""

    policy = Needs(Action.VIEW)
    template_name = "records/bulk.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.table = find_table(kwargs["slug"])
        self.verb = request.POST.get("bulk", "")
        self.back = self._back(request)
        if request.method != "POST":
            return HttpResponseRedirect(self.back)
        if self.verb not in BULK or (self.table.sheet.is_per_community and self.verb != "export"):
            raise Http404
        self.picked = picked(request)
        if not self.picked:
            messages.error(request, "请先在表格左侧勾选记录，再点下面的按钮。")
            return HttpResponseRedirect(self.back)
        if self.verb == "export":
            return ExportPage.as_view()(request, slug=self.table.slug)
        return super().dispatch(request, *args, **kwargs)

    def _back(self, request: HttpRequest) -> str:
        """The list as it was, if that is what the form says."""
        url = list_url(self.table.sheet)
        back = request.POST.get("back", "")
        is_ours = back.partition("?")[0] == url and url_has_allowed_host_and_scheme(back, None)
        return back if is_ours else url

    def find_rows(self) -> list[Any]:
        """The ticked rows the user may see; others are as missing."""
        rows = permitted(rows_of(self.table), self.request.user, self.table.action)
        return list(rows.filter(pk__in=self.picked).order_by("path", "pk"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.rows = self.find_rows()
        self.refused: list[tuple[Any, str]] = []
        if not self.rows:
            raise Http404
        scope = scope_of(request.user)
        if not any(scope.may(Action.CHANGE, row.path) for row in self.rows):
            require(request.user, Action.CHANGE, self.rows[0].path)
        if "confirm" not in request.POST:
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        return EndForm if self.verb == "end" else ReasonForm

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if "confirm" not in self.request.POST:
            given = {name: value for name, value in given.items() if name not in ("data", "files")}
        word = services.end_word(self.table.sheet)
        given["phrases"] = END_PHRASES.get(word, ()) if self.verb == "end" else VOID_PHRASES
        if self.verb == "end":
            given |= {
                "label": self.table.sheet.end,
                "initial": {"on": timezone.localdate().isoformat()},
            }
        return given

    def get_title(self) -> str:
        return f"{BULK[self.verb]}{self.table.label}"

    @property
    def intro(self) -> str:  # type: ignore[override]
        return _INTRO[self.verb]

    @property
    def submit_label(self) -> str:  # type: ignore[override]
        word = services.end_word(self.table.sheet) if self.verb == "end" else "作废"
        return f"确认{word} {len(self.rows)} {self.table.unit}"

    def get_cancel_url(self) -> str:
        return self.back

    def get_breadcrumb(self) -> list[Crumb]:
        home = reverse("console:home")
        return [("工作台", home), (self.table.label, self.back), (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        columns = [
            Column(self.table.sheet.place_word, "division.name"),
            *self.table.columns_for(scope_of(self.request.user), today)[:6],
            Column("状态", lambda row: (state_on(row, today) or "在册", "grey"), kind="tag"),
        ]
        why = {row.pk: reason for row, reason in self.refused}
        return super().get_context_data(
            table=self.table,
            verb=self.verb,
            picked=self.picked,
            back=self.back,
            columns=columns,
            rows=[(row, [column.cell(row) for column in columns], why.get(row.pk, "")) for row in self.rows],
            refused=self.refused,
            danger=self.verb == "void",
            **kwargs,
        )

    def form_valid(self, form: forms.Form) -> HttpResponse:
        given: dict[str, Any] = {
            "user": visitor(self.request),
            "sheet": self.table.sheet,
            "rows": self.rows,
            "reason": form.cleaned_data["reason"],
        }
        try:
            if self.verb == "end":
                done = bulk.end_rows(on=form.cleaned_data["on"], **given)
            else:
                done = bulk.void_rows(**given)
        except bulk.RowsRefused as error:
            self.refused = error.refused
            form.add_error(None, f"有 {len(error.refused)} 条不能办理，全部没有保存；原因见下表。")
            return self.form_invalid(form)
        except forms.ValidationError as error:
            form.add_error("reason" if hasattr(error, "error_dict") else None, error.messages)
            return self.form_invalid(form)
        what = f"{done} {self.table.unit}"
        said = f"已作废 {what}。"
        if self.verb == "end":
            said = services.ended_text(self.table.sheet, what, form.cleaned_data["on"])
        messages.success(self.request, said)
        return HttpResponseRedirect(self.back)
