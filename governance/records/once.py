"""Sent twice, saved once: every form carries a number that is used up by the transaction that saves it."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.db import IntegrityError, transaction

from governance.accounts.models import User
from governance.records.models import Submission

FIELD = "_token"


class AlreadySubmitted(Exception):
    """The form was saved by an equal request; nothing was written by this one."""


def new_token() -> str:
    return secrets.token_hex(16)


def clean_token(text: str) -> str:
    """A number as given out by `new_token`, else empty."""
    return text if re.fullmatch(r"[0-9a-f]{32}", text) else ""


def find_saved(user: User, token: str, model: type[Any]) -> Any:
    """The row that a form has saved already, or None."""
    if not token:
        return None
    found = Submission.objects.filter(token=token, user=user, object_type=model._meta.label_lower).first()
    if found is None:
        return None
    return model._default_manager.select_related("division").filter(pk=found.object_id).first()


def claim(user: User, token: str) -> Submission | None:
    """Use up a number inside the transaction that saves; a second request waits here for the first.

    Raises `AlreadySubmitted`. A form without a number is only held by what is unique in the registry.
    """
    if not token:
        return None
    try:
        with transaction.atomic():
            return Submission.objects.create(token=token, user=user)
    except IntegrityError:
        raise AlreadySubmitted from None


def settle(submission: Submission | None, row: Any) -> None:
    """Note what was saved."""
    if submission is not None:
        submission.object_type = row._meta.label_lower
        submission.object_id = row.pk
        submission.save(update_fields=["object_type", "object_id"])
