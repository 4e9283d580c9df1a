"""Local values: drafted by staff, put in force or sent back by the lead, and not edited from then on.

Every step checks, writes and logs; what begins or ends today is measured at once.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.accounts.models import DivisionGrant, User
from governance.accounts.roles import ROLES, Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division
from governance.divisions.paths import ancestor_paths, common_path, is_under
from governance.policies import upkeep
from governance.policies.comparisons import comparison_for
from governance.policies.follow_up import label_of
from governance.policies.indicators import indicator
from governance.policies.models import LocalState, LocalValue, Standard
from governance.policies.units import UNITS

MOST_REMARK = 200
_WHOLE_TREE = frozenset({"quota", "shortfall", "units", "stages"})
"""Standards that are worked out for a whole division from others: no values of its parts."""


@dataclass(frozen=True)
class Draft:
    """What a local value says and where it is written."""

    standard: Standard
    division: Division
    effective_from: date
    parameters: dict[str, Any]
    binding: str
    paper: str
    number: str
    clause: str
    reading: str

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def may_have_local(standard: Standard) -> bool:
    return standard.upper.get("kind") not in _WHOLE_TREE


def wording_of(value: LocalValue) -> str:
    """The requirement in words."""
    if value.parameters is None:
        return "废止"
    unit = UNITS[indicator(value.standard.indicator).unit]
    return comparison_for(value.standard.comparison, value.parameters).wording(unit)


def check(draft: Draft) -> None:
    """Raises `ValidationError` at the field that cannot be."""
    jurisdiction = draft.standard.measure.document.jurisdiction
    if not may_have_local(draft.standard):
        raise ValidationError({"standard": "这项标准按辖区整体计算，不能另定地方标准值。"})
    if not is_under(draft.division.path, jurisdiction.path):
        raise ValidationError(
            {"division": f"这项标准只适用于{jurisdiction.name}，不能为{draft.division.name}另定标准值。"}
        )
    if draft.division.closed_on is not None:
        raise ValidationError({"division": "这个区划已撤销，请另选。"})


def _refuse_twin(value: LocalValue) -> None:
    others = LocalValue.objects.enacted().filter(
        standard=value.standard_id, division=value.division_id, effective_from=value.effective_from
    )
    if others.exclude(pk=value.pk).exists():
        text = f"同一区划的这项标准自 {value.effective_from} 起已有另一个值，请另定生效日期。"
        raise ValidationError({"effective_from": text})


@transaction.atomic
def draft(*, by: User, draft: Draft, key: str) -> LocalValue:
    """Keep a draft. A form sent twice drafts once. Raises `PermissionDenied`, `ValidationError`."""
    require(by, Action.DRAFT_POLICY, draft.division.path)
    if (kept := LocalValue.objects.filter(key=key, drafted_by=by).first()) is not None:
        return kept
    check(draft)
    value = LocalValue(
        **draft.values(),
        place_code=draft.division.code,
        key=key,
        drafted_by=by,
        drafted_by_name=label_of(by),
    )
    _refuse_twin(value)
    try:
        with transaction.atomic():
            value.save()
    except IntegrityError:  # the same form at the same time
        return LocalValue.objects.get(key=key, drafted_by=by)
    record(EventKind.CREATE, obj=value, after=_told(value))
    return value


_TOLD = ("effective_from", "parameters", "binding", "paper", "number", "clause", "reading", "state", "remark")


def _told(value: LocalValue) -> dict[str, Any]:
    """What an event keeps of a value."""
    found: dict[str, Any] = {"place": value.place_code, "standard": value.standard.code}
    for name in _TOLD:
        each = getattr(value, name)
        found[name] = each.isoformat() if isinstance(each, date) else each
    return found


def _locked(value: LocalValue) -> LocalValue:
    rows = LocalValue.objects.select_for_update(of=("self",)).select_related("division", "standard__measure")
    return rows.get(pk=value.pk)


def _log(value: LocalValue, before: dict[str, Any], kind: EventKind, reason: str = "") -> None:
    after = _told(value)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        record(
            kind,
            obj=value,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            reason=reason,
        )


@transaction.atomic
def change(*, by: User, value: LocalValue, draft: Draft) -> LocalValue:
    """Write a draft anew; whoever did so last is its drafter. Raises as `draft` does."""
    value = _locked(value)
    require(by, Action.DRAFT_POLICY, value.path)
    require(by, Action.DRAFT_POLICY, draft.division.path)
    if value.state != LocalState.DRAFT:
        raise ValidationError("这个值已不是草拟状态，不能修改。")
    check(draft)
    before = _told(value)
    for name, each in draft.values().items():
        setattr(value, name, each)
    value.place_code = draft.division.code
    value.drafted_by, value.drafted_by_name, value.drafted_at = by, label_of(by), timezone.now()
    value.remark = ""
    _refuse_twin(value)
    value.save()
    _log(value, before, EventKind.CHANGE)
    return value


def clean_remark(text: str) -> str:
    remark = " ".join(text.split())
    if len(remark) < 2:
        raise ValidationError({"remark": "请写明意见或原因，至少两个字。"})
    if len(remark) > MOST_REMARK:
        raise ValidationError({"remark": f"最多 {MOST_REMARK} 个字，请缩短。"})
    return remark


def _decide(value: LocalValue, by: User, *, state: LocalState, remark: str = "") -> None:
    before = _told(value)
    value.state, value.remark = state, remark
    value.decided_by_name, value.decided_at = label_of(by), timezone.now()
    value.save()
    _log(value, before, EventKind.TRANSITION, remark)


@transaction.atomic
def withdraw(*, by: User, value: LocalValue, remark: str, today: date) -> LocalValue:
    """Give up a draft, or a value in force that has not been in force on any day before today.

    Asked twice it is withdrawn once. Raises `PermissionDenied`, `ValidationError`.
    """
    value = _locked(value)
    enacted = value.state == LocalState.ENACTED
    require(by, Action.ENACT_POLICY if enacted else Action.DRAFT_POLICY, value.path)
    remark = clean_remark(remark)
    if value.state == LocalState.WITHDRAWN:
        return value
    if enacted and not may_take_back(value, today):
        raise ValidationError("这个值已经生效，不能撤回；请废止，或另拟一个新的值。")
    _decide(value, by, state=LocalState.WITHDRAWN, remark=remark)
    if enacted:
        _measure(value, today)
    return value


def may_take_back(value: LocalValue, today: date) -> bool:
    """Whether a value in force has held on no day that is over, and in no report."""
    return value.state == LocalState.ENACTED and value.effective_from >= today and value.used_on is None


@transaction.atomic
def send_back(*, by: User, value: LocalValue, remark: str) -> LocalValue:
    """Return a draft to its drafter with what is to be changed."""
    value = _locked(value)
    require(by, Action.ENACT_POLICY, value.path)
    remark = clean_remark(remark)
    if value.state != LocalState.DRAFT:
        raise ValidationError("这个值已不是草拟状态，不能退回。")
    _decide(value, by, state=LocalState.DRAFT, remark=remark)
    return value


def somebody_else(*, than: User, path: str) -> bool:
    """Whether another active user may put values in force there."""
    rows = DivisionGrant.objects.filter(content_object__path__in=ancestor_paths(path), user__is_active=True)
    return any(
        Action.ENACT_POLICY in ROLES[grant.role].actions
        for grant in rows.exclude(user=than).select_related("permission")
    )


@transaction.atomic
def enact(*, by: User, values: Sequence[LocalValue], today: date) -> int:
    """Put drafts in force; they judge from their days on. Returns how many were; what is in force stays so.

    Nobody decides on his own draft while another lead could. Raises `PermissionDenied`, `ValidationError`;
    nothing is done then.
    """
    done = []
    for each in values:
        value = _locked(each)
        require(by, Action.ENACT_POLICY, value.path)
        if value.state == LocalState.ENACTED:
            continue
        if value.state != LocalState.DRAFT:
            raise ValidationError(f"{value.standard.measure.title}的值已撤回，不能生效。")
        if value.drafted_by_id == by.pk and somebody_else(than=by, path=value.path):
            raise ValidationError("自己草拟的值须由另一位负责人核准生效。")
        _refuse_twin(value)
        _decide(value, by, state=LocalState.ENACTED)
        done.append(value)
    if begun := [value.path for value in done if value.effective_from <= today]:
        upkeep.after_import([common_path(begun)], today)
    return len(done)


@dataclass(frozen=True)
class Citation:
    """From which day on, and the paper that says so."""

    effective_from: date
    paper: str
    number: str
    clause: str
    reading: str


@transaction.atomic
def repeal(*, by: User, value: LocalValue, citation: Citation, key: str, today: date) -> LocalValue:
    """End a value in force from a day on: a row without parameters follows it. Sent twice it ends once.

    Raises `PermissionDenied`, `ValidationError`.
    """
    value = _locked(value)
    require(by, Action.ENACT_POLICY, value.path)
    if (made := LocalValue.objects.filter(key=key, standard=value.standard_id).first()) is not None:
        return made
    if value.state != LocalState.ENACTED or value.is_repeal:
        raise ValidationError("只有已生效的值才能废止。")
    earliest = max(today, value.effective_from)
    if citation.effective_from < today or citation.effective_from <= value.effective_from:
        raise ValidationError(
            {"effective_from": f"废止日期不能早于今天，并须晚于生效日期（{earliest} 之后或当日起）。"}
        )
    later = LocalValue.objects.enacted().filter(standard=value.standard_id, division=value.division_id)
    following = later.filter(
        effective_from__gt=value.effective_from, effective_from__lte=citation.effective_from
    ).first()
    if following is not None:
        raise ValidationError(
            {"effective_from": f"这个值自 {following.effective_from} 起已被接替或废止，不必再废止。"}
        )
    ended = LocalValue.objects.create(
        **asdict(citation),
        division=value.division,
        standard=value.standard,
        place_code=value.place_code,
        parameters=None,
        binding=value.binding,
        state=LocalState.ENACTED,
        key=key,
        drafted_by=by,
        drafted_by_name=label_of(by),
        decided_by_name=label_of(by),
        decided_at=timezone.now(),
    )
    record(EventKind.END, obj=value, after=_told(ended), reason=citation.reading[:500])
    _measure(ended, today)
    return ended


def _measure(value: LocalValue, today: date) -> None:
    """Judge its division anew where it holds, or held, today."""
    if value.effective_from <= today:
        upkeep.after_import([value.path], today)
