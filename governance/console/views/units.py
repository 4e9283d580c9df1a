"""单位: offices that users belong to and reports are written by."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from governance.accounts import units
from governance.accounts.models import Unit
from governance.accounts.roles import Action
from governance.accounts.visitor import visitor
from governance.console.filters import units_of
from governance.console.unit_forms import UnitForm
from governance.console.user_forms import ReasonForm
from governance.divisions.paths import under
from governance.web.areas import AreaField
from governance.web.columns import Column
from governance.web.filters import FilterForm
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import Button, Crumb, FormPage, ListPage


def find_unit(request: HttpRequest, pk: int) -> Unit:
    """A unit inside the administrator's divisions; any other is 404."""
    unit = units_of(request.user, Action.MANAGE_ACCOUNTS).select_related("division").filter(pk=pk).first()
    if unit is None:
        raise Http404
    return unit


class UnitFilter(FilterForm):
    """Area, name, state."""

    name = forms.CharField(label="单位名称", max_length=60)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), ("open", "在用"), ("closed", "已停用")])

    def __init__(self, data: Any, *, user: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        area = AreaField(user=user, chosen=data.get("area", ""), action=Action.MANAGE_ACCOUNTS)
        if area.is_useful:
            self.fields["area"] = area
        self.lookups = {  # type: ignore[misc]
            "name": "name__icontains",
            "state": lambda rows, state: rows.filter(closed_on__isnull=state == "open"),
            "area": lambda rows, division: rows.filter(under(division.path, "division__path")),
        }


def _state(unit: Unit) -> tuple[str, str]:
    return ("已停用", "grey") if unit.closed_on else ("在用", "green")


class UnitsPage(ListPage):
    policy = Needs(Action.MANAGE_ACCOUNTS)
    title = "单位管理"
    path_field = None
    empty_title = "还没有单位"
    empty_hint = "请先新建单位，再为单位的工作人员新建用户。"
    buttons = (Button("新建单位", "console:unit_add", "plus", primary=True),)
    columns = (
        Column(
            "单位名称", "name", url=lambda unit: reverse("console:unit_change", args=[unit.pk]), strong=True
        ),
        Column("行政区划", "division.name"),
        Column("发文机关标志", "letterhead", wrap=True),
        Column("发文字号前缀", "document_prefix"),
        Column("在用用户", "users_in_use", kind="number"),
        Column("状态", _state, kind="tag"),
    )

    def get_queryset(self) -> QuerySet[Unit]:
        in_use = Count("user", filter=Q(user__is_active=True))
        return (
            units_of(self.request.user, Action.MANAGE_ACCOUNTS)
            .select_related("division")
            .annotate(users_in_use=in_use)
        )

    def get_filter_form(self) -> FilterForm:
        return UnitFilter(self.request.GET, user=self.request.user)

    def row_actions(self, unit: Unit) -> Sequence[Crumb]:
        users = ("用户", f"{reverse('console:users')}?unit={unit.pk}")
        if unit.closed_on:
            return [users]
        return [users, ("停用", reverse("console:unit_close", args=[unit.pk]))]


class AddUnitPage(FormPage):
    policy = Needs(Action.MANAGE_ACCOUNTS)
    title = "新建单位"
    form_class = UnitForm
    crumbs = (("单位管理", "console:units"),)
    cancel_url_name = "console:units"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def perform(self, form: Form) -> str:
        unit = units.create_unit(**form.cleaned_data, by=visitor(self.request))
        self.success_message = f"已新建单位“{unit.name}”。"
        return reverse("console:units")


class UnitStep(FormPage):
    """A form about one unit; a foreign one is 404."""

    policy = Needs(Action.MANAGE_ACCOUNTS)
    crumbs = (("单位管理", "console:units"),)
    cancel_url_name = "console:units"
    step: str = ""
    unit: Unit

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.unit = find_unit(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"{self.step}：{self.unit.name}"


class ChangeUnitPage(UnitStep):
    template_name = "console/unit.html"
    step = "修改单位"
    form_class = UnitForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user, "unit": self.unit}

    def get_initial(self) -> dict[str, Any]:
        unit = self.unit
        return {
            "name": unit.name,
            "division": f"{unit.division.name}（{unit.division.code}）",
            "letterhead": unit.letterhead,
            "document_prefix": unit.document_prefix,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(unit=self.unit, **kwargs)

    def perform(self, form: Form) -> str:
        changed = units.change_unit(unit=self.unit, **form.cleaned_data, by=visitor(self.request))
        self.success_message = "已保存。" if changed else "没有改动。"
        return reverse("console:units")


class CloseUnitPage(UnitStep):
    step = "停用单位"
    form_class = ReasonForm
    submit_label = "停用"
    intro = (
        "停用后不能再为它新建用户，也不再作为报告的发文机关；已有记录不变。单位里还有在用的用户时不能停用。"
    )

    def perform(self, form: Form) -> str:
        units.close_unit(unit=self.unit, reason=form.cleaned_data["reason"], by=visitor(self.request))
        self.success_message = f"已停用单位“{self.unit.name}”。"
        return reverse("console:units")


class ReopenUnitView(PolicyMixin, View):
    policy = Needs(Action.MANAGE_ACCOUNTS)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        unit = find_unit(request, pk)
        units.reopen_unit(unit=unit, by=visitor(request))
        messages.success(request, f"单位“{unit.name}”已重新启用。")
        return redirect("console:units")
