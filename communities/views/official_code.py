"""登记正式代码: the official code of a community that was founded with a code of the portal's own."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from communities.founding import give_code
from communities.views.founding import clean_community_code
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.console.views.division import find_division
from governance.divisions.models import Level
from governance.policies.views.common import division_crumbs
from governance.web.policy import Needs
from governance.web.views import Crumb, FormPage


class OfficialCodeForm(forms.Form):
    use_required_attribute = False

    code = forms.CharField(
        label="正式代码",
        help_text="统计部门发布的 12 位区划代码",
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric", "data-fold": ""}),
        error_messages={"required": "请填写 12 位正式代码。"},
    )
    basis = forms.CharField(
        label="依据",
        max_length=200,
        help_text="公布代码的文件或版本，如“2026 年统计用区划代码”，记入修改痕迹",
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "请填写公布代码的文件或版本。"},
    )
    wide_fields = ("basis",)

    def clean_code(self) -> str:
        return clean_community_code(self.cleaned_data["code"])


class OfficialCodePage(FormPage):
    policy = Needs(Action.ADD)
    form_class = OfficialCodeForm
    title = "登记正式代码"
    submit_label = "登记"

    def _find(self) -> None:
        self.division = find_division(self.request.user, self.kwargs["code"])
        if self.division.level != Level.COMMUNITY:
            raise Http404
        require(self.request.user, Action.ADD, self.division.path)
        self.intro = (
            f"“{self.division.name}”现用系统自编代码 {self.division.code}。登记后改用正式代码，"
            "台账、问题、办理事项和历史记录都不变；填有自编代码的工作簿仍可导入。"
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find()
        return super().post(request, *args, **kwargs)

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "登记正式代码")

    def get_cancel_url(self) -> str:
        return reverse("communities:detail", args=[self.division.code])

    def perform(self, form: forms.Form) -> str:
        division = give_code(
            user=self.request.user,  # type: ignore[arg-type]
            division=self.division,
            code=form.cleaned_data["code"],
            basis=form.cleaned_data["basis"],
        )
        self.success_message = f"“{division.name}”的代码已改为 {division.code}。"
        return reverse("communities:detail", args=[division.code])
