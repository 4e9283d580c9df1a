"""Carrying a plan out: one transaction in which communities open and close and every row moves once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone

from communities.adjustments.checks import faults
from communities.adjustments.drafting import locked
from communities.adjustments.effects import fresh
from communities.adjustments.lineage import share_of
from communities.adjustments.plan import Plan, in_order, read
from communities.adjustments.rows import Row
from communities.models import Adjustment, AdjustmentState, Assignment, Community, Compound, Successor
from communities.transfers import COMMUNITY
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import Event, EventKind
from governance.audit.services import build, record, record_many
from governance.divisions.clock import today
from governance.divisions.models import Division, Lineage
from governance.divisions.services import OpenRefused, open_community
from governance.divisions.transfers import Transfer, Way, registered, whole_by_kind
from governance.exchange.hooks import after_import

HOUSEHOLDS = "households_resident"


def apply(*, user: User, adjustment: Adjustment, approval: str) -> Adjustment:
    """Carry a draft out; `approval` is the number of the document that allows it. Done once.

    Called by the step of its case alone (`communities.procedures`). Raises `PermissionDenied`, and
    `ValidationError` with everything that stands in the way; then nothing has changed.
    """
    require(user, Action.APPROVE_CASE, adjustment.path)
    approval = " ".join(approval.split())
    if len(approval) < 2:
        raise ValidationError({"approval": "请填写批准文号。"})
    with transaction.atomic():
        # The street first: drafting and 登记新设社区 wait for it, too.
        Division.objects.select_for_update().get(pk=adjustment.division_id)
        fresh_row = Adjustment.objects.select_for_update(of=("self",)).get(pk=adjustment.pk)
        if fresh_row.state == AdjustmentState.APPLIED:
            return fresh_row
        adjustment = locked(user, adjustment, Action.APPROVE_CASE)
        _lock_rows(adjustment)
        plan = read(adjustment)
        if wrong := faults(plan, today()):
            raise ValidationError(wrong)
        _carry_out(plan, user, approval)
    after_import.run([adjustment.division.path], today())
    return adjustment


def _lock_rows(adjustment: Adjustment) -> None:
    """Hold the sources and every row that is to move, so that sums cannot change under the check."""
    ids = list(adjustment.sources.order_by("division_id").values_list("division_id", flat=True))
    models: list[type[Model]] = [Division, Community, *(each.model for each in registered(Way.WHOLE))]
    for model in models:
        named = "pk__in" if model is Division else "division__in"
        held = model._base_manager.select_for_update().filter(**{named: ids}).order_by("pk")
        list(held.values_list("pk", flat=True))


def _carry_out(plan: Plan, user: User, approval: str) -> None:
    adjustment, on = plan.adjustment, plan.adjustment.effective_on
    _close(plan, on, approval)
    for successor in plan.successors:
        _open(plan, successor, on, approval)
    moved = sum(_move(plan, successor, approval) for successor in plan.successors)
    _keep_lineage(plan, on)
    adjustment.state, adjustment.approval = AdjustmentState.APPLIED, approval
    adjustment.applied_by, adjustment.applied_at = user, timezone.now()
    adjustment.save(update_fields=["state", "approval", "applied_by", "applied_at"])
    after = {
        "state": adjustment.state,
        "moved_from": [each.code for each in plan.divisions],
        "moved_to": [_home(each).code for each in plan.successors],
        "rows": moved,
    }
    record(EventKind.TRANSITION, obj=adjustment, after=after, reason=approval)


def _home(successor: Successor) -> Division:
    assert successor.division is not None
    return successor.division


def _close(plan: Plan, on: date, approval: str) -> None:
    """The sources that do not go on end on the day; what they were stays on them."""
    staying = {each.continues_id for each in plan.successors}
    for source in plan.sources:
        community = plan.communities[source.division_id]
        source.figures = {name: getattr(community, name) for name in COMMUNITY.figures}
        source.save(update_fields=["figures"])
        if source.division_id not in staying:
            source.division.closed_on = on
            source.division.save(update_fields=["closed_on"])
            after = {"closed_on": on.isoformat()}
            record(EventKind.END, obj=source.division, after=after, reason=approval)


def _open(plan: Plan, successor: Successor, on: date, approval: str) -> None:
    """A new community with its figures, or new figures for the one that goes on."""
    figures = {name: successor.figures.get(name) for name in COMMUNITY.figures}
    if successor.continues is not None:
        successor.division = successor.continues
        community = plan.communities[successor.division.pk]
        before = {name: getattr(community, name) for name in figures}
        kind, values = EventKind.CHANGE, figures
    else:
        street = plan.adjustment.division
        try:
            successor.division = open_community(
                street=street, name=successor.name, opened_on=on, reason=approval
            )
        except OpenRefused as error:
            raise ValidationError(str(error)) from error
        community = Community(division=successor.division, version=0)
        before = None
        kind, values = EventKind.CREATE, {**fresh(plan, on), **figures}
    for name, value in values.items():
        setattr(community, name, value)
    community.version += 1
    community.save()
    successor.save(update_fields=["division"])
    record(
        kind,
        obj=community,
        before=before,
        after={name: _plain(value) for name, value in values.items() if value not in (None, "")},
        reason=approval,
        detail=_detail(plan),
    )


def _detail(plan: Plan) -> dict[str, Any]:
    return {"origin": "adjustment", "record": plan.adjustment.pk}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _move(plan: Plan, successor: Successor, approval: str) -> int:
    """Rows of a successor that are not there yet; returns how many."""
    home, moved = _home(successor), 0
    for kind, transfer in whole_by_kind().items():
        rows = [row for row in plan.rows_of(successor) if row.kind == kind]
        going = [row for row in in_order(rows, successor) if plan.moves(row)]
        if going:
            _move_kind(plan, transfer, going, home, approval)
            moved += len(going)
    return moved


def _move_kind(plan: Plan, transfer: Transfer, going: list[Row], home: Division, approval: str) -> None:
    """The rows of one model: place, version, a new name where it is taken, events, attachments."""
    codes = {each.pk: each.code for each in plan.divisions}
    names = {each.pk: each.name for each in plan.divisions}
    ids = [row.pk for row in going]
    instances: dict[int, Any] = transfer.model._base_manager.in_bulk(ids)
    renamed = _renamings(transfer, going, instances, home, names)
    events: list[Event] = []
    assignments = Assignment.objects.filter(adjustment=plan.adjustment, object_type=transfer.kind)
    for pk, text in renamed.items():
        old = getattr(instances[pk], transfer.renamed)
        transfer.model._base_manager.filter(pk=pk).update(**{transfer.renamed: text})
        assignments.filter(object_id=pk).update(renamed_from=old)
    for source, some in _by_source(going).items():
        here = [row.pk for row in some]
        transfer.model._base_manager.filter(pk__in=here).update(
            division=home, path=home.path, version=F("version") + 1
        )
        assignments.filter(object_id__in=here).update(moved_from=source)
        for row in some:
            instance = instances[row.pk]
            instance.path, instance.version = home.path, instance.version + 1
            before, after = {"division": codes[source]}, {"division": home.code}
            if row.pk in renamed:
                before[transfer.renamed] = getattr(instance, transfer.renamed)
                after[transfer.renamed] = renamed[row.pk]
            event = build(EventKind.CHANGE, obj=instance, before=before, after=after, reason=approval)
            event.object_type = transfer.kind_of(instance)._meta.label_lower
            event.detail = {**_detail(plan), "moved_from": codes[source], "moved_to": home.code}
            events.append(event)
    record_many(events)
    bring_along(transfer, instances.values(), home)


def _by_source(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.division_id, []).append(row)
    return found


def _renamings(
    transfer: Transfer, going: list[Row], instances: dict[int, Any], home: Division, names: dict[int, str]
) -> dict[int, str]:
    """New names or numbers, by id, of rows whose own is taken in their new community, ended rows included."""
    if not transfer.renamed or transfer.rename is None:
        return {}
    there = transfer.model._base_manager.filter(division=home, voided_on=None)
    keys = set(there.annotate(row_key=transfer.text(transfer.key)).values_list("row_key", flat=True))
    taken = set(there.values_list(transfer.renamed, flat=True))
    own = [getattr(each, transfer.renamed) for each in instances.values()]
    field: Any = transfer.model._meta.get_field(transfer.renamed)
    found: dict[int, str] = {}
    for row in going:
        if row.key in keys:
            value = getattr(instances[row.pk], transfer.renamed)
            new = transfer.rename(value, {*taken, *own}, names[row.division_id], field.max_length)
            found[row.pk] = new
            taken.add(new)
        keys.add(row.key)
    return found


def bring_along(transfer: Transfer, rows: Iterable[Any], home: Division) -> None:
    """What hangs on the rows (attachments) goes with them."""
    by_kind: dict[type[Model], list[int]] = {}
    for row in rows:
        by_kind.setdefault(transfer.kind_of(row), []).append(row.pk)
    for each in registered(Way.WITH_ROW):
        for kind, ids in by_kind.items():
            hanging = each.model._base_manager.filter(object_type=kind._meta.label_lower, object_id__in=ids)
            hanging.update(division=home, path=home.path)


def _keep_lineage(plan: Plan, on: date) -> None:
    """Which community followed which, with the share of its households: of the figure, else of compounds."""
    for source in plan.sources:
        parts = [each for each in plan.successors if _home(each).pk != source.division_id]
        for successor in parts:
            share = 10000 if len(plan.successors) == 1 else _share(plan, successor)
            Lineage.objects.update_or_create(
                predecessor=source.division,
                successor=_home(successor),
                defaults={"changed_on": on, "households_share": share},
            )


def _share(plan: Plan, successor: Successor) -> int:
    """Households of a split community that went to one successor."""
    total = plan.total(HOUSEHOLDS)
    if total:
        return share_of(successor.figures.get(HOUSEHOLDS), total, len(plan.successors))
    label = Compound._meta.label_lower
    all_rows = [row.sums[0] or 0 for row in plan.rows if row.kind == label]
    own = [row.sums[0] or 0 for row in plan.rows_of(successor) if row.kind == label]
    return share_of(sum(own), sum(all_rows), len(plan.successors))
