"""The signed-in user of a request: who acts, how long a session lasts, and the forced change of password."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone

from governance.accounts import options
from governance.accounts.held import note_owner, owner_of, sign_in_page
from governance.accounts.lasting import is_by_script, is_poll
from governance.accounts.passwords import is_expired
from governance.accounts.scope import home_path, scope_of
from governance.accounts.sessions import SEEN_AT, SIGNED_IN_AT, end_session, note_activity
from governance.audit.context import acting
from governance.audit.models import EventKind
from governance.audit.services import record

NOT_SIGNED_IN = "（未登录）"
PASSWORD_ROUTES = frozenset({"accounts:login", "accounts:logout", "accounts:password", "accounts:keep_alive"})
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
            response = self.get_response(request)
            note_owner(request, response)
            return response

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
        query = {"ended": reason}
        if request.method == "GET":
            query["next"] = request.get_full_path()
        again = HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query)}")
        if is_by_script(request):
            # The session stays as it is, ended but known, so that a form sent afterwards finds its user.
            return again
        user_id = request.user.pk
        record(EventKind.LOGOUT, obj=request.user, reason=_REASONS[reason])
        end_session(request)
        return sign_in_page(request, user_id, _REASONS[reason]) or again

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Note the activity; somebody whose password is issued or too old gets only the page to change it."""
        user = request.user
        if not user.is_authenticated:
            return None
        if not _is_poll(view) and not is_poll(request):
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


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's default deny; a form sent by nobody asks to sign in without losing what was typed."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if not is_by_script(request):
            held = sign_in_page(request, owner_of(request), _REASONS[ENDED])
            if held is not None:
                return held
        return super().handle_no_permission(request, view_func)


def _is_poll(view: Callable[..., HttpResponse]) -> bool:
    return bool(
        getattr(view, "is_poll", False) or getattr(getattr(view, "view_class", None), "is_poll", False)
    )
