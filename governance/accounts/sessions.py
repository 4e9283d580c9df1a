"""Which sessions a user has, so that signing out and a change of rights can end them all."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from governance.accounts.models import User, UserSession

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"


def remember_session(request: HttpRequest, user: User) -> None:
    """Note the session of a request as one of the user's; a session without a key is saved first."""
    if not request.session.session_key:
        request.session.create()
    UserSession.objects.update_or_create(
        session_key=request.session.session_key, defaults={"user_id": user.pk}
    )


def end_sessions(user: User, *, keep: str | None = None) -> int:
    """End the user's sessions, all or all but the one with key `keep`; returns how many."""
    rows = UserSession.objects.filter(user_id=user.pk)
    if keep:
        rows = rows.exclude(session_key=keep)
    keys = list(rows.values_list("session_key", flat=True))
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def renew_session(request: HttpRequest, user: User) -> None:
    """Keep this session signed in, under a new key, after the user changed the password."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    update_session_auth_hash(request, user)
    remember_session(request, user)


def end_session(request: HttpRequest) -> None:
    """End the session of this request alone; the request goes on as nobody's."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.flush()
