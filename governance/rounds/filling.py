"""What happens at one street: it says that all is filled, the bureau may give it back."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require, scope_of
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.rounds.models import RoundStreet, StreetState
from governance.rounds.progress import progress_of
from governance.rounds.services import locked, must_be_open
from governance.rounds.texts import clean_text

REMARK = 500


def may_confirm(user: User, row: RoundStreet) -> bool:
    """Clerks and leads of the street. A bureau enters data there, too, but does not answer itself."""
    scope = scope_of(user)
    if not scope.may(Action.ADD, row.path):
        return False
    return scope.may(Action.CONFIRM_DATA, row.path) or not scope.may(Action.COLLECT, row.round.path)


def held(row: RoundStreet) -> RoundStreet:
    """The row as it is now, its round first, both held until the end of the transaction."""
    asked = locked(row.round)
    rows = RoundStreet.objects.select_for_update(of=("self",)).select_related("division")
    found = rows.get(pk=row.pk)
    found.round = asked
    return found


@transaction.atomic
def confirm(*, user: User, row: RoundStreet, remark: str, today: date) -> bool:
    """填报完成; False when the street has said so already. What is unfilled asks for a remark.

    Raises `PermissionDenied`, and `ValidationError` by field or for a round that has ended.
    """
    if not may_confirm(user, row):
        raise PermissionDenied("“填报完成”由街道（乡镇）的录入员或负责人提交。")
    row = held(row)
    must_be_open(row.round)
    if row.is_done:
        return False
    before = row.state
    row.left = progress_of(row, today).left
    missing = f"还有 {row.left:,} 项未填，请在填报说明中写明原因，或补填后再提交。" if row.left else ""
    row.remark = clean_text(remark, "remark", longest=REMARK, missing=missing)
    row.state, row.confirmed_by, row.confirmed_at = StreetState.CONFIRMED, user, timezone.now()
    row.save()
    record(
        EventKind.TRANSITION,
        obj=row,
        before={"state": before},
        after={"state": row.state, "left": row.left},
        reason=row.remark,
    )
    return True


@transaction.atomic
def give_back(*, user: User, row: RoundStreet, reason: str) -> bool:
    """退回 a street that has confirmed, with a reason; False when it was given back already.

    Raises `PermissionDenied`, and `ValidationError` without a reason or where there is nothing to give back.
    """
    require(user, Action.COLLECT, row.round.path)
    row = held(row)
    must_be_open(row.round)
    if row.state == StreetState.RETURNED:
        return False
    if not row.is_done:
        raise ValidationError(f"{row.division.name}还没有提交填报完成，无需退回；可以催报。")
    row.reason = clean_text(reason, "reason", longest=REMARK, missing="请填写退回原因，写明还要补充什么。")
    row.state, row.returned_by, row.returned_at = StreetState.RETURNED, user, timezone.now()
    row.save()
    record(
        EventKind.TRANSITION,
        obj=row,
        before={"state": StreetState.CONFIRMED},
        after={"state": row.state},
        reason=row.reason,
    )
    return True
