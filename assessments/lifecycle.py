"""What is decided of a scheme: in force, revised, final, scored again, published, withdrawn."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from assessments.choices import SchemeState
from assessments.drafting import held, must_be
from assessments.formulas import WHOLE, mean
from assessments.models import Assessment, Scheme, Score
from assessments.results import lines_of
from assessments.rights import FLOOR, decides, may_reopen, must, organises
from assessments.weights import satisfaction_of, total_of
from governance.accounts.models import User
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division, Level
from governance.divisions.paths import under
from governance.rounds.texts import clean_text
from governance.web.formats import hundredths

REASON, PLACE = 200, 100
_NAMED = 8
"""Communities named in a refusal; the others are counted."""


def _open_communities(scheme: Scheme) -> list[Division]:
    rows = Division.objects.filter(under(scheme.path), level=Level.COMMUNITY, closed_on=None)
    return list(rows.order_by("path"))


def newcomers(scheme: Scheme) -> list[Division]:
    """Communities below the organiser that are not in the scheme."""
    known = set(Assessment.objects.filter(scheme=scheme).values_list("division_id", flat=True))
    return [division for division in _open_communities(scheme) if division.pk not in known]


def _take_in(scheme: Scheme) -> int:
    made = [Assessment(scheme=scheme, division=each, path=each.path) for each in newcomers(scheme)]
    Assessment.objects.bulk_create(made)
    return len(made)


def previous_of(scheme: Scheme) -> Scheme | None:
    """The scheme of the same direction that is in force until this one."""
    rows = Scheme.objects.filter(
        division=scheme.division, direction=scheme.direction, in_force_on__isnull=False, ended_on=None
    )
    return rows.exclude(pk=scheme.pk).order_by("-in_force_on").first()


@transaction.atomic
def enact(*, user: User, scheme: Scheme, on: date | None) -> Scheme:
    """Put a draft in force: all communities are taken in and can be scored; the one before ends that day.

    Raises `PermissionDenied`, and `ValidationError` while the weights do not make up 100 %.
    """
    must(decides(user, scheme.division))
    row = held(scheme)
    must_be(row, SchemeState.DRAFT, "不能再次施行。")
    if on is None:
        raise ValidationError("请填写施行日期，如 2026-01-01。")
    criteria = list(row.criteria.all())
    total = total_of(criteria)
    if total != WHOLE:
        raise ValidationError(f"各项权重合计 {hundredths(total)}%，应为 100%，请修改方案后再施行。")
    # Two drafts put in force at once must see each other.
    Division.objects.select_for_update().get(pk=row.division_id)
    before = previous_of(row)
    if before is not None:
        if before.in_force_on is not None and on <= before.in_force_on:
            text = f"施行日期应晚于上一方案“{before.title}”的施行日期（{before.in_force_on:%Y-%m-%d}）。"
            raise ValidationError(text)
        before.ended_on = on
        before.save(update_fields=["ended_on"])
        row.previous_c = before.satisfaction_c
    row.satisfaction_c = satisfaction_of(criteria)
    row.state, row.in_force_on, row.enacted_by, row.reason = SchemeState.SCORING, on, user, ""
    row.save()
    _take_in(row)
    if not row.assessments.exists():
        raise ValidationError(f"{row.division.name}下面没有社区，不能施行。")
    _log(row, SchemeState.DRAFT)
    return row


@transaction.atomic
def include_new(*, user: User, scheme: Scheme) -> int:
    """Take in communities that were founded or moved here after the scheme came into force; how many."""
    must(organises(user, scheme.path))
    row = held(scheme)
    must_be(row, SchemeState.SCORING, "打分时才能补入社区。")
    made = _take_in(row)
    if made:
        record(EventKind.CHANGE, obj=row, after={"补入社区": made})
    return made


@transaction.atomic
def revise(*, user: User, scheme: Scheme, reason: str) -> None:
    """Give a scheme in force back to its draft, as long as nobody has scored."""
    must(decides(user, scheme.division))
    row = held(scheme)
    must_be(row, SchemeState.SCORING, "不能退回修改。")
    if Score.objects.filter(assessment__scheme=row).exists():
        raise ValidationError("已经有社区打了分，方案不能再修改；确需调整的，在下一年度的方案中修改。")
    row.reason = _reason(reason)
    Scheme.objects.filter(
        division=row.division, direction=row.direction, ended_on=row.in_force_on, in_force_on__isnull=False
    ).exclude(pk=row.pk).update(ended_on=None)
    row.state, row.in_force_on, row.satisfaction_c, row.enacted_by = SchemeState.DRAFT, None, None, None
    row.save()
    _log(row, SchemeState.SCORING)


@transaction.atomic
def finalise(*, user: User, scheme: Scheme) -> None:
    """定稿: work out every result. Refused while a criterion of a community has no score (D38)."""
    must(decides(user, scheme.division))
    row = held(scheme)
    must_be(row, SchemeState.SCORING, "不能定稿。")
    lines = [line for line in lines_of(row) if line.assessment.is_counted]
    missing = [line for line in lines if line.result is None]
    if missing:
        named = "；".join(line.missing_text for line in missing[:_NAMED])
        more = f" 等 {len(missing)} 个社区" if len(missing) > _NAMED else ""
        raise ValidationError(f"还有得分没有填，不能定稿：{named}{more}。请补齐，或把不参评的写明原因。")
    if newcomers(row):
        raise ValidationError("有新设的社区还没有补入，请先“补入新设社区”。")
    if row.is_up and len(lines) < FLOOR:
        raise ValidationError(f"评议街道的社区不足 {FLOOR} 个，结果会看出是谁打的分，不能定稿。")
    results = []
    for line in lines:
        line.assessment.result_c = line.result
        results.append(line.assessment)
    Assessment.objects.bulk_update(results, ["result_c"], batch_size=500)
    row.mean_c = mean([each.result_c for each in results if each.result_c is not None])
    row.state, row.finalised_by, row.finalised_at = SchemeState.FINAL, user, timezone.now()
    row.reason = ""
    row.save()
    _log(row, SchemeState.SCORING)


@transaction.atomic
def reopen(*, user: User, scheme: Scheme, reason: str) -> None:
    """Give a final result back to be scored again, before it is published: that of a street by its bureau."""
    must(may_reopen(user, scheme))
    row = held(scheme)
    must_be(row, SchemeState.FINAL, "只有已定稿、还没有公开的能退回打分。")
    row.reason = _reason(reason)
    Assessment.objects.filter(scheme=row).update(result_c=None)
    row.state, row.mean_c, row.finalised_by, row.finalised_at = SchemeState.SCORING, None, None, None
    row.save()
    _log(row, SchemeState.FINAL)


@transaction.atomic
def publish(*, user: User, scheme: Scheme, on: date | None, place: str, today: date) -> None:
    """公开: note when and where the result was made known; communities then read their own scores."""
    must(decides(user, scheme.division))
    row = held(scheme)
    must_be(row, SchemeState.FINAL, "定稿以后才能公开。")
    if on is None or on > today:
        raise ValidationError("请填写公开日期，不能晚于今天。")
    if row.in_force_on is not None and on < row.in_force_on:
        raise ValidationError(f"公开日期不能早于方案施行的 {row.in_force_on:%Y-%m-%d}。")
    row.place = clean_text(place, "place", longest=PLACE, missing="请填写公开渠道，如“社区公告栏”。")
    row.state, row.published_on = SchemeState.PUBLISHED, on
    row.save()
    _log(row, SchemeState.FINAL)


@transaction.atomic
def withdraw(*, user: User, scheme: Scheme, reason: str) -> None:
    """Take back a draft that will not be used."""
    must(organises(user, scheme.path))
    row = held(scheme)
    must_be(row, SchemeState.DRAFT, "只有拟订中的方案能撤回。")
    row.reason = _reason(reason)
    row.state = SchemeState.WITHDRAWN
    row.save()
    _log(row, SchemeState.DRAFT)


def _reason(text: str) -> str:
    return clean_text(text, "reason", longest=REASON, missing="请填写原因。")


def _log(scheme: Scheme, before: SchemeState) -> None:
    record(
        EventKind.TRANSITION,
        obj=scheme,
        before={"state": before},
        after={"state": scheme.state},
        reason=scheme.reason,
    )
