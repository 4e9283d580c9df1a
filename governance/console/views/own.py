"""我的账号: what a user may know of and do to the own account."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import View

from governance.accounts import options, services
from governance.accounts.scope import scope_of
from governance.accounts.sessions import still_open
from governance.accounts.visitor import visitor
from governance.audit.models import Event, EventKind
from governance.console.event_texts import brief
from governance.web.policy import AUTHENTICATED, PolicyMixin
from governance.web.views import TemplatePage

_SHOWN = 15
_KINDS = (EventKind.LOGIN, EventKind.LOGIN_FAILED, EventKind.LOGOUT, EventKind.PASSWORD, EventKind.UNLOCK)


class OwnAccountPage(TemplatePage):
    policy = AUTHENTICATED
    template_name = "console/own_account.html"
    title = "我的账号"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = visitor(self.request), timezone.now()
        # About the own account, whoever did it: administrators reset passwords and end sessions, too.
        about = Event.objects.filter(object_type="accounts.user", object_id=str(user.pk))
        events = about.filter(kind__in=_KINDS).order_by("-pk")[:_SHOWN]
        age = (now - user.password_changed_at).days
        return super().get_context_data(
            account=user,
            grants=scope_of(user).grants,
            sessions=user.sessions.filter(still_open(now)).order_by("-seen_at"),
            current=self.request.session.session_key,
            events=[(event, brief(event)) for event in events],
            days_left=max(0, options.value("password_max_age_days") - age),
            **kwargs,
        )


class EndOthersView(PolicyMixin, View):
    """End every session of one's own but this one."""

    policy = AUTHENTICATED
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        ended = services.end_other_sessions(user=visitor(request), session_key=request.session.session_key)
        if ended:
            messages.success(request, f"已结束其他 {ended} 个登录。如不是您本人登录的，请立即修改密码。")
        else:
            messages.info(request, "没有其他登录，未作改变。")
        return redirect("accounts:own")
