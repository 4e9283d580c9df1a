"""Routes for the tests of the web layer: its generic pages on real models, and pages of each policy."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.generic import View

from governance.accounts.roles import Action
from governance.divisions.models import Division, Level
from governance.web.columns import Column, Section
from governance.web.filters import FilterForm
from governance.web.forms import DateField
from governance.web.policy import AUTHENTICATED, PUBLIC, Needs, policy_required
from governance.web.views import Button, DetailPage, FormPage, ListPage


@policy_required(PUBLIC)
def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("public")


@policy_required(AUTHENTICATED)
def home(request: HttpRequest) -> HttpResponse:
    messages.success(request, "已保存。")
    return render(request, "base.html")


@policy_required(Needs(Action.READ_AUDIT))
class AuditOnly(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("audit")


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("never shown")


@policy_required(PUBLIC)
def fail(request: HttpRequest, kind: str) -> HttpResponse:
    errors: dict[str, Exception] = {
        "denied": PermissionDenied("只有街道负责人可以确认数据。"),
        "bad": SuspiciousOperation("bad"),
    }
    raise errors.get(kind, RuntimeError("boom"))


class DivisionFilter(FilterForm):
    name = forms.CharField(label="名称")
    level = forms.TypedChoiceField(label="级别", choices=[("", "全部"), *Level.choices], coerce=int)
    opened = DateField(label="设立日期起")
    lookups = {"name": "name__contains", "opened": "opened_on__gte"}


class DivisionList(ListPage):
    policy = Needs(Action.VIEW)
    title = "行政区划"
    model = Division
    page_size = 5
    filter_form_class = DivisionFilter
    buttons = (Button("新增", "form", "plus", primary=True, action=Action.ADD),)
    columns = (
        Column("名称", "name", url=lambda row: f"/detail/{row.code}/", strong=True, sort="name"),
        Column("级别", "get_level_display", kind="tag"),
        Column("面积", lambda row: 60000, kind="area"),
        Column("结果", lambda row: ("not_met", "amber"), kind="lamp"),
        Column("设立日期", "opened_on", kind="date"),
    )

    def row_actions(self, row: Division) -> list[tuple[str, str]]:
        return [("查看", f"/detail/{row.code}/")]


class DivisionDetail(DetailPage):
    policy = Needs(Action.VIEW)
    model = Division
    lookup = {"code": "code"}
    crumbs = (("行政区划", "list"),)
    sections = (
        Section("基本信息", (Column("名称", "name"), Column("上级", "parent.name"), Column("代码", "code"))),
    )


class SampleForm(forms.Form):
    name = forms.CharField(label="名称", max_length=10)
    opened = DateField(label="设立日期", help_text="可只填八位数字")
    kind = forms.ChoiceField(label="区域类型", choices=[("a", "城市"), ("b", "农村")])
    works = forms.MultipleChoiceField(
        label="职业资格",
        choices=[("1", "助理社工师"), ("2", "社工师")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="备注", widget=forms.Textarea({"rows": 2}), required=False)


class SamplePage(FormPage):
    policy = Needs(Action.VIEW)
    title = "登记表"
    form_class = SampleForm
    cancel_url_name = "list"

    def perform(self, form: forms.Form) -> str:
        if form.cleaned_data["name"] == "重名":
            raise ValidationError({"name": "已有同名记录。", "other": "整体有误。"})
        return "/list/"


def _page(name: str) -> Any:
    return path(f"{name}/", home, name=name)


urlpatterns = [
    path("", include(([path("", home, name="home")], "console"))),
    path(
        "",
        include(([_page(name) for name in ("login", "logout", "password", "keep_alive", "own")], "accounts")),
    ),
    path("", include("governance.web.urls")),
    path("public/", public),
    path("audit/", AuditOnly.as_view(), name="audit"),
    path("forgotten/", forgotten),
    path("fail/<str:kind>/", fail),
    path("list/", DivisionList.as_view(), name="list"),
    path("detail/<str:code>/", DivisionDetail.as_view()),
    path("form/", SamplePage.as_view(), name="form"),
]

handler400 = "governance.web.errors.bad_request"
handler403 = "governance.web.errors.permission_denied"
handler404 = "governance.web.errors.not_found"
handler500 = "governance.web.errors.server_error"
