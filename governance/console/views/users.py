"""Users of the security administrator's divisions: unlocking, and issuing a new password."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from governance.accounts.directory import manageable_users
from governance.accounts.lockout import locked_until
from governance.accounts.models import User
from governance.accounts.passwords import is_expired
from governance.accounts.roles import Action
from governance.accounts.services import issue_new_password, unlock
from governance.accounts.visitor import visitor
from governance.web.paging import numbered_page
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import TemplatePage

_BREADCRUMB = [("工作台", "/"), ("用户与权限", "/users/"), ("重置密码", "")]


class UsersPage(TemplatePage):
    policy = Needs(Action.MANAGE_GRANTS)
    template_name = "console/users.html"
    title = "用户与权限"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        users = manageable_users(visitor(self.request), Action.MANAGE_GRANTS)
        name = self.request.GET.get("name", "").strip()
        if name:
            users = users.filter(username__icontains=name) | users.filter(display_name__icontains=name)
        page = numbered_page(users.order_by("username"), self.request)
        locked = locked_until([user.username for user in page.rows], now)
        for user in page.rows:
            user.locked_until = locked.get(user.username)
            user.is_expired = is_expired(user.password_changed_at, now)
        return super().get_context_data(page=page, name=name, **kwargs)


class _UserVerb(PolicyMixin, View):
    """Something done to one user of the administrator's divisions; anybody else's is 404."""

    action: Action

    def find(self, pk: int) -> User:
        return get_object_or_404(manageable_users(visitor(self.request), self.action), pk=pk)


class UnlockView(_UserVerb):
    http_method_names = ["post"]
    policy = Needs(Action.UNLOCK)
    action = Action.UNLOCK

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.find(pk)
        unlock(user=user, by=visitor(request))
        messages.success(request, f"已解除 {user}（{user.username}）的锁定，可以立即登录。")
        return redirect("console:users")


class IssuePasswordView(_UserVerb):
    """Shows the issued password once, in the answer itself: it is stored nowhere, not even in the session."""

    policy = Needs(Action.MANAGE_GRANTS)
    action = Action.MANAGE_GRANTS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks first: a click beside the right line must not lock somebody out."""
        context = {"account": self.find(pk), "breadcrumb": _BREADCRUMB}
        return render(request, "console/confirm_password.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.find(pk)
        issued = issue_new_password(user=user, by=visitor(request))
        context = {"account": user, "issued": issued, "breadcrumb": _BREADCRUMB}
        return render(request, "console/issued_password.html", context)
