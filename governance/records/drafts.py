"""Drafts of forms on the server: they outlive the session that timed out, the browser and the office PC."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, require
from governance.divisions.models import Division
from governance.exchange.sheets import Sheet, by_slug
from governance.jobs.periodic import PeriodicDuty, daily_keys
from governance.records.models import Draft, Submission

KEPT = timedelta(days=30)
SUBMISSIONS_KEPT = timedelta(days=2)
MOST_CHARACTERS = 200_000
"""A boundary of 32,000 characters and the rest of the form have room; more is no form of ours."""

PURGE = "draft-purge"
VERSION = "_version"
_KEY = re.compile(r"(add|change|move):([a-z0-9-]+):(\d{1,18})")


class UnknownForm(LookupError):
    """A key that names no form the user may fill in: foreign and missing are the same."""


def add_key(sheet: Sheet, division: Division | None) -> str:
    """The key of a form for a new record: one for each community, one for where none is chosen yet."""
    return f"add:{sheet.slug}:{division.code if division else 0}"


def change_key(sheet: Sheet, row: Any) -> str:
    return f"change:{sheet.slug}:{row.pk}"


def move_key(sheet: Sheet, row: Any) -> str:
    return f"move:{sheet.slug}:{row.pk}"


def path_of(user: User, key: str) -> str:
    """The path of the division that a key is about; raises `UnknownForm`, or `PermissionDenied` for rows
    that the user sees but may not change."""
    match = _KEY.fullmatch(key)
    sheet = by_slug(match[2]) if match else None
    if match is None or sheet is None:
        raise UnknownForm(key)
    if match[1] == "add":
        if match[3] == "0":
            return ""
        found = permitted(Division.objects.filter(code=match[3]), user)
        action = Action.ADD
    else:
        found = permitted(sheet.model._default_manager.filter(pk=int(match[3])), user)
        action = Action.CHANGE
    path = found.values_list("path", flat=True).first()
    if path is None:
        raise UnknownForm(key)
    require(user, action, path)
    return path


def keep(*, user: User, key: str, fields: Mapping[str, str]) -> Draft | None:
    """Keep what was typed so far, in place of an older draft of the same form.

    `fields` are texts by field name; those of the machinery (beginning with `_`) are left out, but the
    version of the record the form was made from. None when there is nothing to keep or far too much.
    """
    path = path_of(user, key)
    texts = {name: text for name, text in fields.items() if name == VERSION or not name.startswith("_")}
    texts.pop("csrfmiddlewaretoken", None)
    if not texts or sum(map(len, texts.values())) > MOST_CHARACTERS:
        return None
    values = {"path": path, "data": json.dumps(texts, ensure_ascii=False), "saved_at": timezone.now()}
    with transaction.atomic():
        draft, _ = Draft.objects.update_or_create(user=user, key=key, defaults=values)
    return draft


def find(user: User, key: str) -> Draft | None:
    """The draft of a form, not older than it is kept."""
    return Draft.objects.filter(user=user, key=key, saved_at__gt=timezone.now() - KEPT).first()


def read(draft: Draft) -> dict[str, str]:
    """Texts by field name."""
    return json.loads(draft.data)


def discard(*, user: User, key: str) -> None:
    Draft.objects.filter(user=user, key=key).delete()


def purge(key: str, now: datetime) -> None:
    """Delete drafts nobody came back to, and the numbers of forms that are long gone."""
    Draft.objects.filter(saved_at__lt=now - KEPT).delete()
    Submission.objects.filter(made_at__lt=now - SUBMISSIONS_KEPT).delete()


DUTY = PeriodicDuty(PURGE, "删除过期的草稿", daily_keys(PURGE, hour=3, most=1), purge)
