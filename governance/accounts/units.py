"""What is done to units: made, changed, closed. Each verb checks, writes and logs (see services.py)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import Unit, User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division

_FIELDS = ("name", "division", "letterhead", "document_prefix")


@transaction.atomic
def create_unit(
    *,
    name: str,
    division: Division,
    letterhead: str = "",
    document_prefix: str = "",
    by: User | None = None,
) -> Unit:
    """A new unit of a division. Raises `ValidationError` by field, `PermissionDenied` outside."""
    unit = Unit()
    _assign(unit, name, division, letterhead, document_prefix, by)
    unit.save(force_insert=True)
    record(EventKind.CREATE, obj=unit, path=division.path, after=_values(unit))
    return unit


@transaction.atomic
def change_unit(
    *,
    unit: Unit,
    name: str,
    division: Division,
    letterhead: str = "",
    document_prefix: str = "",
    by: User | None = None,
) -> bool:
    """Change a unit; returns whether anything changed. It stays in reach of whoever changes it."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if by is not None:
        require(by, Action.MANAGE_ACCOUNTS, unit.division.path)
    old = _values(unit)
    _assign(unit, name, division, letterhead, document_prefix, by)
    new = _values(unit)
    changed = [key for key in new if old[key] != new[key]]
    if not changed:
        return False
    unit.save()
    record(
        EventKind.CHANGE,
        obj=unit,
        path=division.path,
        before={key: old[key] for key in changed},
        after={key: new[key] for key in changed},
    )
    return True


@transaction.atomic
def close_unit(*, unit: Unit, reason: str, by: User | None = None) -> None:
    """Close a unit without active users: no new users, no report head. Closing twice is closing once."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if by is not None:
        require(by, Action.MANAGE_ACCOUNTS, unit.division.path)
    if unit.closed_on is not None:
        return
    left = User.objects.filter(unit=unit, is_active=True).count()
    if left:
        raise ValidationError(f"该单位还有 {left} 名在用的用户，请先把他们调到其他单位或停用。")
    unit.closed_on = timezone.localdate()
    unit.save(update_fields=["closed_on"])
    record(EventKind.END, obj=unit, path=unit.division.path, reason=reason)


@transaction.atomic
def reopen_unit(*, unit: Unit, by: User | None = None) -> None:
    """Take a closed unit into use again."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if by is not None:
        require(by, Action.MANAGE_ACCOUNTS, unit.division.path)
    if unit.closed_on is None:
        return
    before = {"closed_on": unit.closed_on.isoformat()}
    unit.closed_on = None
    unit.save(update_fields=["closed_on"])
    record(EventKind.CHANGE, obj=unit, path=unit.division.path, before=before, after={"closed_on": ""})


def _assign(
    unit: Unit, name: str, division: Division, letterhead: str, document_prefix: str, by: User | None
) -> None:
    if by is not None:
        require(by, Action.MANAGE_ACCOUNTS, division.path)
    unit.name, unit.division = name.strip(), division
    unit.letterhead, unit.document_prefix = letterhead.strip(), document_prefix.strip()
    unit.clean_fields()
    if Unit.objects.filter(name=unit.name).exclude(pk=unit.pk).exists():
        raise ValidationError({"name": f"已有名为“{unit.name}”的单位，请换一个名称。"})


def _values(unit: Unit) -> dict[str, Any]:
    """The fields as the log tells them."""
    return {name: str(getattr(unit, name) or "") for name in _FIELDS}
