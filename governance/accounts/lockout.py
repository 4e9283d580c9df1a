"""What a locked user name gets to read, and who is locked."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone


def locked_until(usernames: Iterable[str], now: datetime) -> dict[str, datetime]:
    """When the lockout of each locked name ends; names that are not locked are left out (one statement)."""
    cool_off = get_cool_off()
    rows = (
        AccessAttempt.objects.filter(username__in=list(usernames), attempt_time__gte=now - cool_off)
        .values("username")
        .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    )
    return {
        row["username"]: row["last"] + cool_off
        for row in rows
        if row["failures"] >= settings.AXES_FAILURE_LIMIT
    }


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """429 with the time at which the lock ends. It reads the same whether or not the name exists."""
    name = (credentials or {}).get("username") or request.POST.get("username", "")
    now = timezone.now()
    until = locked_until([name], now).get(name, now + get_cool_off())
    context = {
        "failures": settings.AXES_FAILURE_LIMIT,
        "until": until,
        "minutes": math.ceil((until - now).total_seconds() / 60),
        "request_id": getattr(request, "request_id", ""),
    }
    return HttpResponse(render_to_string("accounts/locked.html", context), status=429)
