"""三员分立: which roles must not meet in one account."""

from collections.abc import Iterable

from governance.accounts.roles import ADMIN_ROLES, ROLES, Role


class RolesConflict(ValueError):
    """Two roles that must not meet; its text (Chinese) is fit for users."""


def check_separation(role: Role, held: Iterable[Role]) -> None:
    """Raises `RolesConflict` when `role` may not join the roles already held.

    An administrator's account holds one of the three administrator roles and nothing else; the same role on
    several divisions is fine.
    """
    others = set(held) - {role}
    conflicting = sorted(others if role in ADMIN_ROLES else others & ADMIN_ROLES)
    if conflicting:
        labels = "、".join(ROLES[other].label for other in conflicting)
        raise RolesConflict(
            f"“{ROLES[role].label}”不能与“{labels}”由同一账号担任（三员分立）。请先收回原角色，或另建账号。"
        )
