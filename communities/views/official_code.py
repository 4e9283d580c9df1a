"""登记正式代码: the official code of a community that was founded with a code of the portal's own."""

from django import forms
from django.urls import reverse

from communities.founding import give_code
from communities.views.common import CommunityFormPage
from communities.views.founding import clean_community_code
from governance.accounts.roles import Action
from governance.policies.views.common import division_crumbs
from governance.web.policy import Needs
from governance.web.views import Crumb


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


class OfficialCodePage(CommunityFormPage):
    policy = Needs(Action.ADD)
    form_class = OfficialCodeForm
    title = "登记正式代码"
    submit_label = "登记"

    def find(self) -> None:
        super().find()
        self.intro = (
            f"“{self.division.name}”现用系统自编代码 {self.division.code}。登记后改用正式代码，"
            "台账、问题、办理事项和历史记录都不变；填有自编代码的工作簿仍可导入。"
        )

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "登记正式代码")

    def perform(self, form: forms.Form) -> str:
        division = give_code(
            user=self.request.user,  # type: ignore[arg-type]
            division=self.division,
            code=form.cleaned_data["code"],
            basis=form.cleaned_data["basis"],
        )
        self.success_message = f"“{division.name}”的代码已改为 {division.code}。"
        return reverse("communities:detail", args=[division.code])
