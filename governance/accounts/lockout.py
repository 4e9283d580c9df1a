"""What a locked user name gets to read, and who is locked."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from governance.accounts import options


def failure_limit(request: HttpRequest | None = None, credentials: dict[str, Any] | None = None) -> int:
    """AXES_FAILURE_LIMIT: how many failures in a row lock a user name."""
    return options.value("lockout_failures")


def cool_off(request: HttpRequest | None = None) -> timedelta:
    """AXES_COOLOFF_TIME: how long a lock lasts."""
    return timedelta(minutes=options.value("lockout_minutes"))


def locked_until(usernames: Iterable[str], now: datetime) -> dict[str, datetime]:
    """When the lockout of each locked name ends; names that are not locked are left out (one statement)."""
    lasts, limit = cool_off(), failure_limit()
    rows = (
        AccessAttempt.objects.filter(username__in=list(usernames), attempt_time__gte=now - lasts)
        .values("username")
        .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    )
    return {row["username"]: row["last"] + lasts for row in rows if row["failures"] >= limit}


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """429 with the time at which the lock ends. It reads the same whether or not the name exists."""
    name = (credentials or {}).get("username") or request.POST.get("username", "")
    now = timezone.now()
    until = locked_until([name], now).get(name, now + cool_off())
    context = {
        "failures": failure_limit(),
        "until": until,
        "minutes": math.ceil((until - now).total_seconds() / 60),
        "request_id": getattr(request, "request_id", ""),
        # Pages know this as the frame; accounts know nothing of pages.
        "frame": {key: options.value(key) for key in ("system_name", "support_contact")},
    }
    return HttpResponse(render_to_string("accounts/locked.html", context), status=429)
