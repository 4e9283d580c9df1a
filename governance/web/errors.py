"""Error pages: in Chinese, with the request number, and without a query, so that they always come up."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from governance.audit.models import EventKind
from governance.audit.services import record
from governance.web.context_processors import Frame

log = logging.getLogger(__name__)


def error_page(request: HttpRequest, status: int, template: str, **context: Any) -> HttpResponse:
    """An error page of `templates/`; shows `request.request_id` and no data."""
    context["request_id"] = getattr(request, "request_id", "")
    context["frame"] = Frame(request)
    return HttpResponse(render_to_string(template, context), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400, "400.html")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the only place that logs refusals, because the transaction of the view is rolled back by now."""
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        record(EventKind.REFUSAL, detail={"method": request.method, "path": request.path_info})
    message = str(exception) if exception is not None else ""
    return error_page(request, 403, "403.html", message=message if _is_chinese(message) else "")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent without a valid token: usually a page left open overnight."""
    log.warning("CSRF: %s %s", reason, request.path_info)
    return error_page(request, 403, "403_csrf.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for missing and for foreign objects: nothing of the exception is shown."""
    return error_page(request, 404, "404.html")


def too_many_requests(request: HttpRequest, message: str = "") -> HttpResponse:
    """429, used by the lockout of the sign-in page."""
    return error_page(request, 429, "429.html", message=message)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500, "500.html")


def _is_chinese(text: str) -> bool:
    return any("一" <= char <= "鿿" for char in text)
