"""Changing options: who may, and what is written."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Length
from django.utils import timezone

from governance.accounts import options
from governance.accounts.models import DivisionGrant, Setting, User
from governance.accounts.roles import Action, Role, permission_codename
from governance.accounts.scope import scope_of
from governance.audit.models import EventKind
from governance.audit.services import record


def may_change_options(user: User) -> bool:
    """Options hold for the whole installation: only for a system administrator of its topmost division."""
    own = [len(path) for path in scope_of(user).paths(Action.MANAGE_SETTINGS)]
    if not own:
        return False
    held = DivisionGrant.objects.filter(
        permission__codename=permission_codename(Role.SYSTEM_ADMIN), user__is_active=True
    )
    topmost = held.aggregate(least=Min(Length("content_object__path")))["least"]
    return min(own) <= topmost


@transaction.atomic
def change_options(*, values: Mapping[str, Any], by: User | None = None) -> list[str]:
    """Put values in force; what equals the value in force is left alone. Returns the keys that changed.

    Raises `PermissionDenied`, and `ValidationError` by key for values out of bounds: then nothing is saved.
    """
    _require(by)
    cleaned: dict[str, Any] = {}
    errors: dict[str, ValidationError] = {}
    for key, value in values.items():
        option = options.find(key)
        if option is None:
            raise KeyError(key)
        try:
            cleaned[key] = option.clean(value)
        except ValidationError as error:
            errors[key] = error
    if errors:
        raise ValidationError(errors)
    rows = {row.key: row for row in Setting.objects.select_for_update().filter(key__in=cleaned)}
    before, after = {}, {}
    for key, value in cleaned.items():
        option = options.find(key)
        assert option is not None
        held = rows[key].value if key in rows else option.default()
        if held == value:
            continue
        Setting.objects.update_or_create(key=key, defaults={"value": value, **_stamp(by)})
        before[option.label], after[option.label] = option.described(held), option.described(value)
    _note(before, after)
    return [key for key in cleaned if options.find(key).label in after]  # type: ignore[union-attr]


@transaction.atomic
def restore_default(*, key: str, by: User | None = None) -> bool:
    """Let the default hold again; False when it held already. KeyError for an unknown key."""
    _require(by)
    option = options.find(key)
    if option is None:
        raise KeyError(key)
    row = Setting.objects.select_for_update().filter(key=key).first()
    if row is None:
        return False
    row.delete()
    _note({option.label: option.described(row.value)}, {option.label: option.described(option.default())})
    return True


def _require(by: User | None) -> None:
    if by is not None and not may_change_options(by):
        raise PermissionDenied("系统设置对全部区划生效，请由最高一级的系统管理员修改。")


def _stamp(by: User | None) -> dict[str, Any]:
    return {"changed_by": str(by) if by else "命令行", "changed_at": timezone.now()}


def _note(before: dict[str, str], after: dict[str, str]) -> None:
    if not after:
        return
    record(EventKind.SETTINGS, before=before, after=after)
    transaction.on_commit(options.forget)
    # Also now, for what this transaction still does; a reader in between may cache the old values once more.
    options.forget()
