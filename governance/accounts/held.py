"""What somebody typed is not lost when the session ended meanwhile: it travels, sealed, through signing in.

Nothing is stored: the fields stand encrypted in the page that asks to sign in, and come back from there.
Only the user whose session it was gets them; where the session was gone altogether, whoever signs in there.
"""

import base64
import binascii
import json
import time
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render

from governance.crypto.files import open_sealed, seal
from governance.crypto.keyring import DamagedCiphertext

HELD = "held"
"""Name of the field of the sign-in form."""
LONGEST = 12 * 3600
"""Seconds after which it is given up."""
_LARGEST = 1024 * 1024
_NEVER = ("csrfmiddlewaretoken", HELD)


@dataclass(frozen=True)
class HeldForm:
    """A form that was sent too late. `had_files`: files cannot be kept and must be chosen again."""

    user_id: int | None
    path: str
    fields: list[tuple[str, str]]
    had_files: bool = False


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What a POST carries, without tokens and passwords."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _NEVER and "password" not in name.lower()
    ]


def sign_in_page(request: HttpRequest, user_id: int | None, why: str) -> HttpResponse | None:
    """The page that asks to sign in and carries what was sent; None when there is nothing to carry."""
    if request.method != "POST" or not _is_ours(request):
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
