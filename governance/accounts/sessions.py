"""Which sessions a user has, so that signing out and a change of rights can end them all."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from governance.accounts import options
from governance.accounts.models import User, UserSession
from governance.audit.context import current

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"

_BROWSERS = (
    # The order matters: each of them also names those below it.
    ("360 浏览器", r"QIHU|360SE|360EE"),
    ("奇安信浏览器", r"Qaxbrowser|QAX"),
    ("统信浏览器", r"UOSBrowser|UOS Browser|UOS "),
    ("Edge", r"Edg/(\d+)"),
    ("Firefox", r"Firefox/(\d+)"),
    ("Chrome", r"Chrome/(\d+)"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iOS", "iPhone|iPad"),
    ("macOS", "Mac OS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """Browser and system out of a User-Agent, e.g. "Edge 120 · Windows"; empty when it says nothing known."""
    parts = []
    for name, pattern in _BROWSERS:
        match = re.search(pattern, agent)
        if match:
            parts.append(f"{name} {match[1]}" if match.groups() else name)
            break
    parts += [name for name, pattern in _SYSTEMS if re.search(pattern, agent)][:1]
    return " · ".join(parts)[:60]


def remember_session(request: HttpRequest, user: User) -> None:
    """Note the session of a request as one of the user's; a session without a key is saved first."""
    if not request.session.session_key:
        request.session.create()
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user_id": user.pk,
            "seen_at": timezone.now(),
            "address": current().address,
            "browser": browser_name(request.META.get("HTTP_USER_AGENT", "")),
        },
    )


def note_activity(request: HttpRequest) -> None:
    """Note that the session of a request was used just now."""
    UserSession.objects.filter(session_key=request.session.session_key).update(seen_at=timezone.now())


def still_open(now: datetime) -> Q:
    """Condition for sessions that are neither idle for too long nor too old."""
    # Activity is noted once a minute, so a session may be that much livelier than its row says.
    idle = timedelta(minutes=options.value("session_idle_minutes") + 1)
    oldest = timedelta(hours=options.value("session_absolute_hours"))
    return Q(seen_at__gt=now - idle, created_at__gt=now - oldest)


def end_sessions(user: User, *, keep: str | None = None) -> int:
    """End the user's sessions, all or all but the one with key `keep`; returns how many."""
    rows = UserSession.objects.filter(user_id=user.pk)
    if keep:
        rows = rows.exclude(session_key=keep)
    keys = list(rows.values_list("session_key", flat=True))
    end_keys(keys)
    return len(keys)


def end_keys(keys: Iterable[str]) -> None:
    """End the sessions with these keys."""
    keys = list(keys)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
    UserSession.objects.filter(session_key__in=keys).delete()


def renew_session(request: HttpRequest, user: User) -> None:
    """Keep this session signed in, under a new key, after the user changed the password."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    update_session_auth_hash(request, user)
    remember_session(request, user)


def end_session(request: HttpRequest) -> None:
    """End the session of this request alone; the request goes on as nobody's."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.flush()
