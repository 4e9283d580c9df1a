"""Adopting a draft document: local values for all its standards, drafted at once."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.policies.adoption import adopt
from governance.policies.models import PolicyDocument
from governance.policies.value_forms import AdoptForm, divisions_for
from governance.web.areas import MOST_OPTIONS
from governance.web.policy import Needs
from governance.web.views import Crumb, FormPage


class AdoptPage(FormPage):
    policy = Needs(Action.DRAFT_POLICY)
    form_class = AdoptForm
    submit_label = "草拟"
    success_message = ""
    intro = "为本文件的每项标准草拟一个地方标准值，数值照原文；负责人核准后，从生效日期起在该区划按标准判定。"
    document: PolicyDocument

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = PolicyDocument.objects.select_related("jurisdiction")
        self.document = get_object_or_404(rows, key=kwargs["key"])
        self.places = list(divisions_for(cast(User, request.user), self.document)[:MOST_OPTIONS])
        if self.document.binds or not self.places:
            text = (
                "这个文件现行有效，不必采用。"
                if self.document.binds
                else f"这个文件适用于{self.document.jurisdiction.name}，不在您负责的区划内。"
            )
            messages.warning(request, text)
            return HttpResponseRedirect(self.document.get_absolute_url())
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "places": self.places}

    def get_cancel_url(self) -> str:
        return self.document.get_absolute_url()

    def perform(self, form: Any) -> str:
        division = form.places[form.cleaned_data["division"]]
        count = adopt(
            by=cast(User, self.request.user),
            document=self.document,
            division=division,
            citation=form.citation,
            key=form.cleaned_data["key"],
        )
        if count:
            messages.success(self.request, f"已草拟 {count} 项地方标准值，待负责人核准生效。")
        else:
            messages.info(self.request, "没有新的标准可草拟：都已草拟或生效，或在这一天没有标准值。")
        return f"{reverse('policies:values')}?state=draft"

    def get_title(self) -> str:
        return f"采用《{self.document.title}》"

    def get_breadcrumb(self) -> list[Crumb]:
        return [
            ("工作台", reverse("console:home")),
            ("政策文件", reverse("policies:documents")),
            (self.document.title, self.document.get_absolute_url()),
            ("采用", ""),
        ]
