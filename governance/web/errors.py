"""Error pages: in Chinese, with the request number, and without a query, so that they always come up."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from governance.accounts.held import fields_of
from governance.accounts.lasting import is_by_script
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.web.context_processors import Frame

log = logging.getLogger(__name__)

SHORT = {
    "400.html": "提交的内容不完整或格式不对，没有保存。请刷新页面后重试。",
    "403.html": "您的角色不能办理这项操作。",
    "403_csrf.html": "页面已过期，没有保存。请刷新页面后重试；已填写的内容请先复制留存。",
    "404.html": "没有找到，或者不在您的数据范围内。",
    "429.html": "操作太频繁，请稍后再试。",
    "500.html": "系统出现故障，操作没有完成，故障已经记录。请稍后重试。",
}
"""What each page says in one line."""


def error_page(request: HttpRequest, status: int, template: str, **context: Any) -> HttpResponse:
    """An error page of `templates/`; shows `request.request_id` and no data.

    A script gets the same in one line of plain text, which the page shows as a message and stays as it is.
    """
    context["request_id"] = getattr(request, "request_id", "")
    if is_by_script(request):
        text = context.get("message") or SHORT[template]
        text = f"{text}（请求编号 {context['request_id']}）"
        return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    context["frame"] = Frame(request, quiet=True)
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
    """A form sent without a valid token: usually a page left open while somebody signed in again.

    What was typed can be sent again when the browser itself says that the form came from our own page.
    """
    log.warning("CSRF: %s %s", reason, request.path_info)
    fields = fields_of(request) if _is_from_here(request) and request.user.is_authenticated else []
    again = {"fields": fields, "path": request.get_full_path(), "csrf_token": get_token(request)}
    return error_page(request, 403, "403_csrf.html", **(again if fields else {}))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for missing and for foreign objects: nothing of the exception is shown."""
    return error_page(request, 404, "404.html")


def too_many_requests(request: HttpRequest, message: str = "") -> HttpResponse:
    """429, used by the lockout of the sign-in page."""
    return error_page(request, 429, "429.html", message=message)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500, "500.html")


def _is_from_here(request: HttpRequest) -> bool:
    """Whether the browser vouches that a page of this host sent the request; scripts cannot set these."""
    origin = request.headers.get("Origin", "")
    return origin == request.build_absolute_uri("/")[:-1] and (
        request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    )


def _is_chinese(text: str) -> bool:
    return any("一" <= char <= "鿿" for char in text)
