"""What is done to accounts: made, given roles, unlocked, closed. Each verb checks, writes and logs.

`by` is the administrator on whose behalf it is done; None is the operator of the command line. His rights
are asked here too, so that no page and no job can forget to.
"""

from __future__ import annotations

from collections.abc import Iterable

from axes.utils import reset as reset_axes
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from guardian.shortcuts import assign_perm, remove_perm

from governance.accounts import options
from governance.accounts.models import DivisionGrant, OldPassword, Unit, User, UserSession
from governance.accounts.passwords import issue_password
from governance.accounts.roles import ROLES, Action, Role, permission_codename
from governance.accounts.scope import forget_scope, home_path, require
from governance.accounts.separation import check_separation
from governance.accounts.sessions import end_keys, end_sessions
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division


@transaction.atomic
def create_user(
    *,
    username: str,
    display_name: str = "",
    unit: Unit | None = None,
    password: str | None = None,
    by: User | None = None,
) -> tuple[User, str | None]:
    """A user without any role, and the issued password when none was given.

    An issued password must be changed at the first sign-in. Raises `ValidationError` (Chinese) when the name
    is taken or the password too weak.
    """
    if by is not None:
        require(by, Action.MANAGE_ACCOUNTS, unit.division.path if unit else "")
    user = User(username=User.normalize_username(username), display_name=display_name or username, unit=unit)
    issued = issue_password() if password is None else None
    user.must_change_password = issued is not None
    # Names that differ in case alone would be taken for one another.
    if User.objects.filter(username__iexact=user.username).exists():
        raise ValidationError(f"用户名“{user.username}”已存在，请换一个。")
    if password is not None:
        validate_password(password, user)
    user.set_password(issued or password)
    user.full_clean(exclude=["password"])
    user.save(force_insert=True)
    unit_name = unit.name if unit else ""
    record(EventKind.CREATE, obj=user, path=home_path(user), after={"unit": unit_name})
    return user, issued


def _may_manage(user: User, by: User | None, action: Action) -> None:
    """Raises `PermissionDenied` unless all that the user may do lies inside the administrator's divisions.

    Otherwise a county's administrator could lend himself the rights of a user of the city.
    """
    if by is None:
        return
    if user.pk == by.pk:
        raise PermissionDenied("不能对本人账号办理此项操作，请由其他管理员办理。")
    # The rows themselves: the scope of a closed account is empty, its grants are not.
    for path in _granted_paths(user) or [_unit_path(user)]:
        require(by, action, path)


def _granted_paths(user: User) -> list[str]:
    return list(DivisionGrant.objects.filter(user=user).values_list("content_object__path", flat=True))


def _unit_path(user: User) -> str:
    return user.unit.division.path if user.unit is not None else ""


def _lock(user: User) -> User:
    """The row of the user, locked until the end of the transaction."""
    return User.objects.select_for_update().get(pk=user.pk)


@transaction.atomic
def grant(*, user: User, role: Role, division: Division, by: User | None = None) -> DivisionGrant:
    """Give a role on a division and all below. Raises `RolesConflict`; ends the user's sessions.

    A closed account gets no role (`ValidationError`), and neither does one with rights outside the divisions
    of the administrator (`PermissionDenied`).
    """
    if by is not None:
        if user.pk == by.pk:
            raise PermissionDenied("不能给本人授权，请由其他安全管理员办理。")
        for path in (division.path, *_granted_paths(user)):
            require(by, Action.MANAGE_GRANTS, path)
    if not _lock(user).is_active:
        raise ValidationError("该账号已停用，请先由系统管理员重新启用。")
    held = DivisionGrant.objects.filter(user=user).select_related("permission")
    check_separation(role, [each.role for each in held])
    row = held.filter(content_object=division, permission__codename=permission_codename(role)).first()
    if row is not None:
        return row
    assign_perm(permission_codename(role), user, division)
    _rights_changed(user)
    record(EventKind.GRANT, obj=user, path=division.path, after=_described(role, division))
    return held.get(content_object=division, permission__codename=permission_codename(role))


@transaction.atomic
def grant_many(
    *, user: User, role: Role, divisions: Iterable[Division], by: User | None = None
) -> list[DivisionGrant]:
    """Give a role on several divisions, all or none."""
    return [grant(user=user, role=role, division=division, by=by) for division in divisions]


@transaction.atomic
def revoke(*, user: User, role: Role, division: Division, reason: str = "", by: User | None = None) -> None:
    """Take a role on a division away; ends the user's sessions. Nothing happens when it is not held."""
    if by is not None:
        if user.pk == by.pk:
            raise PermissionDenied("不能收回本人的授权，请由其他安全管理员办理。")
        require(by, Action.MANAGE_GRANTS, division.path)
    _lock(user)
    codename = permission_codename(role)
    held = DivisionGrant.objects.filter(user=user, content_object=division, permission__codename=codename)
    if not held.exists():
        return
    remove_perm(codename, user, division)
    _rights_changed(user)
    record(EventKind.GRANT, obj=user, path=division.path, before=_described(role, division), reason=reason)


