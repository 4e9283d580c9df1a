"""Drafting a plan and changing it: services that check, write and log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from communities.adjustments.cases import case_of
from communities.adjustments.checks import neighbour_faults, others_open, place_faults, taken_names
from communities.adjustments.figures import shares
from communities.adjustments.plan import Plan, read
from communities.adjustments.rows import rows_of
from communities.boundaries.neighbours import outlines_of_divisions
from communities.models import (
    Adjustment,
    AdjustmentKind,
    AdjustmentSource,
    AdjustmentState,
    Assignment,
    Compound,
    Successor,
)
from communities.sheets import bare_name
from communities.transfers import COMMUNITY
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division, Level
from governance.records.services import clean_reason

MOST_SUCCESSORS = 6
MOST_SOURCES = 10
HIGHEST = 2_000_000_000


@dataclass(frozen=True)
class Proposed:
    """A successor as it is named: a new community, or a source that goes on."""

    name: str
    continues: Division | None = None


def draft(
    *,
    user: User,
    kind: str,
    sources: Sequence[Division],
    successors: Sequence[Proposed],
    basis: str,
    effective_on: date,
    key: str,
    listed: int = 0,
) -> Adjustment:
    """Keep a plan in which everything goes to the first successor. A form sent twice drafts once.

    Raises `PermissionDenied`, and `ValidationError` for communities or names that cannot be.
    """
    for each in sources:
        require(user, Action.OPEN_CASE, each.path)
    if (kept := Adjustment.objects.filter(key=key, drafted_by=user).first()) is not None:
        return kept
    _check(kind, sources, successors)
    if not 0 <= listed <= len(sources):
        raise ValidationError({"listed": f"名单内的社区数应为 0 至 {len(sources)}，请核对。"})
    made = Adjustment(
        division=sources[0].parent,
        kind=kind,
        basis=basis.strip(),
        effective_on=effective_on,
        drafted_by=user,
        listed=listed,
        key=key,
    )
    try:
        with transaction.atomic():
            return _keep(made, sources, successors)
    except IntegrityError:  # the same form at the same time
        return Adjustment.objects.get(key=key, drafted_by=user)


def _check(kind: str, sources: Sequence[Division], successors: Sequence[Proposed]) -> None:
    wrong = list(place_faults(list(sources), kind))
    wrong += list(others_open(list(sources)))
    if kind == AdjustmentKind.MERGE and not wrong:
        wrong += neighbour_faults(outlines_of_divisions(sources), len(sources))
    if len(sources) > MOST_SOURCES:
        wrong.append(f"一次最多合并 {MOST_SOURCES} 个社区。")
    if wrong:
        raise ValidationError({"sources": wrong})
    street = sources[0].parent
    if street is None or street.level != Level.STREET:
        raise ValidationError({"sources": "社区不在街道（乡镇）之下，不能在这里调整。"})
    continued = [each.continues for each in successors if each.continues is not None]
    names = ["".join(each.name.split()) for each in successors if each.continues is None]
    if kind == AdjustmentKind.SPLIT and not 2 <= len(successors) <= MOST_SUCCESSORS:
        raise ValidationError({"names": f"拆分后应有 2 至 {MOST_SUCCESSORS} 个社区（含保留的原社区）。"})
    if kind == AdjustmentKind.MERGE and len(successors) != 1:
        raise ValidationError({"names": "合并后应只有一个社区。"})
    if any(each.pk not in {source.pk for source in sources} for each in continued) or len(continued) > 1:
        raise ValidationError({"names": "保留的社区应是被调整的一个社区。"})
    if any(not bare_name(name) or len(name) > 60 for name in names):
        raise ValidationError({"names": "请填写社区名称，每个最多 60 个字。"})
    closing = {each.pk for each in sources} - {each.pk for each in continued}
    if wrong := list(taken_names(street, names, closing)):
        raise ValidationError({"names": wrong})


def _keep(adjustment: Adjustment, sources: Sequence[Division], successors: Sequence[Proposed]) -> Adjustment:
    # The street is the lock: two plans for one community cannot be drafted at the same time.
    Division.objects.select_for_update().get(pk=adjustment.division_id)
    if wrong := list(others_open(list(sources))):
        raise ValidationError({"sources": wrong})
    adjustment.save()
    AdjustmentSource.objects.bulk_create(
        AdjustmentSource(adjustment=adjustment, division=each) for each in sources
    )
    made = [
        Successor.objects.create(
            adjustment=adjustment,
            number=number,
            name=each.continues.name if each.continues else "".join(each.name.split()),
            continues=each.continues,
        )
        for number, each in enumerate(successors, start=1)
    ]
    rows = rows_of([each.pk for each in sources], adjustment.effective_on)
    Assignment.objects.bulk_create(
        Assignment(adjustment=adjustment, object_type=row.kind, object_id=row.pk, successor=made[0])
        for row in rows
    )
    if adjustment.kind == AdjustmentKind.MERGE:
        plan = read(adjustment)
        made[0].figures = {
            name: total for name in COMMUNITY.figures if (total := plan.total(name)) is not None
        }
        made[0].save(update_fields=["figures"])
    told = {
        "kind": adjustment.get_kind_display(),
        "sources": [each.code for each in sources],
        "successors": [each.name for each in made],
        "effective_on": adjustment.effective_on.isoformat(),
        "listed": adjustment.listed,
    }
    record(EventKind.CREATE, obj=adjustment, after=told, reason=adjustment.basis)
    return adjustment


def locked(user: User, adjustment: Adjustment, action: Action = Action.OPEN_CASE) -> Adjustment:
    """The draft under its lock. Raises `PermissionDenied`, and `ValidationError` for what is no draft."""
    require(user, action, adjustment.path)
    rows = Adjustment.objects.select_for_update(of=("self",)).select_related("division")
    found = rows.get(pk=adjustment.pk)
    if not found.is_draft:
        raise ValidationError(f"方案{found.get_state_display()}，不能再修改。")
    return found


def _changed(adjustment: Adjustment, after: dict[str, Any]) -> None:
    adjustment.changed_at = timezone.now()
    adjustment.save(update_fields=["changed_at"])
    record(EventKind.CHANGE, obj=adjustment, after=after)


@transaction.atomic
def assign(*, user: User, adjustment: Adjustment, kind: str, choices: Mapping[int, int | None]) -> int:
    """Say which successor (by id, None: nobody yet) rows of a kind (by id) go to; returns how many changed.

    Rows that are not of the plan and successors of another one are left out.
    """
    adjustment = locked(user, adjustment)
    plan = read(adjustment)
    own = {row.pk for row in plan.rows if row.kind == kind}
    wanted = {
        pk: to
        for pk, to in choices.items()
        if pk in own and (to is None or to in plan.by_successor) and (plan.assigned.get((kind, pk), 0) != to)
    }
    _write(plan, kind, wanted)
    if wanted:
        names = {each.pk: each.name for each in plan.successors}
        counts: dict[str, int] = {}
        for to in wanted.values():
            told = names.get(to or 0, "未定")
            counts[told] = counts.get(told, 0) + 1
        _changed(adjustment, {"registry": kind, "rows": counts})
    return len(wanted)


def _write(plan: Plan, kind: str, wanted: Mapping[int, int | None]) -> None:
    new = [pk for pk in wanted if (kind, pk) not in plan.assigned]
    rows = Assignment.objects.filter(adjustment=plan.adjustment, object_type=kind)
    for to in set(wanted.values()):
        ids = [pk for pk, each in wanted.items() if each == to]
        rows.filter(object_id__in=ids).update(successor=to)
    Assignment.objects.bulk_create(
        Assignment(adjustment=plan.adjustment, object_type=kind, object_id=pk, successor_id=wanted[pk])
        for pk in new
    )


def assign_all(*, user: User, adjustment: Adjustment, kind: str, successor: int) -> int:
    """Everything of a kind to one successor."""
    rows = [row.pk for row in read(adjustment).rows if row.kind == kind]
    return assign(user=user, adjustment=adjustment, kind=kind, choices=dict.fromkeys(rows, successor))


def follow_compounds(*, user: User, adjustment: Adjustment, kind: str) -> int:
    """Rows that name a compound (第3网格 紫薇小区) go where that goes; the longest name decides."""
    plan = read(adjustment)
    label = Compound._meta.label_lower
    places = {
        row.told.strip(): to.pk
        for row in plan.rows
        if row.kind == label and (to := plan.successor_of(row)) is not None and len(row.told.strip()) > 1
    }
    names = sorted(places, key=len, reverse=True)
    choices: dict[int, int | None] = {}
    for row in plan.rows:
        if row.kind == kind and kind != label:
            named = next((name for name in names if name in row.told), None)
            if named is not None:
                choices[row.pk] = places[named]
    return assign(user=user, adjustment=adjustment, kind=kind, choices=choices)


@transaction.atomic
def set_figures(
    *, user: User, adjustment: Adjustment, figures: Mapping[int, Mapping[str, int | None]]
) -> None:
    """Apportion the figures: by id of the successor and field, None for not yet.

    Where all but one successor have theirs, the last one gets the rest. Raises `ValidationError`.
    """
    adjustment = locked(user, adjustment)
    plan = read(adjustment)
    before = [dict(each.figures) for each in plan.successors]
    for successor in plan.successors:
        given = figures.get(successor.pk, {})
        for name in COMMUNITY.figures:
            if name not in given or plan.total(name) is None:
                continue
            value = given[name]
            if value is None:
                successor.figures.pop(name, None)
            elif 0 <= value <= HIGHEST:
                successor.figures[name] = value
            else:
                raise ValidationError(f"{COMMUNITY.caption(name)}应为不小于 0 的整数，请核对。")
    for name in COMMUNITY.figures:
        _give_rest(plan, name)
    _keep_figures(plan, before)


def _give_rest(plan: Plan, name: str) -> None:
    total = plan.total(name)
    empty = [each for each in plan.successors if name not in each.figures]
    if total is None or len(empty) != 1 or len(plan.successors) == 1:
        return
    rest = total - sum(each.figures.get(name, 0) for each in plan.successors)
    if rest >= 0:
        empty[0].figures[name] = rest


def _keep_figures(plan: Plan, before: Sequence[Mapping[str, int]]) -> None:
    if [each.figures for each in plan.successors] == before:
        return
    for successor in plan.successors:
        successor.save(update_fields=["figures"])
    _changed(plan.adjustment, {"figures": {each.name: each.figures for each in plan.successors}})


@transaction.atomic
def apportion(*, user: User, adjustment: Adjustment) -> None:
    """Fill every figure in by the households of the compounds each successor gets; to be looked over."""
    adjustment = locked(user, adjustment)
    plan = read(adjustment)
    label = Compound._meta.label_lower
    weights = [
        sum(row.sums[0] or 0 for row in plan.rows_of(each) if row.kind == label) for each in plan.successors
    ]
    if not any(weights):
        raise ValidationError("小区没有户数，无法折算，请直接填写。")
    before = [dict(each.figures) for each in plan.successors]
    for name in COMMUNITY.figures:
        total = plan.total(name)
        if total is not None:
            for successor, part in zip(plan.successors, shares(total, weights), strict=True):
                successor.figures[name] = part
    _keep_figures(plan, before)


@transaction.atomic
def withdraw(*, user: User, adjustment: Adjustment, reason: str) -> None:
    """Give a draft up, with a reason; its communities may stand in another plan then.

    Raises `ValidationError` while a case handles it.
    """
    adjustment = locked(user, adjustment)
    case = case_of(adjustment)
    if case is not None and case.is_open:
        raise ValidationError(f"方案正由“{case.name}”办理，请先撤回那件办理事项，再撤回方案。")
    adjustment.reason = clean_reason(reason)
    adjustment.state = AdjustmentState.WITHDRAWN
    adjustment.save(update_fields=["reason", "state"])
    record(EventKind.TRANSITION, obj=adjustment, after={"state": adjustment.state}, reason=adjustment.reason)
