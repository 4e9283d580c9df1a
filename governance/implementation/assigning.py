"""Giving a measure that no document gives to anybody to a unit, locally; and which portal unit a name means.

`load_policies` touches neither.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from governance.accounts.models import Unit, User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division
from governance.implementation.entries import clean_text, is_written, locked, log, undertaking_for, write
from governance.implementation.models import EntryKind, Undertaking, UnitName
from governance.implementation.units import applies
from governance.policies.models import Measure
from governance.policies.models.documents import UnitRole

_MOST_NAME = 60


def _clean_name(name: str) -> str:
    name = clean_text(name, field="unit_name").replace("\n", "")
    if len(name) > _MOST_NAME or "/" in name:
        raise ValidationError({"unit_name": f"单位名称最多 {_MOST_NAME} 字，不含“/”。"})
    return name


@transaction.atomic
def assign_locally(
    *, user: User, division: Division, measure: Measure, unit_name: str, role: str, key: str
) -> Undertaking:
    """Give a measure to a unit in a division and below; an equal request changes nothing.

    Raises `PermissionDenied`, and `ValidationError` naming the field.
    """
    require(user, Action.DRAFT_POLICY, division.path)
    if not applies(measure.document, division):
        raise ValidationError(f"《{measure.document.title}》不适用于{division.name}。")
    if role not in UnitRole.values:
        raise ValidationError({"role": "请选择职责。"})
    name = _clean_name(unit_name)
    if measure.task is not None and measure.task.units.filter(name=name).exists():
        raise ValidationError({"unit_name": "文件已经把这项措施交给这个单位。"})
    undertaking = undertaking_for(division=division, measure=measure, unit_name=name)
    if is_written(undertaking, key) or undertaking.role == role:
        return undertaking
    entry = write(undertaking, user, EntryKind.ASSIGN, key, role=role)
    undertaking.role = role
    undertaking.save(update_fields=["role", "path"])
    log(undertaking, EventKind.CHANGE, entry, unit=name, role=entry.get_role_display())
    return undertaking


@transaction.atomic
def release(*, user: User, undertaking: Undertaking, text: str = "", key: str) -> bool:
    """Take a local assignment back; what was reported stays. False when there is none (any more).

    Raises `PermissionDenied`, `ValidationError`.
    """
    require(user, Action.DRAFT_POLICY, undertaking.path)
    text = clean_text(text, required=False)
    undertaking = locked(undertaking.pk)
    if is_written(undertaking, key) or not undertaking.role:
        return False
    entry = write(undertaking, user, EntryKind.RELEASE, key, text=text, role=undertaking.role)
    undertaking.role = ""
    undertaking.save(update_fields=["role", "path"])
    log(undertaking, EventKind.CHANGE, entry, unit=undertaking.unit_name, role=entry.get_role_display())
    return True


@transaction.atomic
def name_unit(*, user: User, unit: Unit, name: str) -> bool:
    """Say that a name in documents means a unit of the portal; False when that is known already.

    Raises `PermissionDenied`, `ValidationError`.
    """
    require(user, Action.DRAFT_POLICY, unit.division.path)
    name = _clean_name(name)
    _, is_new = UnitName.objects.get_or_create(unit=unit, name=name)
    if is_new:
        record(EventKind.CHANGE, obj=unit, path=unit.division.path, after={"name_in_documents": name})
    return is_new


@transaction.atomic
def forget_name(*, user: User, unit: Unit, name: str) -> bool:
    """The contrary of `name_unit`."""
    require(user, Action.DRAFT_POLICY, unit.division.path)
    deleted, _ = UnitName.objects.filter(unit=unit, name=name).delete()
    if deleted:
        record(EventKind.CHANGE, obj=unit, path=unit.division.path, before={"name_in_documents": name})
    return bool(deleted)
