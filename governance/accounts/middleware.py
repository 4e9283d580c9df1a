"""The signed-in user of a request: who acts, how long a session lasts, and the forced change of password."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils import timezone

from governance.accounts import options
from governance.accounts.passwords import is_expired
from governance.accounts.scope import home_path, scope_of
from governance.accounts.sessions import SEEN_AT, SIGNED_IN_AT, end_session, note_activity
from governance.audit.context import acting
from governance.audit.models import EventKind
from governance.audit.services import record

NOT_SIGNED_IN = "（未登录）"
PASSWORD_ROUTES = frozenset({"accounts:login", "accounts:logout", "accounts:password"})
"""What is left to somebody who must change the password first."""
_SEEN_EVERY = 60
"""Seconds between two notes of activity: a session row per click would make every reader a writer."""

IDLE, ABSOLUTE, ENDED = "idle", "absolute", "ended"
_REASONS = {IDLE: "长时间未操作", ABSOLUTE: "登录时间已满", ENDED: "会话已失效"}


def client_address(request: HttpRequest) -> str:
    """Address of the visitor; behind our own proxy the one that it appended, never one the client sent."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY else ""
    return (forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", ""))[:45]


class AccountMiddleware:
    """One place for what holds on every request of a user.

    A view with `is_poll = True` (progress bars) does not count as activity and lets the session go idle.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        who: dict[str, Any] = {
            "username": NOT_SIGNED_IN,
            "user_id": None,
            "role": "",
            "path": "",
            "address": client_address(request),
            "request_id": getattr(request, "request_id", ""),
        }
        user = request.user
        if user.is_authenticated:
            who |= {
                "username": user.username,
                "user_id": user.pk,
                "role": scope_of(user).label[:120],
                "path": home_path(user),
            }
        with acting(**who):
            ended = self._why_ended(request)
            if ended:
                return self._sign_in_again(request, ended)
            return self.get_response(request)

    @staticmethod
    def _why_ended(request: HttpRequest) -> str:
        """Why the session is over, empty while it lasts."""
        if not request.user.is_authenticated:
            return ""
        now = time.time()
        session = request.session
        if SIGNED_IN_AT not in session or SEEN_AT not in session:
            return ENDED
        if now - session[SIGNED_IN_AT] >= options.value("session_absolute_hours") * 3600:
            return ABSOLUTE
        return IDLE if now - session[SEEN_AT] >= options.value("session_idle_minutes") * 60 else ""

    @staticmethod
    def _sign_in_again(request: HttpRequest, reason: str) -> HttpResponse:
        record(EventKind.LOGOUT, obj=request.user, reason=_REASONS[reason])
        end_session(request)
        query = {"ended": reason}
        if request.method == "GET":
            query["next"] = request.get_full_path()
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query)}")

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Note the activity; somebody whose password is issued or too old gets only the page to change it."""
        user = request.user
        if not user.is_authenticated:
            return None
        if not _is_poll(view):
            now = int(time.time())
            if now - request.session[SEEN_AT] >= _SEEN_EVERY:
                request.session[SEEN_AT] = now
                note_activity(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in PASSWORD_ROUTES:
            return None
        if user.must_change_password or is_expired(user.password_changed_at, timezone.now()):
            return redirect("accounts:password")
        return None


def _is_poll(view: Callable[..., HttpResponse]) -> bool:
    return bool(
        getattr(view, "is_poll", False) or getattr(getattr(view, "view_class", None), "is_poll", False)
    )
