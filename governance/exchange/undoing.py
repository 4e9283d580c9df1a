"""撤销本次导入: everything an import wrote is taken back as a whole, or nothing is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance import bulk
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import Scope, scope_of
from governance.audit.models import Event, EventKind
from governance.audit.services import build, record, record_many
from governance.exchange import sheets as registry
from governance.exchange.batches import KEPT
from governance.exchange.hooks import after_import
from governance.exchange.importing.apply import StalePlan
from governance.exchange.importing.session import chunks
from governance.exchange.memory import MADE, SPREAD, Kept, Record, read_record
from governance.exchange.models import BatchStatus, ImportBatch

LEADS = (Action.APPROVE_STREET_STEP, Action.APPROVE_CASE)
"""What makes somebody the lead of an area, who may undo an import of others there."""


@dataclass(frozen=True)
class Standing:
    """Whether a batch can be undone: `refusal` says why not, `changed` lists rows changed since."""

    refusal: str = ""
    changed: tuple[Kept, ...] = ()

    @property
    def is_possible(self) -> bool:
        return not self.refusal and not self.changed


class UndoRefused(ValidationError):
    """Nothing was undone; the text says why and what to do."""


def deadline(batch: ImportBatch) -> datetime:
    """Until when an undo is possible: as long as its record is kept."""
    return batch.created_at + KEPT


def may_undo(batch: ImportBatch, user: Any) -> bool:
    """The uploader, and whoever leads the area of the batch."""
    scope = scope_of(user)
    return batch.user_id == user.pk or any(scope.may(action, batch.path) for action in LEADS)


def standing(batch: ImportBatch) -> Standing:
    """What stands in the way of undoing a batch now; reads a few statements, locks nothing."""
    refusal = _refusal(batch)
    kept = None if refusal else read_record(batch.key)
    if kept is None:
        return Standing(refusal or "没有这次导入的撤销记录，不能撤销。请逐条修改，或重新导入改正后的文件。")
    return Standing(changed=tuple(_find_changed(kept, _read(kept, lock=False))))


def _refusal(batch: ImportBatch) -> str:
    if batch.status == BatchStatus.UNDONE:
        return "这次导入已经撤销。"
    if batch.status != BatchStatus.APPLIED:
        return "这次上传没有保存内容，不需要撤销。"
    if batch.purged_at is not None or timezone.now() > deadline(batch):
        return "已超过 7 天，撤销记录已删除，不能撤销。请逐条修改，或重新导入改正后的文件。"
    return ""


def undo(*, batch: ImportBatch, user: User, reason: str) -> ImportBatch:
    """Void what the batch created and give changed rows and persons their old values, in one transaction.

    Rows changed since make it refuse as a whole. Done twice it changes nothing. Raises `UndoRefused`,
    `PermissionDenied`.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise UndoRefused("请填写撤销的理由。")
    try:
        with bulk.without_collector(), transaction.atomic():
            locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
            if locked.status == BatchStatus.UNDONE:
                return locked
            paths = _undo(locked, user, reason)
    except (IntegrityError, StalePlan) as error:
        raise UndoRefused(
            "导入之后又有相关的新增或修改，撤销会与之冲突，没有撤销任何内容。请逐条修改有问题的记录。"
        ) from error
    after_import.run(paths, timezone.localdate())
    return locked


def _undo(batch: ImportBatch, user: User, reason: str) -> set[str]:
    if not may_undo(batch, user):
        raise PermissionDenied("只有上传人或本辖区的负责人可以撤销这次导入。")
    if refusal := _refusal(batch):
        raise UndoRefused(refusal)
    kept = read_record(batch.key)
    if kept is None:
        raise UndoRefused("没有这次导入的撤销记录，不能撤销。")
    rows = _read(kept, lock=True)
    if changed := _find_changed(kept, rows):
        names = "、".join(f"{each.sheet.name} {each.label}" for each in changed[:5])
        more = " 等" if len(changed) > 5 else ""
        raise UndoRefused(
            f"有 {len(changed)} 条记录在导入之后又被修改或作废（{names}{more}），"
            "没有撤销任何内容。请核对这些记录，逐条修改有问题的内容。"
        )
    scope = Scope(user)  # read afresh: withdrawn rights count
    if not all(scope.may(Action.CHANGE, row.path) for row in rows.values() if row is not None):
        raise PermissionDenied("您没有修改这次导入的全部社区的权限，不能撤销。")
    back = _Back(batch, kept, rows, f"撤销导入 {batch.number}：{reason}")
    paths = back.run()
    batch.status = BatchStatus.UNDONE
    batch.undone_at, batch.undone_by, batch.undo_reason = timezone.now(), user, reason
    batch.save()
    record(
        EventKind.VOID,
        obj=batch,
        path=batch.path,
        reason=reason,
        detail={"import": batch.number, "voided": back.voided, "restored": back.restored},
    )
    return paths


_Key = tuple[str, int]


def _read(kept: Record, *, lock: bool) -> dict[_Key, Any]:
    """The rows of a record as they are now; with their linked objects when they are to be written."""
    found: dict[_Key, Any] = {}
    by_sheet = kept.by_sheet()
    for sheet in registry.known():
        queryset = sheet.model._base_manager.order_by("pk")
        queryset = queryset.select_for_update() if lock else queryset.only("pk", "version", "voided_on")
        for some in chunks(sorted(row.pk for row in by_sheet.get(sheet.name, ()))):
            for row in queryset.filter(pk__in=some):
                found[sheet.name, row.pk] = row
    return found


