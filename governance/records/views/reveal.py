"""The personal data of one record in full: asked for with a reason, shown once, kept nowhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.records import services
from governance.records.views.ending import REVEAL_PHRASES, ReasonForm, ReasonPage
from governance.web.policy import Needs


class RevealForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = "可从常用说法中选择，也可自行填写；与查看人、时间一起记入审计日志"
        self.fields["reason"].help_text = text


class RevealPage(ReasonPage):
    policy = Needs(Action.REVEAL)
    action = Action.REVEAL
    form_class = RevealForm
    submit_label = "查看完整信息"
    phrases = REVEAL_PHRASES
    intro = "身份证号、出生日期和手机号平时隐藏。请写明查看原因，每次查看都会留下记录。"

    def find(self) -> None:
        super().find()
        if not services.is_personal(self.sheet):
            raise Http404

    def get_title(self) -> str:
        return "查看完整个人信息"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            shown = services.reveal(
                user=self.request.user,  # type: ignore[arg-type]
                sheet=self.sheet,
                row=self.row,
                reason=form.cleaned_data["reason"],
            )
        except ValidationError as error:
            form.add_error("reason", error.messages)
            return self.form_invalid(form)
        context = self.get_context_data(form=form, shown=shown, at=timezone.now())
        response = self.response_class(self.request, ["records/revealed.html"], context)
        response["Cache-Control"] = "no-store"
        return response
