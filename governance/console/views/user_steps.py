"""What is done to one user: opened, corrected, closed, reopened, unlocked, given a new password."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from governance.accounts import services
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.visitor import visitor
from governance.console import people
from governance.console.slips import slip
from governance.console.user_forms import ChangeUserForm, NewUserForm, ReasonForm
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import Crumb, FormPage


class UserStep(FormPage):
    """A form about one user of the administrator's divisions; anybody else's is 404."""

    action: Action = Action.MANAGE_ACCOUNTS
    step: str = ""
    account: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.account = people.find_user(request, kwargs["pk"], self.action)
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"{self.step}：{self.account.display_name}（{self.account.username}）"

    def get_breadcrumb(self) -> list[Crumb]:
        return [
            ("工作台", reverse("console:home")),
            ("用户管理", reverse("console:users")),
            (self.account.display_name, self.get_cancel_url()),
            (self.step, ""),
        ]

    def get_cancel_url(self) -> str:
        return reverse("console:user", args=[self.account.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(account=self.account, **kwargs)


class AddUserPage(FormPage):
    """A new account; the answer shows the issued password once, as a slip to print."""

    policy = Needs(Action.MANAGE_ACCOUNTS)
    title = "新建用户"
    template_name = "console/user_add.html"
    form_class = NewUserForm
    crumbs = (("用户管理", "console:users"),)
    cancel_url_name = "console:users"
    submit_label = "建立并签发初始密码"
    intro = "建立后显示一次初始密码，可打印账号通知单交给本人。角色和数据范围由安全管理员另行授予。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: Form) -> HttpResponse:
        data = form.cleaned_data
        try:
            account, issued = services.create_user(
                username=data["username"],
                display_name=data["display_name"],
                unit=data["unit"],
                by=visitor(self.request),
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        assert issued is not None
        return slip(
            self.request,
            account,
            issued,
            title=f"已建立用户 {account.display_name}（{account.username}）",
            breadcrumb=self.get_breadcrumb(),
            notes=["账号还没有角色，请通知安全管理员授权。", "本次操作已记入审计日志。"],
        )


class ChangeUserPage(UserStep):
    policy = Needs(Action.MANAGE_ACCOUNTS)
    step = "修改资料"
    form_class = ChangeUserForm
    intro = "用户名不能修改。调到其他单位不改变角色和数据范围，需要时请通知安全管理员调整授权。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user, "account": self.account}

    def get_initial(self) -> dict[str, Any]:
        return {"display_name": self.account.display_name, "unit": self.account.unit_id}

    def perform(self, form: Form) -> str:
        data = form.cleaned_data
        services.change_user(
            user=self.account, display_name=data["display_name"], unit=data["unit"], by=visitor(self.request)
        )
        return self.get_cancel_url()


class DeactivatePage(UserStep):
    policy = Needs(Action.MANAGE_ACCOUNTS)
    step = "停用账号"
    form_class = ReasonForm
    submit_label = "停用"
    intro = "停用后该用户立即退出登录，不能再登录；已有记录和日志保留，今后可以重新启用。"

    def perform(self, form: Form) -> str:
        services.deactivate(user=self.account, reason=form.cleaned_data["reason"], by=visitor(self.request))
        self.success_message = f"已停用 {self.account}（{self.account.username}）。"
        return self.get_cancel_url()


class ReactivatePage(UserStep):
    policy = Needs(Action.MANAGE_ACCOUNTS)
    step = "重新启用"
    form_class = ReasonForm
    submit_label = "启用"
    intro = "启用后原有角色和数据范围仍然有效，请先与安全管理员核对。密码不变，过期的须在登录时修改。"

    def perform(self, form: Form) -> str:
        services.reactivate(user=self.account, reason=form.cleaned_data["reason"], by=visitor(self.request))
        self.success_message = f"已重新启用 {self.account}（{self.account.username}）。"
        return self.get_cancel_url()


class UnlockView(PolicyMixin, View):
    http_method_names = ["post"]
    policy = Needs(Action.UNLOCK)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = people.find_user(request, pk, Action.UNLOCK)
        services.unlock(user=user, by=visitor(request))
        messages.success(request, f"已解除 {user}（{user.username}）的锁定，可以立即登录。")
        return redirect("console:user", pk=user.pk)


class IssuePasswordView(PolicyMixin, View):
    """Shows the issued password once, in the answer itself: it is stored nowhere, not even in the session."""

    policy = Needs(Action.MANAGE_GRANTS)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks first: a click beside the right line must not lock somebody out."""
        account = people.find_user(request, pk, Action.MANAGE_GRANTS)
        context = {"account": account, "breadcrumb": _password_breadcrumb(account)}
        return render(request, "console/confirm_password.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = people.find_user(request, pk, Action.MANAGE_GRANTS)
        issued = services.issue_new_password(user=account, by=visitor(request))
        return slip(
            request,
            account,
            issued,
            title=f"已重置 {account.display_name}（{account.username}）的密码",
            breadcrumb=_password_breadcrumb(account),
            notes=["该用户的其他登录已全部退出，账号锁定已解除。", "本次操作已记入审计日志。"],
        )


def _password_breadcrumb(account: User) -> list[Crumb]:
    return [
        ("工作台", reverse("console:home")),
        ("用户管理", reverse("console:users")),
        (account.display_name, reverse("console:user", args=[account.pk])),
        ("重置密码", ""),
    ]