def _described(role: Role, division: Division) -> dict[str, str]:
    return {"role": ROLES[role].label, "division": f"{division.name}（{division.code}）"}


def _rights_changed(user: User) -> None:
    forget_scope(user)
    end_sessions(user)


@transaction.atomic
def change_password(*, user: User, new_password: str, session_key: str | None = None) -> None:
    """The user's own change; the session with `session_key` goes on, all others end.

    Raises `ValidationError` when the rules refuse the password.
    """
    validate_password(new_password, user)
    _store_password(user, new_password, must_change=False)
    end_sessions(user, keep=session_key)
    record(EventKind.PASSWORD, obj=user, path=home_path(user))


@transaction.atomic
def issue_new_password(*, user: User, by: User | None = None) -> str:
    """A new password for a user who lost his; returned once, to be changed at the next sign-in.

    Also lifts a lockout and ends the user's sessions.
    """
    _may_manage(user, by, Action.MANAGE_GRANTS)
    issued = issue_password()
    _store_password(user, issued, must_change=True)
    reset_axes(username=user.username)
    end_sessions(user)
    record(EventKind.PASSWORD, obj=user, path=home_path(user), detail={"issued": True})
    return issued


def _store_password(user: User, password: str, *, must_change: bool) -> None:
    if user.has_usable_password():
        OldPassword.objects.create(user=user, password=user.password)
    user.set_password(password)
    user.must_change_password = must_change
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    old = user.old_passwords.order_by("-pk").values_list("pk", flat=True)[options.value("password_history") :]
    OldPassword.objects.filter(pk__in=list(old)).delete()


@transaction.atomic
def unlock(*, user: User, by: User | None = None) -> None:
    """Lift the lockout after too many failed sign-ins."""
    _may_manage(user, by, Action.UNLOCK)
    reset_axes(username=user.username)
    record(EventKind.UNLOCK, obj=user, path=home_path(user))


@transaction.atomic
def change_user(*, user: User, display_name: str, unit: Unit | None, by: User | None = None) -> bool:
    """Correct the name or move to another unit; returns whether anything changed."""
    _may_manage(user, by, Action.MANAGE_ACCOUNTS)
    if by is not None:
        require(by, Action.MANAGE_ACCOUNTS, unit.division.path if unit else "")
    user = _lock(user)
    display_name = display_name.strip()
    if unit is not None and unit.closed_on is not None and unit.pk != user.unit_id:
        raise ValidationError({"unit": "该单位已停用，请选择其他单位。"})
    before, after = {}, {}
    if user.display_name != display_name:
        before["display_name"], after["display_name"] = user.display_name, display_name
    if user.unit_id != (unit.pk if unit else None):
        before["unit"], after["unit"] = str(user.unit or ""), str(unit or "")
    if not after:
        return False
    user.display_name, user.unit = display_name, unit
    user.full_clean(exclude=["password"])
    user.save(update_fields=["display_name", "unit"])
    record(EventKind.CHANGE, obj=user, path=home_path(user), before=before, after=after)
    return True


@transaction.atomic
def deactivate(*, user: User, reason: str, by: User | None = None) -> None:
    """Close an account: it cannot sign in any more and its sessions end; its rows and events stay."""
    _may_manage(user, by, Action.MANAGE_ACCOUNTS)
    if not _lock(user).is_active:
        return
    path = home_path(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _rights_changed(user)
    record(EventKind.END, obj=user, path=path, reason=reason)


@transaction.atomic
def reactivate(*, user: User, reason: str, by: User | None = None) -> None:
    """Open a closed account again, with the roles it had; the password holds unless it is too old."""
    _may_manage(user, by, Action.MANAGE_ACCOUNTS)
    if _lock(user).is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    forget_scope(user)
    record(
        EventKind.CHANGE,
        obj=user,
        path=home_path(user),
        before={"is_active": False},
        after={"is_active": True},
        reason=reason,
    )


@transaction.atomic
def end_sessions_of(
    *, user: User, reason: str, session: UserSession | None = None, by: User | None = None
) -> int:
    """End one session of a user, or all of them; returns how many ended."""
    _may_manage(user, by, Action.MANAGE_GRANTS)
    if session is None:
        ended = end_sessions(user)
    else:
        ended = 1
        end_keys([session.session_key])
    if ended:
        record(EventKind.LOGOUT, obj=user, path=home_path(user), reason=reason, detail={"sessions": ended})
    return ended


@transaction.atomic
def end_other_sessions(*, user: User, session_key: str | None) -> int:
    """The user's own wish: every session but this one ends; returns how many."""
    ended = end_sessions(user, keep=session_key)
    if ended:
        record(
            EventKind.LOGOUT, obj=user, path=home_path(user), reason="本人操作", detail={"sessions": ended}
        )
    return ended
