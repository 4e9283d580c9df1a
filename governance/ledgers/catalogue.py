"""The record types of all packs, read once a process: the files the code is shipped with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from governance.divisions.models import Level
from governance.policies.loader import record_slug
from governance.policies.pack_files import folders, read_file, read_records
from governance.policies.record_schema import RecordField, RecordType
from governance.policies.schema import DocumentEntry, DocumentFile

LEVELS = {
    "province": Level.PROVINCE,
    "city": Level.CITY,
    "county": Level.COUNTY,
    "street": Level.STREET,
    "community": Level.COMMUNITY,
}
FILINGS = {
    "state": "长期",
    "event": "逐次",
    "month": "每月",
    "quarter": "每季度",
    "half_year": "每半年",
    "year": "每年",
}
"""How often an entry is made, in words."""


@dataclass(frozen=True)
class Ledger:
    """The present version of a record type and the document it comes from."""

    record: RecordType
    document: DocumentEntry

    @property
    def code(self) -> str:
        """The id of its measure, and its part where the measure has several types."""
        return self.record.code

    @property
    def slug(self) -> str:
        return record_slug(self.record.code)

    @property
    def title(self) -> str:
        return self.record.title

    @cached_property
    def sheet_name(self) -> str:
        """What its worksheet is called: the id makes it unique and tells the clause."""
        return f"{self.code} {self.title}"

    @property
    def level(self) -> Level:
        return LEVELS[self.record.level]

    @property
    def filing(self) -> str:
        return FILINGS[self.record.filing]

    @cached_property
    def amount_field(self) -> RecordField | None:
        """The field of the amounts: money or a quantity; a second number is for shares only."""
        key = self.record.amount
        field = self.record.field(key) if key else None
        return None if field is None or field.type == "number" else field

    @cached_property
    def has_breaches(self) -> bool:
        """Whether entries may be marked for not keeping what the clause asks."""
        return any(rule.breach for rule in self.record.rules)

    @property
    def url(self) -> str:
        return f"/records/{self.slug}/"


@cache
def ledgers() -> dict[str, Ledger]:
    """The newest version of every record type by slug, in the order of packs and files."""
    found: dict[str, Ledger] = {}
    for folder in folders():
        document = read_file(folder / "document.yaml", DocumentFile).document
        for record in read_records(folder):
            slug = record_slug(record.code)
            if slug not in found or found[slug].record.version < record.version:
                found[slug] = Ledger(record, document)
    return found


@cache
def _by_measure() -> dict[str, list[Ledger]]:
    found: dict[str, list[Ledger]] = {}
    for ledger in ledgers().values():
        found.setdefault(ledger.record.measure, []).append(ledger)
    return found


def of_measure(code: str) -> list[Ledger]:
    """All record types of a measure, its own before its parts."""
    return _by_measure().get(code, [])


def by_code(code: str) -> Ledger | None:
    """The record type of a measure."""
    return ledgers().get(record_slug(code))
