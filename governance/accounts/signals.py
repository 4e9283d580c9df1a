"""Signing in and out: the session is remembered or ended, and an event is written."""

import time
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from governance.accounts.models import User
from governance.accounts.scope import home_path, scope_of
from governance.accounts.sessions import SEEN_AT, SIGNED_IN_AT, end_sessions, remember_session
from governance.audit.context import acting
from governance.audit.models import EventKind
from governance.audit.services import record

UNKNOWN_USER = "（未知用户）"
"""Stands in the log for a name no user has: people type their password into the wrong field."""


@receiver(user_logged_in)
def signed_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    now = int(time.time())
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = now
    remember_session(request, user)
    _record(EventKind.LOGIN, user)


@receiver(user_logged_out)
def signed_out(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is None:
        return
    end_sessions(user)
    _record(EventKind.LOGOUT, user)


@receiver(user_login_failed)
def sign_in_failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    user = User.objects.filter(username=credentials.get("username") or "").first()
    detail = {"locked": bool(getattr(request, "axes_locked_out", False))}
    _record(EventKind.LOGIN_FAILED, user, detail=detail)


def _record(kind: EventKind, user: User | None, **fields: Any) -> None:
    if user is None:
        with acting(username=UNKNOWN_USER, user_id=None, role="", path=""):
            record(kind, **fields)
        return
    with acting(
        username=user.username, user_id=user.pk, role=scope_of(user).label[:120], path=home_path(user)
    ):
        record(kind, obj=user, **fields)
