"""The workbook of record types: empty to be filled in, or with what is there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.exchange.exporting import Choice, ExportRefused, make_workbook
from governance.exchange.views.common import file_response
from governance.ledgers.catalogue import Ledger
from governance.ledgers.sheets import ledger_sheets
from governance.ledgers.subjects import used_in
from governance.web.policy import Needs
from governance.web.views import FormPage

MOST_SHEETS = 30
"""More sheets than this make a workbook that nobody finds his way in."""


class TemplateForm(forms.Form):
    """Which record types, and whether with their entries."""

    sheets = forms.MultipleChoiceField(
        label="台账",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少勾选一本台账。"},
    )
    content = forms.ChoiceField(
        label="内容",
        choices=[("template", "空白模板"), ("filled", "已填好现有记录")],
        widget=forms.RadioSelect,
        initial="template",
    )
    one_column = True

    def __init__(self, *args: Any, some: list[Ledger], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for ledger in some:
            groups.setdefault(ledger.document.title, []).append((ledger.slug, ledger.sheet_name))
        self.fields["sheets"].choices = list(groups.items())  # type: ignore[attr-defined]

    def clean_sheets(self) -> list[str]:
        slugs = self.cleaned_data["sheets"]
        if len(slugs) > MOST_SHEETS:
            raise forms.ValidationError(f"一次最多 {MOST_SHEETS} 本台账，请分几次下载。")
        return slugs


class TemplatePage(FormPage):
    policy = Needs(Action.IMPORT)
    title = "下载专项台账工作簿"
    crumbs = (("专项台账", "ledgers:index"),)
    intro = "勾选要填的台账，下载后在 WPS 或 Excel 中填写，再到“台账工作簿”上传检查。"
    submit_label = "下载"
    cancel_url_name = "ledgers:index"

    def get_form(self, form_class: Any = None) -> TemplateForm:
        some = used_in(scope_of(self.request.user).paths(Action.IMPORT))
        return TemplateForm(some=some, **self.get_form_kwargs())

    def get_initial(self) -> dict[str, Any]:
        return {"content": "template", "sheets": self.request.GET.getlist("ledger")}

    def form_valid(self, form: Any) -> HttpResponse:
        names = tuple(ledger_sheets()[slug].name for slug in form.cleaned_data["sheets"])
        choice = Choice(names, is_template=form.cleaned_data["content"] == "template")
        scope = scope_of(self.request.user)
        division = next(each for each in scope.divisions if scope.may(Action.IMPORT, each.path))
        user: Any = self.request.user
        try:
            made = make_workbook(division, user, choice)
        except ExportRefused as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        day = timezone.localdate()
        return file_response(made.content, f"{division.name}专项台账_{day:%Y%m%d}.xlsx")
