"""Signing in and out, and changing one's own password."""

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View
from django.views.generic import FormView

from governance.accounts import options
from governance.accounts.held import HELD, open_held
from governance.accounts.lasting import time_left
from governance.accounts.middleware import ABSOLUTE, ENDED, IDLE
from governance.accounts.passwords import is_expired
from governance.accounts.services import change_password
from governance.accounts.sessions import SEEN_AT, note_activity, renew_session
from governance.accounts.visitor import visitor
from governance.console.forms import ChangePasswordForm, SignInForm
from governance.web.policy import AUTHENTICATED, PUBLIC, PolicyMixin


def _why_ended(reason: str) -> str:
    """Why somebody is asked to sign in again, in words; empty for an unknown reason."""
    if reason == IDLE:
        minutes = options.value("session_idle_minutes")
        return f"您已超过 {minutes} 分钟未操作，为保护数据已自动退出，请重新登录。"
    if reason == ABSOLUTE:
        return f"本次登录已满 {options.value('session_absolute_hours')} 小时，请重新登录。"
    return "本次登录已结束，请重新登录。" if reason == ENDED else ""


class SignInPage(PolicyMixin, LoginView):
    policy = PUBLIC
    template_name = "console/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and request.user.is_authenticated and HELD in request.POST:
            return self._give_back() or super().dispatch(request, *args, **kwargs)  # signed in elsewhere
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        return self._give_back() or response

    def _give_back(self) -> HttpResponse | None:
        """The page with the form that was sent too late, for the user who sent it."""
        held = open_held(self.request.POST.get(HELD, ""))
        user = visitor(self.request)
        if held is None or user.must_change_password:
            return None
        if held.user_id != user.pk:
            messages.warning(self.request, "此前提交的内容属于另一位用户，已丢弃。")
            return None
        return render(self.request, "console/resume.html", {"form": held})

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        why = _why_ended(self.request.GET.get("ended", ""))
        held = self.request.POST.get(HELD, "")
        return super().get_context_data(why_ended=why, held=held, **kwargs)


class SignOutView(PolicyMixin, View):
    """POST only: a link must not be able to sign anybody out."""

    policy = AUTHENTICATED
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        return redirect("accounts:login")


class KeepAliveView(PolicyMixin, View):
    """How long the session still lasts. GET only asks; POST is the button 继续工作 and counts as activity.

    The token goes along because signing in again in another window makes those of open forms worthless.
    """

    policy = AUTHENTICATED
    is_poll = True

    def get(self, request: HttpRequest) -> JsonResponse:
        left = time_left(request.session)
        return JsonResponse(
            {
                "left": left.seconds,
                "fixed": left.is_fixed,
                "user": str(visitor(request).pk),
                "token": get_token(request),
            }
        )

    def post(self, request: HttpRequest) -> JsonResponse:
        request.session[SEEN_AT] = int(time.time())
        note_activity(request)
        return self.get(request)


class PasswordPage(PolicyMixin, FormView):
    """The only page, beside signing out, that is open while an issued password has not been changed."""

    policy = AUTHENTICATED
    template_name = "console/password.html"
    form_class = ChangePasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: Form) -> HttpResponse:
        user = visitor(self.request)
        session = self.request.session
        try:
            change_password(
                user=user, new_password=form.cleaned_data["new_password1"], session_key=session.session_key
            )
        except ValidationError as error:
            form.add_error("new_password1", error)
            return self.form_invalid(form)
        renew_session(self.request, user)
        messages.success(self.request, "密码已修改，其他地方的登录已退出。")
        return redirect(reverse("console:home"))

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = visitor(self.request)
        reason = ""
        if user.must_change_password:
            reason = "您正在使用签发的初始密码，请先改为只有您本人知道的密码。"
        elif is_expired(user.password_changed_at, timezone.now()):
            reason = f"密码已使用超过 {options.value('password_max_age_days')} 天，请先修改密码。"
        return super().get_context_data(reason=reason, **kwargs)
