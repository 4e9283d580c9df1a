"""Procedures of packs into the database: a version with cases never changes, but its deadlines move them."""

from __future__ import annotations

import hashlib
import json

from governance.policies.loader import LoadDifference
from governance.policies.pack_files import Pack, PackError
from governance.policies.procedure_schema import Procedure, without_deadlines
from governance.workflows.dues import move_deadlines
from governance.workflows.models import Case, ProcedureVersion


def digest_of(procedure: Procedure) -> str:
    """Changes with whatever a running case rests on."""
    text = json.dumps(without_deadlines(procedure), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def load_procedures(pack: Pack, difference: LoadDifference) -> None:
    """Keep every version of a pack's procedures, and move the days of running cases where deadlines changed.

    Raises `PackError` when a version was changed although cases were opened with it.
    """
    slugs = {procedure.slug for procedure in pack.procedures}
    stored = {(row.slug, row.number): row for row in ProcedureVersion.objects.filter(slug__in=slugs)}
    moved: set[str] = set()
    for procedure in pack.procedures:
        row = stored.get((procedure.slug, procedure.version))
        digest, definition = digest_of(procedure), procedure.model_dump_json()
        if row is None:
            difference.lines.append(f"+ 流程 {procedure.slug} v{procedure.version}")
            ProcedureVersion.objects.create(
                slug=procedure.slug, number=procedure.version, digest=digest, definition=definition
            )
            moved.add(procedure.slug)
            continue
        if row.digest != digest and Case.objects.filter(procedure=row).exists():
            raise PackError(
                f"procedure {row.slug}: version {row.number} has cases and cannot change; "
                f"add version {row.number + 1} beside it"
            )
        if row.definition != definition:
            difference.lines.append(f"~ 流程 {procedure.slug} v{procedure.version}")
            row.digest, row.definition = digest, definition
            row.save(update_fields=["digest", "definition"])
            moved.add(procedure.slug)
    for slug in sorted(moved):
        move_deadlines(slug)
