"""Keeping the table of special days: every change moves the running deadlines at once."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.workflows.deadlines import is_working
from governance.workflows.dues import move_all_deadlines
from governance.workflows.models import SpecialDay


def _require(user: User) -> None:
    if not scope_of(user).may_anywhere(Action.MANAGE_SETTINGS):
        raise PermissionDenied("只有系统管理员可以修改节假日安排。")


@transaction.atomic
def set_day(*, user: User, day: date, is_working_day: bool, note: str) -> int:
    """Say that a day is worked or not; returns how many deadlines moved.

    Raises `ValidationError` (a day that is so anyway), `PermissionDenied`.
    """
    _require(user)
    if is_working(day, {}) == is_working_day:
        usual = "周一至周五本来就上班" if is_working_day else "周六、周日本来就休息"
        raise ValidationError({"day": f"{usual}，{day} 不用另外登记。"})
    row, made = SpecialDay.objects.update_or_create(
        day=day, defaults={"is_working": is_working_day, "note": note.strip()}
    )
    kind = EventKind.CREATE if made else EventKind.CHANGE
    record(kind, obj=row, after={"day": str(day), "is_working": is_working_day, "note": row.note})
    return move_all_deadlines()


@transaction.atomic
def remove_day(*, user: User, pk: int) -> int:
    """Take a day out of the table; returns how many deadlines moved. Raises `PermissionDenied`."""
    _require(user)
    row = SpecialDay.objects.filter(pk=pk).first()
    if row is None:
        return 0
    record(EventKind.DELETE, obj=row, before={"day": str(row.day), "is_working": row.is_working})
    row.delete()
    return move_all_deadlines()
