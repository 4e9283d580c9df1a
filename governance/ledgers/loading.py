"""Record types of packs into the database: a version that entries were made with never changes."""

from __future__ import annotations

import hashlib
import json

from governance.ledgers.models import LedgerEntry, RecordTypeVersion
from governance.policies.loader import LoadDifference
from governance.policies.pack_files import Pack, PackError
from governance.policies.record_schema import RecordType, definition


def digest_of(record: RecordType) -> str:
    """Changes with whatever the meaning of an entry rests on."""
    text = json.dumps(definition(record), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def load_record_types(pack: Pack, difference: LoadDifference) -> None:
    """Keep every version of a pack's record types.

    Raises `PackError` when a version was changed although entries were made with it.
    """
    codes = [record.code for record in pack.records]
    stored = {
        (row.code, row.number): row for row in RecordTypeVersion.objects.filter(code__in=codes).order_by("pk")
    }
    made = []
    for record in pack.records:
        row = stored.get((record.code, record.version))
        digest = digest_of(record)
        if row is None:
            difference.lines.append(f"+ 台账类型 {record.code} v{record.version}")
            made.append(
                RecordTypeVersion(
                    code=record.code, number=record.version, digest=digest, definition=definition(record)
                )
            )
        elif row.digest != digest:
            _change(row, record, digest, difference)
    RecordTypeVersion.objects.bulk_create(made)


def _change(row: RecordTypeVersion, record: RecordType, digest: str, difference: LoadDifference) -> None:
    if LedgerEntry.objects.filter(code=row.code, edition=row.number).exists():
        raise PackError(
            f"record type {row.code}: version {row.number} has entries and cannot change; "
            f"add version {row.number + 1} beside it"
        )
    difference.lines.append(f"~ 台账类型 {record.code} v{record.version}")
    row.digest, row.definition = digest, definition(record)
    row.save(update_fields=["digest", "definition"])
