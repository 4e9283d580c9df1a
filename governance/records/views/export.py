"""The file of what a list shows, or of the rows ticked on it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.accounts.visitor import visitor
from governance.exchange.exporting import ExportRefused
from governance.exchange.views.common import file_response
from governance.records.exporting import export_rows, may_reveal
from governance.records.filters import RecordFilter, filter_for
from governance.records.lookup import list_url
from governance.records.views.listing import conditions_query, find_table, rows_of
from governance.web.paging import COUNT_CAP, capped_count
from governance.web.policy import Needs
from governance.web.views import Crumb, FormPage

MOST_PICKED = 500
"""Rows ticked by hand: ten pages."""


def picked(request: HttpRequest) -> list[int]:
    """The rows ticked on a list; anything that is no number is left out."""
    texts = request.POST.getlist("pk")[:MOST_PICKED]
    return sorted({int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19})


class ExportForm(forms.Form):
    """Masked without a question; in full by right and with a reason."""

    reveal = forms.BooleanField(
        label="完整信息",
        required=False,
        help_text="含完整的身份证号、手机号和出生日期；须填写理由，文件带导出人和时间的水印，导出会记入审计日志",
    )
    reason = forms.CharField(
        label="理由", required=False, max_length=200, help_text="选择“完整信息”时必填，如“换届资格审查”"
    )
    one_column = True

    def __init__(self, *args: Any, may_reveal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_reveal:
            del self.fields["reveal"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reveal") and not (data.get("reason") or "").strip():
            self.add_error("reason", "导出完整信息必须填写理由。")
        return data


class ExportPage(FormPage):
    """Says what will be in the file; the answer to the form is the file. The address carries the filter.

    A list sends the rows ticked by POST without `download`: they are asked about in the same way.
    """

    policy = Needs(Action.VIEW)
    template_name = "records/export.html"
    form_class = ExportForm
    submit_label = "下载 Excel"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.table = find_table(kwargs["slug"])
        if not scope_of(request.user).may_anywhere(self.table.action):
            raise PermissionDenied("您的角色只看人数，不能导出个人信息。")
        self.picked = picked(request) if request.method == "POST" else []
        self.filter_form: RecordFilter = filter_for(self.table, request.GET, request.user)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "download" not in request.POST:
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if "download" not in self.request.POST:
            given = {name: value for name, value in given.items() if name not in ("data", "files")}
        return given | {"may_reveal": may_reveal(visitor(self.request), self.table.sheet)}

    def rows(self) -> Any:
        """The rows inside the user's scope: those ticked, whatever their state, or those of the filter."""
        rows = permitted(rows_of(self.table), self.request.user, self.table.action)
        return rows.filter(pk__in=self.picked) if self.picked else self.filter_form.apply(rows)

    def conditions(self) -> str:
        if self.picked:
            return "选中的记录"
        return "；".join(f"{label} {value}" for label, value in self.filter_form.conditions)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.rows()
        total = capped_count(rows)
        return super().get_context_data(
            table=self.table,
            total_text=f"超过 {COUNT_CAP:,}" if total > COUNT_CAP else f"{total:,}",
            is_empty=not total,
            conditions=self.conditions(),
            picked=self.picked,
            **kwargs,
        )

    def get_title(self) -> str:
        return f"导出{self.table.label}"

    def get_cancel_url(self) -> str:
        return f"{list_url(self.table.sheet)}{conditions_query(self.request)}"

    def get_breadcrumb(self) -> list[Crumb]:
        home = reverse("console:home")
        return [("工作台", home), (self.table.label, self.get_cancel_url()), (self.get_title(), "")]

    def form_valid(self, form: forms.Form) -> HttpResponse:
        data = form.cleaned_data
        rows = self.rows()
        try:
            made = export_rows(
                user=visitor(self.request),
                sheet=self.table.sheet,
                rows=rows,
                conditions=self.conditions(),
                reveal=bool(data.get("reveal")),
                reason=data.get("reason") or "",
            )
        except ExportRefused as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return file_response(made.content, f"{self.table.label}.xlsx")
