"""登记新设社区: a community that is younger than the shipped codes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from communities.founding import found_community
from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.divisions.codes import fold_code
from governance.divisions.models import Division, Level
from governance.records import once
from governance.records.places import place_field
from governance.web.forms import DateField
from governance.web.policy import Needs
from governance.web.views import FormPage


def clean_community_code(text: str) -> str:
    """A code of a community as typed: full-width digits and blanks folded, 12 digits or empty."""
    code = fold_code(text)
    if code and not (code.isascii() and code.isdigit() and len(code) == 12):
        raise ValidationError(f"社区代码应为 12 位数字，现在有 {len(code)} 位，请核对。")
    return code


class FoundingForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(
        label="社区名称",
        max_length=60,
        help_text="登记名称，如“莲湖路社区”",
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "请填写社区名称。"},
    )
    code = forms.CharField(
        label="社区代码",
        required=False,
        help_text="12 位统计用区划代码；还没有的留空，系统编一个自编代码",
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric", "data-fold": ""}),
    )
    opened_on = DateField(label="设立日期", error_messages={"required": "请填写设立日期。"})
    basis = forms.CharField(
        label="批准文号",
        max_length=200,
        help_text="批准设立的文件文号，记入修改痕迹",
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "请填写批准设立的文件文号。"},
    )
    field_order = ("street", "name", "code", "opened_on", "basis")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.wide_fields = ("basis",)
        self.fields["street"] = place_field(user, Level.STREET, label="街道（乡镇）", digits=9)
        token = forms.CharField(required=False, widget=forms.HiddenInput, initial=once.new_token())
        self.fields[once.FIELD] = token
        self.order_fields(self.field_order)

    def clean_street(self) -> Division:
        """Foreign and unknown codes get the same answer."""
        code = self.cleaned_data["street"]
        if not code:
            raise ValidationError("请选择街道（乡镇）。")
        mine = permitted(Division.objects.current().filter(level=Level.STREET), self.user, Action.ADD)
        street = mine.filter(code=code).first()
        if street is None:
            raise ValidationError("没有找到这个街道（乡镇），请重新选择。")
        return street

    def clean_code(self) -> str:
        return clean_community_code(self.cleaned_data["code"])


class FoundingPage(FormPage):
    """Clerk, lead and county register it; a change of existing communities is a case of its own."""

    policy = Needs(Action.ADD)
    form_class = FoundingForm
    title = "登记新设社区"
    submit_label = "登记"
    crumbs = (("社区", "communities:list"),)
    cancel_url_name = "communities:list"
    intro = (
        "用于系统代码库中还没有的社区。登记后即可录入和导入该社区的数据；"
        + "拆分、合并在“社区调整”办理，更名、撤销不在此办理。"
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def perform(self, form: forms.Form) -> str:
        data = form.cleaned_data
        community = found_community(
            user=self.request.user,  # type: ignore[arg-type]
            street=data["street"],
            name=data["name"],
            code=data["code"],
            opened_on=data["opened_on"],
            basis=data["basis"],
            token=once.clean_token(data[once.FIELD]),
        )
        division = community.division
        self.success_message = f"已登记“{division.name}”（{division.code}），请补充基本信息。"
        return reverse("records:change", args=["communities", community.pk])
