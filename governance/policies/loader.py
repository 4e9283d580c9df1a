"""Packs into the database: idempotent, and never against a value that a frozen report has used.

Local values (not from a pack) are left alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models, transaction

from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division, Level, UnknownCode
from governance.policies.models import (
    Clause,
    Measure,
    PolicyDocument,
    Standard,
    StandardValue,
    Task,
    TaskUnit,
)
from governance.policies.pack_files import PACKS, Pack, PackError, read_packs
from governance.policies.procedure_schema import Procedure
from governance.policies.record_schema import RecordType
from governance.policies.schema import MeasureEntry


@dataclass
class LoadDifference:
    """What loading changed (or would change), one line a row."""

    lines: list[str] = field(default_factory=list)


Row = tuple[dict[str, Any], dict[str, Any]]
"""The key of a row and its other values."""


def _sync(
    existing: models.QuerySet[Any, Any], rows: Iterable[Row], difference: LoadDifference
) -> dict[tuple[Any, ...], Any]:
    """Create and update rows of one model by their key, set by set; returns all of them by key values.

    `existing` holds what may be there already. Rows that the pack no longer names are left to the caller.
    """
    model = existing.model
    rows = list(rows)
    names = list(rows[0][0]) if rows else []
    found = {tuple(getattr(row, name) for name in names): row for row in existing}
    created: list[models.Model] = []
    for key, values in rows:
        place = tuple(key.values())
        label = " ".join(str(value) for value in place)
        row = found.get(place)
        if row is None:
            difference.lines.append(f"+ {model._meta.verbose_name} {label}")
            found[place] = row = model(**key, **values)
            created.append(row)
            continue
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if changed:
            difference.lines.append(f"~ {model._meta.verbose_name} {label}: {', '.join(changed)}")
            for name in changed:
                setattr(row, name, values[name])
            row.save()
    model._default_manager.bulk_create(created)
    return found


def _load_document(pack: Pack, difference: LoadDifference) -> PolicyDocument:
    entry = pack.document
    try:
        jurisdiction = Division.objects.by_code(entry.jurisdiction)
    except UnknownCode as error:
        raise PackError(
            f"{pack.folder}/document.yaml: unknown jurisdiction {entry.jurisdiction}; "
            "run load_divisions first"
        ) from error
    values = {
        "code": entry.code,
        "title": entry.title,
        "issuer": entry.issuer or "",
        "number": entry.number or "",
        "number_note": entry.number_note or "",
        "issued_on": entry.issued,
        "status": entry.status,
        "jurisdiction": jurisdiction,
        "adopted": entry.adopted or "",
        "disclosure": entry.disclosure or "",
        "addressees": entry.addressees,
        "relations": [relation.model_dump() for relation in entry.relations],
        "note": entry.note or "",
    }
    existing = PolicyDocument.objects.select_related("jurisdiction")
    return _sync(existing, [({"key": entry.id}, values)], difference)[(entry.id,)]


def _load_tasks(
    pack: Pack, document: PolicyDocument, clauses: dict[str, Clause], difference: LoadDifference
) -> dict[int, Task]:
    rows = [
        (
            {"number": entry.number},
            {"document": document, "title": entry.title, "clause": clauses[entry.clause]},
        )
        for entry in pack.tasks
    ]
    found = _sync(document.tasks.select_related("document", "clause"), rows, difference)
    tasks = {number: task for (number,), task in found.items()}
    units = [
        (
            {"task_id": tasks[entry.number].pk, "order": order},
            {
                "name": unit.name,
                "role": unit.role,
                "is_group": unit.group,
                "level": Level[unit.level.upper()] if unit.level else None,
            },
        )
        for entry in pack.tasks
        for order, unit in enumerate(entry.units)
    ]
    existing = TaskUnit.objects.filter(task__document=document)
    kept = _sync(existing, units, difference)
    wanted = {tuple(key.values()) for key, _ in units}
    TaskUnit.objects.filter(pk__in=[unit.pk for place, unit in kept.items() if place not in wanted]).delete()
    return tasks


def record_slug(code: str) -> str:
    """How addresses name a record type."""
    return code.lower()


def _realised_by(
    entry: MeasureEntry, records: Mapping[str, Sequence[RecordType]], procedures: Iterable[Procedure]
) -> list[dict[str, str]]:
    """What the pack names, the measure's own record types, and the procedures that carry it out."""
    found = [item.model_dump(exclude_defaults=True) for item in entry.realised_by]
    for each in records.get(entry.id, ()):
        url = f"/records/{record_slug(each.code)}/"
        found.append({"kind": "ledger", "name": f"台账：{each.title}", "url": url})
    for procedure in procedures:
        if entry.id in procedure.all_measures():
            url = f"/cases/?procedure={procedure.slug}"
            found.append({"kind": "workflow", "name": f"办理流程：{procedure.title}", "url": url})
    return found


