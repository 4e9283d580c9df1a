"""确认为无 and taking it back: by a clerk with a reason, or by a row that was added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import build, record, record_many
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.divisions.paths import within
from governance.exchange.sheets import Sheet
from governance.records.completeness.states import listed_sheets, standing
from governance.records.models import EmptyConfirmation

ROW_ADDED = "已录入数据，自动撤销。"


@transaction.atomic
def confirm_empty(*, user: User, division: Division, sheet: Sheet, note: str = "") -> EmptyConfirmation:
    """Keep that a community has no row of a sheet; doing it twice changes nothing.

    Raises `PermissionDenied`, and `ValidationError` where rows exist or the sheet cannot be empty.
    """
    require(user, Action.ADD, division.path)
    if division.level != Level.COMMUNITY or division.closed_on is not None:
        raise ValidationError("只能对现有的社区（村）确认为无。")
    if sheet.is_per_community:
        raise ValidationError(f"“{sheet.name}”每个社区都有一条，不能确认为无。")
    number = standing(sheet, today()).filter(path=division.path).count()
    if number:
        raise ValidationError(
            f"{division.name}的“{sheet.name}”已有 {number:,} {sheet.unit}，不能确认为无。"
            "如已不存在，请先在台账中逐条终止或作废。"
        )
    word, is_new = EmptyConfirmation.objects.get_or_create(
        division=division,
        sheet=sheet.slug,
        revoked_at=None,
        defaults={"note": note.strip()[:200], "confirmed_by": user},
    )
    if is_new:
        record(EventKind.CREATE, obj=word, after={"台账": sheet.name, "说明": word.note})
    return word


@transaction.atomic
def revoke_empty(*, user: User, division: Division, sheet: Sheet, reason: str) -> None:
    """Take the word back, with a reason; nothing happens where there is none (any more)."""
    require(user, Action.ADD, division.path)
    if not reason.strip():
        raise ValidationError({"reason": "请填写撤销原因。"})
    words = EmptyConfirmation.objects.valid().select_for_update()
    word = words.filter(division=division, sheet=sheet.slug).first()
    if word is None:
        return
    word.revoked_at, word.revoked_by, word.reason = timezone.now(), user, reason.strip()[:200]
    word.save()
    record(EventKind.VOID, obj=word, before={"台账": sheet.name}, reason=word.reason)


@transaction.atomic
def revoke_filled(paths: Sequence[str], on: date) -> None:
    """Take back every word below some paths where rows have come; runs after each import and saved form."""
    words = EmptyConfirmation.objects.valid().filter(within(paths))
    slugs = set(words.order_by().values_list("sheet", flat=True).distinct())
    if not slugs:
        return
    refuted = Q(pk__in=[])
    names = {}
    for sheet in listed_sheets():
        if sheet.slug in slugs:
            names[sheet.slug] = sheet.name
            refuted |= Q(sheet=sheet.slug, path__in=standing(sheet, on).filter(within(paths)).values("path"))
    found = list(words.select_for_update(of=("self",)).filter(refuted).select_related("division"))
    if not found:
        return
    EmptyConfirmation.objects.filter(pk__in=[word.pk for word in found]).update(
        revoked_at=timezone.now(), reason=ROW_ADDED
    )
    record_many(
        build(EventKind.VOID, obj=word, before={"台账": names[word.sheet]}, reason=ROW_ADDED)
        for word in found
    )
