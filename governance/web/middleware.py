"""Request number, the response headers Django and django-csp do not set, and requests no browser makes."""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from governance.accounts.lasting import is_by_script
from governance.web import todo

REQUEST_ID_HEADER = "X-Request-ID"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=()"


def new_request_id() -> str:
    """Ten characters that can be read out over the phone, e.g. `3F9A-02C1-7B`."""
    text = secrets.token_hex(5).upper()
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


class RequestIdMiddleware:
    """Gives each request a number: in the header, in every audit event, on every error page.

    A number sent by the client is not taken over, since it would stand in the audit log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = new_request_id()  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers[REQUEST_ID_HEADER] = request.request_id  # type: ignore[attr-defined]
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path_info.startswith(settings.STATIC_URL):
            # Shared office computers: nothing of the portal stays in a browser or proxy cache.
            response.headers.setdefault("Cache-Control", "no-store")
        return self._for_scripts(request, response)

    @staticmethod
    def _for_scripts(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A script that asks after the session ended is told so, and the page stays with what was typed."""
        if response.status_code != 302 or not is_by_script(request):
            return response
        if not response.headers.get("Location", "").startswith(resolve_url(settings.LOGIN_URL)):
            return response
        ended = HttpResponse(status=204, headers={"HX-Trigger": "session-ended", "X-Session": "ended"})
        ended.headers[REQUEST_ID_HEADER] = request.request_id  # type: ignore[attr-defined]
        ended.headers["Cache-Control"] = "no-store"
        ended.cookies = response.cookies
        return ended


class TodoMiddleware:
    """After something was sent the sender's todos are asked anew, not taken from the last minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and request.user.is_authenticated:
            todo.forget(request.user.pk)
        return response


class NulMiddleware:
    """Answers 400 to a NUL in address or form: no keyboard types one, and PostgreSQL takes none in a text.

    Stands behind the check of the form's token, which has read the form already.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        given = (text for data in (request.GET, request.POST) for texts in data.lists() for text in texts[1])
        if "\0" in request.path_info or any("\0" in text for text in given):
            raise BadRequest("NUL")