def _find_changed(kept: Record, rows: dict[_Key, Any]) -> list[Kept]:
    """Rows of the file that are no longer as the import left them, and moved ones of others.

    A row that only followed its person may have changed otherwise: the undo does not touch its own fields.
    """
    found = []
    for each in kept.rows:
        row = rows.get((each.sheet.name, each.pk))
        if row is None or row.voided_on is not None or row.version != each.version:
            if each.kind == SPREAD and not each.old and row is not None:
                continue
            found.append(each)
    return found


@dataclass
class _Back:
    """One undo: the rows of its record, already locked and found unchanged."""

    batch: ImportBatch
    kept: Record
    rows: dict[_Key, Any]
    reason: str
    voided: int = 0
    restored: int = 0
    _links: dict[str, dict[int, dict[str, tuple[Any, Any]]]] = field(default_factory=dict)

    def run(self) -> set[str]:
        links = {sheet.link.field: sheet.link for sheet in registry.known() if sheet.link is not None}
        for name, memory in self.kept.links.items():
            self._links[name] = links[name].take_back(memory)
        events: list[Event] = []
        by_sheet = self.kept.by_sheet()
        for sheet in registry.known():
            some = by_sheet.get(sheet.name, [])
            # A number the import gave to a new row may be the one an old row gets back.
            events.extend(self._void([each for each in some if each.kind == MADE]))
            events.extend(self._restore([each for each in some if each.kind != MADE]))
        record_many(events)
        return {row.path for row in self.rows.values()}

    def _void(self, some: Sequence[Kept]) -> Iterable[Event]:
        rows = [self.rows[each.sheet.name, each.pk] for each in some]
        for row in rows:
            row.version += 1
            row.voided_on = timezone.localdate()
            row.void_reason = self.reason[:200]
        if rows:
            bulk.update(type(rows[0]), rows, ["version", "voided_on", "void_reason"])
        self.voided += len(rows)
        return [build(EventKind.VOID, obj=row, reason=self.reason) for row in self._named(some, rows)]

    def _restore(self, some: Sequence[Kept]) -> Iterable[Event]:
        events: list[tuple[Any, dict[str, Any], dict[str, Any]]] = []
        rows: list[Any] = []
        names: set[str] = set()
        for each in some:
            row = self.rows[each.sheet.name, each.pk]
            before, after = self._give_back(each, row)
            if not before and not each.old:
                continue  # nothing of its person was taken back either
            names |= each.old.keys()
            row.version += 1
            rows.append(row)
            events.append((row, before, after))
        if not rows:
            return []
        sheet = some[0].sheet
        self._free_keys(some, rows)
        by_key = {column.history_key: column for column in sheet.columns.values() if column.path}
        fields = {
            by_key[name].model_field if name in by_key else _field_name(sheet.model, name) for name in names
        }
        bulk.update(sheet.model, rows, ["version", *sorted(fields | set(sheet.derived))])
        self.restored += sum(each.kind != SPREAD for each in some)
        self._named(some, rows)
        return [
            build(EventKind.CHANGE, obj=row, before=before, after=after, reason=self.reason)
            for row, before, after in events
        ]

    def _give_back(self, each: Kept, row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Set the old values of a row; gives before and after for its event, masked."""
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        columns = {column.history_key: column for column in each.sheet.columns.values() if column.path}
        for name, value in each.old.items():
            column = columns.get(name)
            if column is not None and column.is_virtual:
                old, attribute = column.from_json(value), name
            else:
                model_field = each.sheet.model._meta.get_field(_field_name(each.sheet.model, name))
                old, attribute = model_field.to_python(value), model_field.attname
            if column is not None:
                before[name], after[name] = column.history(getattr(row, name)), column.history(old)
            setattr(row, attribute, old)
        if each.sheet.link is not None:
            link = each.sheet.link.field
            pk = getattr(row, each.sheet.model._meta.get_field(link).attname)
            for name, (now, old) in self._links.get(link, {}).get(pk, {}).items():
                column = columns.get(name)
                if column is not None and len(column.path) == 2:
                    before[name], after[name] = column.history(now), column.history(old)
        each.sheet.resource.finish(row)
        return before, after

    @staticmethod
    def _free_keys(some: Sequence[Kept], rows: Sequence[Any]) -> None:
        """Move keys that go back to other rows (02 → 01, 01 → 02) out of each other's way first."""
        sheet = some[0].sheet
        if not sheet.key or sheet.link is not None:
            return
        key = sheet.columns[sheet.key[0]].path[0]
        moving = [each.pk for each in some if key in each.old]
        for pk in moving if len(moving) > 1 else ():
            sheet.model._base_manager.filter(pk=pk).update(**{key: f"\x01{pk}"})

    @staticmethod
    def _named(some: Sequence[Kept], rows: Sequence[Any]) -> Sequence[Any]:
        """Read what the names of rows in events need, in one statement each."""
        if not rows:
            return rows
        sheet = some[0].sheet
        related = ["division", *([sheet.link.field] if sheet.link is not None else [])]
        by_pk: dict[int, Any] = {}
        for part in chunks(sorted(row.pk for row in rows)):
            found = sheet.model._base_manager.filter(pk__in=part).select_related(*related)
            by_pk.update((each.pk, each) for each in found)
        for row in rows:
            for name in related:
                setattr(row, name, getattr(by_pk[row.pk], name))
        return rows


def _field_name(model: Any, name: str) -> str:
    """The field of a name or of a foreign key's column."""
    for each in model._meta.concrete_fields:
        if name in (each.name, each.attname):
            return each.name
    raise LookupError(name)


def grouped(changed: Sequence[Kept]) -> list[tuple[str, list[Kept]]]:
    """Rows by sheet, for the page."""
    found: dict[str, list[Kept]] = defaultdict(list)
    for each in changed:
        found[each.sheet.name].append(each)
    return list(found.items())
