"""Packs into the database: idempotent, and never against a value that a frozen report has used.

Local values (not from a pack) are left alone.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models, transaction

from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division, UnknownCode
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
from governance.policies.schema import StandardEntry


@dataclass
class LoadDifference:
    """What loading changed (or would change), one line a row."""

    lines: list[str] = field(default_factory=list)


def _put(
    model: type[models.Model], key: dict[str, Any], values: dict[str, Any], difference: LoadDifference
) -> Any:
    """Create or update one row by its key, noting the difference."""
    manager = model._default_manager
    row = manager.filter(**key).first()
    label = " ".join(str(value) for value in key.values())
    if row is None:
        difference.lines.append(f"+ {model._meta.verbose_name} {label}")
        return manager.create(**key, **values)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if changed:
        difference.lines.append(f"~ {model._meta.verbose_name} {label}: {', '.join(changed)}")
        for name in changed:
            setattr(row, name, values[name])
        row.save()
    return row


def _load_document(pack: Pack, difference: LoadDifference) -> PolicyDocument:
    entry = pack.document
    try:
        jurisdiction = Division.objects.by_code(entry.jurisdiction)
    except UnknownCode as error:
        raise PackError(
            f"{pack.folder}/document.yaml: unknown jurisdiction {entry.jurisdiction}; run load_divisions first"
        ) from error
    return _put(
        PolicyDocument,
        {"key": entry.id},
        {
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
        },
        difference,
    )


def _load_tasks(
    pack: Pack, document: PolicyDocument, clauses: dict[str, Clause], difference: LoadDifference
) -> dict[int, Task]:
    tasks = {}
    for entry in pack.tasks:
        task = _put(
            Task,
            {"document": document, "number": entry.number},
            {"title": entry.title, "clause": clauses[entry.clause]},
            difference,
        )
        tasks[entry.number] = task
        for order, unit in enumerate(entry.units):
            _put(
                TaskUnit,
                {"task": task, "order": order},
                {"name": unit.name, "role": unit.role, "is_group": unit.group},
                difference,
            )
        task.units.filter(order__gte=len(entry.units)).delete()
    return tasks


def _load_standard(entry: StandardEntry, measure: Measure, difference: LoadDifference) -> None:
    standard = _put(
        Standard,
        {"measure": measure},
        {
            "indicator": entry.indicator,
            "comparison": entry.compare,
            "binding": entry.binding or measure.binding,
            "due_on": entry.due or measure.due_on,
            "area_types": list(entry.area_types),
            "conditions": entry.when.model_dump(mode="json", exclude_defaults=True),
            "upper": entry.upper.model_dump(exclude_defaults=True) if entry.upper else {},
            "remedy": dict(entry.remedy),
            "reading": entry.reading,
        },
        difference,
    )
    for value in entry.values:
        _put(
            StandardValue,
            {"standard": standard, "effective_from": value.effective_from},
            {"parameters": value.parameters, "clause": value.clause, "note": value.note},
            difference,
        )


def _load_pack(pack: Pack, difference: LoadDifference) -> None:
    document = _load_document(pack, difference)
    clauses = {
        entry.id: _put(
            Clause,
            {"document": document, "ref": entry.id},
            {"heading": entry.heading, "summary": entry.summary, "order": order},
            difference,
        )
        for order, entry in enumerate(pack.clauses)
    }
    tasks = _load_tasks(pack, document, clauses, difference)
    measures = {}
    for order, entry in enumerate(pack.measures):
        measures[entry.id] = _put(
            Measure,
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
                "realised_by": [item.model_dump() for item in entry.realised_by],
            },
            difference,
        )
    for standard in pack.standards:
        _load_standard(standard, measures[standard.id], difference)


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
