"""How long the session of a request still lasts, and which requests only ask without being activity."""

import time
from typing import Any, NamedTuple

from django.http import HttpRequest

from governance.accounts import options
from governance.accounts.sessions import SEEN_AT, SIGNED_IN_AT


class Left(NamedTuple):
    """Seconds left; `is_fixed` when work cannot lengthen it, because the session is as old as it may get."""

    seconds: int
    is_fixed: bool


def time_left(session: Any) -> Left:
    """Never below zero; a session that lacks its times is over."""
    if SIGNED_IN_AT not in session or SEEN_AT not in session:
        return Left(0, False)
    now = time.time()
    idle = session[SEEN_AT] + options.value("session_idle_minutes") * 60 - now
    whole = session[SIGNED_IN_AT] + options.value("session_absolute_hours") * 3600 - now
    return Left(max(0, int(min(idle, whole))), whole <= idle)


def is_by_script(request: HttpRequest) -> bool:
    """Whether a script of a page asks: the page itself stays, whatever the answer is."""
    if request.headers.get("HX-Request") == "true":
        return True
    return request.headers.get("X-Requested-With") in ("fetch", "XMLHttpRequest")


def is_poll(request: HttpRequest) -> bool:
    """Whether a page asks by itself, without anybody at the keyboard (static/js/session.js sets the header).

    Lying about it can only make one's own session shorter.
    """
    return request.headers.get("X-Poll") == "1"
