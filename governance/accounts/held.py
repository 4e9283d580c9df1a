"""What somebody typed is not lost when the session ended meanwhile: it travels, sealed, through signing in.

Nothing is stored: the fields stand encrypted in the page that asks to sign in, and come back from there.
Only the user whose session it was gets them. A signed cookie names that user where the session itself is
gone: at a shared desk the next one to sign in must not get what somebody else typed.
"""

import base64
import binascii
import json
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render

from governance.crypto.files import open_sealed, seal
from governance.crypto.keyring import DamagedCiphertext

HELD = "held"
"""Name of the field of the sign-in form."""
LONGEST = 12 * 3600
"""Seconds after which it is given up."""
_LARGEST = 1024 * 1024
_OWNER = "form-owner"
_NEVER = ("csrfmiddlewaretoken", HELD)


@dataclass(frozen=True)
class HeldForm:
    """A form that was sent too late. `had_files`: files cannot be kept and must be chosen again."""

    user_id: int
    path: str
    fields: list[tuple[str, str]]
    had_files: bool = False


def owner_of(request: HttpRequest) -> int | None:
    """Who last worked in this browser, whether or not his session still exists."""
    try:
        return int(request.get_signed_cookie(_OWNER, max_age=LONGEST) or "")
    except (KeyError, BadSignature, ValueError):
        return None


def note_owner(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keep who works in this browser for `owner_of`."""
    user_id = request.user.pk
    if user_id is not None and owner_of(request) != user_id:
        response.set_signed_cookie(
            _OWNER,
            str(user_id),
            max_age=LONGEST,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What a POST carries, without tokens and passwords."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _NEVER and "password" not in name.lower()
    ]


def sign_in_page(request: HttpRequest, user_id: int | None, why: str) -> HttpResponse | None:
    """The page that asks to sign in and carries what was sent; None when there is nothing to carry, or it is
    nobody's.
    """
    if user_id is None or request.method != "POST" or not _is_ours(request):
        return None
    fields = fields_of(request)
    if not fields:
        return None
    form = HeldForm(user_id, request.get_full_path(), fields, bool(request.FILES))
    text = json.dumps([form.user_id, form.path, form.fields, form.had_files, int(time.time())])
    if len(text) > _LARGEST:
        return None
    token = base64.urlsafe_b64encode(seal(text.encode())).decode()
    context = {"held": token, "why_ended": why, "request_id": getattr(request, "request_id", "")}
    return render(request, "accounts/held.html", context, status=401)


def open_held(token: str) -> HeldForm | None:
    """What `sign_in_page` sealed, None for anything else and for what is too old."""
    if not token:
        return None
    try:
        content = json.loads(open_sealed(base64.urlsafe_b64decode(token.encode())))
    except (DamagedCiphertext, binascii.Error, ValueError):
        return None
    user_id, path, fields, had_files, at = content
    if time.time() - at > LONGEST:
        return None
    return HeldForm(user_id, path, [(name, value) for name, value in fields], had_files)


def _is_ours(request: HttpRequest) -> bool:
    """Whether the form came from a page of the portal: this comes before the usual check of the token."""

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    return CsrfViewMiddleware(view).process_view(request, view, (), {}) is None
