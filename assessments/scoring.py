"""Scores: saved as a whole or not at all, and never over what somebody else wrote meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from assessments.choices import SchemeState
from assessments.drafting import held, must_be
from assessments.models import Assessment, Criterion, Scheme, Score
from assessments.rights import may_exempt, may_report, may_score, must
from governance.accounts.models import User
from governance.audit.models import EventKind
from governance.audit.services import build, record, record_many
from governance.rounds.texts import clean_text
from governance.web.formats import MISSING, hundredths

REPORT, REASON = 2000, 200
_LOCKED = "如需更正，请负责人退回打分。"

Given = tuple[int | None, int | None]
"""A score in hundredths of a point, and the number of valid answers."""
NOTHING: Given = (None, None)


@dataclass(frozen=True)
class Change:
    """One score as it was shown (`base`) and as it should be, by primary keys."""

    assessment: int
    criterion: int
    base: Given
    new: Given


def told(given: Given) -> str:
    """88.00（35 份）"""
    value, replies = given
    return hundredths(value) if replies is None else f"{hundredths(value)}（{replies} 份）"


@transaction.atomic
def save_scores(*, user: User, scheme: Scheme, changes: Sequence[Change]) -> int:
    """Write what changed; returns how many scores.

    Raises `PermissionDenied`, and `ValidationError` when scoring is over, a place does not belong to the
    scheme, or somebody else changed the same score since it was shown: then nothing is saved.
    """
    row = held(scheme)
    must_be(row, SchemeState.SCORING, _LOCKED)
    wanted = [change for change in changes if change.new != change.base]
    places = {
        each.pk: each
        for each in Assessment.objects.filter(
            scheme=row, pk__in={change.assessment for change in wanted}
        ).select_related("division")
    }
    criteria: dict[int, Criterion] = {each.pk: each for each in row.criteria.all()}
    if any(each.assessment not in places or each.criterion not in criteria for each in wanted):
        raise ValidationError("有的得分不属于这个方案，请刷新页面后重新填写。")
    must(all(may_score(user, row, place.path) for place in places.values()))
    stored = {
        (score.assessment_id, score.criterion_id): score
        for score in Score.objects.filter(assessment__in=places)
    }
    faults: list[str] = []
    written: list[Score] = []
    before: dict[Assessment, dict[str, str]] = {}
    after: dict[Assessment, dict[str, str]] = {}
    for change in wanted:
        key = (change.assessment, change.criterion)
        score = stored.get(key)
        now: Given = (score.value_c, score.replies) if score else NOTHING
        place, criterion = places[change.assessment], criteria[change.criterion]
        if now == change.new:
            continue
        if now != change.base:
            faults.append(
                f"{place.division.name}“{criterion.name}”：别人已改为 {told(now)}，"
                f"您填的是 {told(change.new)}。请核对后再保存一次。"
            )
            continue
        if change.new[0] is None and change.new[1] is not None:
            faults.append(f"{place.division.name}“{criterion.name}”：填了有效评价数，没有填得分。")
            continue
        score = score or Score(assessment=place, criterion=criterion)
        score.value_c, score.replies = change.new
        score.by, score.at = user, timezone.now()
        written.append(score)
        before.setdefault(place, {})[criterion.name] = told(now)
        after.setdefault(place, {})[criterion.name] = told(change.new)
    if faults:
        raise ValidationError(faults)
    Score.objects.bulk_create([each for each in written if each.pk is None])
    Score.objects.bulk_update(
        [each for each in written if each.pk is not None], ["value_c", "replies", "by", "at"], batch_size=500
    )
    record_many(
        build(EventKind.CHANGE, obj=place, before=before[place], after=after[place]) for place in before
    )
    return len(written)


@transaction.atomic
def write_self_report(*, user: User, assessment: Assessment, text: str) -> bool:
    """The community's own account of its year; False when it stays as it was."""
    must(may_report(user, assessment.scheme, assessment.path))
    must_be(held(assessment.scheme), SchemeState.SCORING, "打分时才能填写自评。")
    row = Assessment.objects.select_related("division").get(pk=assessment.pk)
    cleaned = clean_text(text, "self_report", longest=REPORT)
    if cleaned == row.self_report:
        return False
    before, row.self_report = row.self_report, cleaned
    row.save(update_fields=["self_report"])
    record(EventKind.CHANGE, obj=row, before={"社区自评": before}, after={"社区自评": cleaned})
    return True


@transaction.atomic
def exempt(*, user: User, assessment: Assessment, reason: str) -> bool:
    """Take a community out of a scheme with a reason, or in again with an empty one."""
    must(may_exempt(user, assessment.scheme))
    must_be(held(assessment.scheme), SchemeState.SCORING, "打分时才能改变是否参评。")
    row = Assessment.objects.select_related("division").get(pk=assessment.pk)
    cleaned = clean_text(reason, "reason", longest=REASON)
    if cleaned == row.exempt_reason:
        return False
    before, row.exempt_reason = row.exempt_reason, cleaned
    row.save(update_fields=["exempt_reason"])
    record(
        EventKind.CHANGE,
        obj=row,
        before={"不参评原因": before or MISSING},
        after={"不参评原因": cleaned or MISSING},
    )
    return True