def _load_measures(
    pack: Pack,
    document: PolicyDocument,
    clauses: dict[str, Clause],
    tasks: dict[int, Task],
    difference: LoadDifference,
) -> dict[str, Measure]:
    newest = {each.code: each for each in pack.records}
    records: dict[str, list[RecordType]] = {}
    for each in newest.values():
        records.setdefault(each.measure, []).append(each)
    procedures = list({each.slug: each for each in pack.procedures}.values())
    rows = [
        (
            {"code": entry.id},
            {
                "document": document,
                "clause": clauses[entry.clause],
                "task": tasks[entry.task] if entry.task is not None else None,
                "order": order,
                "title": entry.title,
                "text": entry.text,
                "kind": entry.kind,
                "binding": entry.binding,
                "scope": entry.scope,
                "due_on": entry.due,
                "due_early_on": entry.due_early,
                "recurring": entry.recurring or "",
                "reading": entry.reading or "",
                "realised_by": _realised_by(entry, records, procedures),
            },
        )
        for order, entry in enumerate(pack.measures)
    ]
    existing = document.measures.select_related("document", "clause", "task")
    return {code: measure for (code,), measure in _sync(existing, rows, difference).items()}


def _load_standards(
    pack: Pack, document: PolicyDocument, measures: dict[str, Measure], difference: LoadDifference
) -> None:
    rows = [
        (
            {"measure_id": measures[entry.id].pk},
            {
                "indicator": entry.indicator,
                "comparison": entry.compare,
                "binding": entry.binding or measures[entry.id].binding,
                "due_on": entry.due or measures[entry.id].due_on,
                "area_types": list(entry.area_types),
                "conditions": entry.when.model_dump(mode="json", exclude_defaults=True),
                "upper": entry.upper.model_dump(exclude_defaults=True) if entry.upper else {},
                "remedy": dict(entry.remedy),
                "pace": entry.pace.model_dump(mode="json") if entry.pace else {},
                "reading": entry.reading,
            },
        )
        for entry in pack.standards
    ]
    existing = Standard.objects.filter(measure__document=document).select_related("measure")
    found = _sync(existing, rows, difference)
    values = [
        (
            {
                "standard_id": found[(measures[entry.id].pk,)].pk,
                "effective_from": value.effective_from,
            },
            {"parameters": value.parameters, "clause": value.clause, "note": value.note},
        )
        for entry in pack.standards
        for value in entry.values
    ]
    existing_values = StandardValue.objects.filter(standard__measure__document=document)
    _sync(existing_values.select_related("standard__measure"), values, difference)


Part = Callable[[Pack, LoadDifference], None]
parts: list[Part] = []
"""What apps above load of a pack besides; filled in their `apps.py`."""


def _load_pack(pack: Pack, difference: LoadDifference) -> None:
    document = _load_document(pack, difference)
    rows = [
        (
            {"ref": entry.id},
            {"document": document, "heading": entry.heading, "summary": entry.summary, "order": order},
        )
        for order, entry in enumerate(pack.clauses)
    ]
    found = _sync(document.clauses.select_related("document"), rows, difference)
    clauses = {ref: clause for (ref,), clause in found.items()}
    tasks = _load_tasks(pack, document, clauses, difference)
    measures = _load_measures(pack, document, clauses, tasks, difference)
    _load_standards(pack, document, measures, difference)
    for part in parts:
        part(pack, difference)


def load_policies(*, root: Path = PACKS, dry_run: bool = False) -> LoadDifference:
    """Load every pack, or with `dry_run` only tell the difference.

    Raises `PackError` or `ImmutableValue`; nothing is saved then.
    """
    packs = list(read_packs(root))
    difference = LoadDifference()
    with transaction.atomic():
        for pack in packs:
            _load_pack(pack, difference)
        if difference.lines and not dry_run:
            detail = {"packs": [pack.folder for pack in packs], "changes": len(difference.lines)}
            record(EventKind.SETTINGS, detail=detail)
        if dry_run:
            transaction.set_rollback(True)
    return difference
