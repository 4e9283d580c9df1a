"""三员分立 and duties that check one another: which roles must not meet in one account."""

from collections.abc import Iterable

from governance.accounts.roles import ADMIN_ROLES, ROLES, Role

_STREET = frozenset({Role.STREET_CLERK, Role.STREET_LEAD})
_COUNTY = frozenset({Role.COUNTY_STAFF, Role.COUNTY_LEAD})
CONFLICTS: tuple[tuple[frozenset[Role], frozenset[Role], str], ...] = (
    (frozenset({Role.COMMUNITY}), _STREET, "社区对街道的工作作评议，不能由街道人员代办"),
    (frozenset({Role.DEPARTMENT}), _COUNTY, "部门报送的进展由民政经办审核，不能自报自审"),
)
"""Duties that check one another, and why one account may not hold both."""


class RolesConflict(ValueError):
    """Two roles that must not meet; its text (Chinese) is fit for users."""


def check_separation(role: Role, held: Iterable[Role]) -> None:
    """Raises `RolesConflict` when `role` may not join the roles already held.

    An administrator's account holds one of the three administrator roles and nothing else, and nobody checks
    his own work (`CONFLICTS`); the same role on several divisions is fine.
    """
    others = set(held) - {role}
    conflicting = sorted(others if role in ADMIN_ROLES else others & ADMIN_ROLES)
    if conflicting:
        labels = "、".join(ROLES[other].label for other in conflicting)
        raise RolesConflict(
            f"“{ROLES[role].label}”不能与“{labels}”由同一账号担任（三员分立）。请先收回原角色，或另建账号。"
        )
    for one, other, why in CONFLICTS:
        against = other if role in one else one if role in other else frozenset()
        met = sorted(others & against)
        if met:
            raise RolesConflict(
                f"“{ROLES[role].label}”不能与“{'、'.join(ROLES[each].label for each in met)}”由同一账号担任："
                f"{why}。请先收回原角色，或另建账号。"
            )
