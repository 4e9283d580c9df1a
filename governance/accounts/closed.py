"""Roles on divisions that were closed, by a split or a merger say: the security administrator settles them.

Nobody else gives roles (三员分立), and no plan says which part of a split community a user goes with; so
nothing moves by itself. Until it is settled the user sees what the closed division keeps, its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from governance.accounts.models import DivisionGrant, User
from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.accounts.services import grant_many, revoke
from governance.divisions.models import Division, Lineage

MOST_STEPS = 20


@dataclass(frozen=True)
class Left:
    """A role that is still held on a closed division, and the divisions of today that followed it."""

    grant: DivisionGrant
    successors: Sequence[Division]

    @property
    def closed(self) -> Division:
        return self.grant.content_object

    @property
    def is_plain(self) -> bool:
        """Whether there is but one place to go."""
        return len(self.successors) == 1


def grants_on_closed(admin: User) -> QuerySet[DivisionGrant]:
    """Roles on closed divisions that an administrator of grants may settle, of accounts in use."""
    rows = DivisionGrant.objects.filter(content_object__closed_on__isnull=False, user__is_active=True)
    rows = rows.exclude(user=admin).select_related("user__unit", "permission", "content_object__parent")
    return permitted(rows, admin, Action.MANAGE_GRANTS, "content_object__path").order_by(
        "content_object__path", "user__username", "pk"
    )


def left_on_closed(grants: Iterable[DivisionGrant]) -> list[Left]:
    """The same with where each can go."""
    grants = list(grants)
    followed = successors_of({each.content_object_id for each in grants})
    return [Left(each, followed.get(each.content_object_id, [])) for each in grants]


def successors_of(closed: set[int]) -> dict[int, list[Division]]:
    """The open divisions that followed closed ones, whatever came between; one statement a generation."""
    found: dict[int, list[Division]] = {pk: [] for pk in closed}
    heirs: dict[int, set[int]] = {pk: {pk} for pk in closed}
    for _ in range(MOST_STEPS):
        asked = {each for group in heirs.values() for each in group}
        if not asked:
            break
        links: dict[int, list[Division]] = {}
        for link in Lineage.objects.filter(predecessor__in=asked).select_related("successor").order_by("pk"):
            links.setdefault(link.predecessor_id, []).append(link.successor)
        following: dict[int, set[int]] = {}
        for pk, group in heirs.items():
            for successor in (each for one in sorted(group) for each in links.get(one, [])):
                if successor.closed_on is not None:
                    following.setdefault(pk, set()).add(successor.pk)
                elif successor not in found[pk]:
                    found[pk].append(successor)
        heirs = following
    return found


@transaction.atomic
def move(*, by: User, grant: DivisionGrant, to: Sequence[str]) -> list[Division]:
    """Give the role on successors (by code) in place of the closed division; the log tells both.

    Raises `ValidationError` and `PermissionDenied`.
    """
    if not DivisionGrant.objects.select_for_update(of=("self",)).filter(pk=grant.pk).exists():
        raise ValidationError("这项授权已由他人改授或收回，请刷新页面。")
    (left,) = left_on_closed([grant])
    chosen = [each for each in left.successors if each.code in to]
    if not chosen or len(chosen) != len(set(to)):
        raise ValidationError(f"请勾选“{left.closed.name}”的后继单位中要改授的一个或几个。")
    reason = f"“{left.closed.name}”已撤销，改授{'、'.join(each.name for each in chosen)}"
    grant_many(user=grant.user, role=grant.role, divisions=chosen, by=by)
    revoke(user=grant.user, role=grant.role, division=left.closed, reason=reason, by=by)
    return chosen
