"""What the commands of the workbook share: whose rights count, and how a refusal is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand

from governance.accounts.models import User
from governance.accounts.scope import home_path, scope_of
from governance.audit.context import acting
from governance.audit.models import EventKind
from governance.audit.services import record


class Refused(Exception):
    """A command that does not run; `code` is stable and for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def as_user(username: str) -> Iterator[User]:
    """Act with the identity and rights of a user; raises `Refused` for an unknown or inactive one.

    A right that is missing is logged here, when the work has been rolled back.
    """
    user = User.objects.select_related("unit").filter(username=username).first()
    if user is None or not user.is_active:
        raise Refused("unknown_user", f"没有名为“{username}”的可用用户。")
    with acting(
        username=user.username, user_id=user.pk, role=scope_of(user).label[:120], path=home_path(user)
    ):
        try:
            yield user
        except PermissionDenied as error:
            record(EventKind.REFUSAL, reason=str(error))
            raise


def refuse(command: BaseCommand, code: str, message: str, *, as_json: bool) -> NoReturn:
    """Tell why nothing was done and exit with 1."""
    if as_json:
        command.stdout.write(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
    else:
        command.stderr.write(message)
    raise SystemExit(1)
