"""账号通知单: what a new password is handed over with. It is rendered into one answer and kept nowhere."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from governance.accounts import options
from governance.accounts.models import User
from governance.web.views import Crumb


def slip(
    request: HttpRequest, account: User, issued: str, *, title: str, breadcrumb: list[Crumb], notes: list[str]
) -> HttpResponse:
    """The page with the slip, to be printed or read out; browsers are told not to keep it."""
    context: dict[str, Any] = {
        "account": account,
        "issued": issued,
        "title": title,
        "breadcrumb": breadcrumb,
        "notes": notes,
        "address": request.build_absolute_uri("/"),
        "today": timezone.localdate(),
        "system_name": options.value("system_name"),
        "minutes": options.value("lockout_minutes"),
        "failures": options.value("lockout_failures"),
    }
    response = render(request, "console/issued_password.html", context)
    response["Cache-Control"] = "no-store, private"
    return response
