"""A proxy model for each record type: its rows alone, with its fields as attributes.

The engine of registries tells rows apart by their model (events, attachments, forms). The proxies are made
from data when they are first asked for; they belong to no installed app, so that migrations do not see them.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from governance.exchange.rows import RegistryQuerySet
from governance.ledgers.catalogue import Ledger
from governance.ledgers.models import LedgerEntry
from governance.ledgers.periods import from_code
from governance.ledgers.values import PREFIX, ValueAttribute

APP_LABEL = "ledger_types"


class EntryManager(models.Manager.from_queryset(RegistryQuerySet)):  # type: ignore[misc]
    """The entries of one record type."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(code=self.code)

    def deconstruct(self) -> Any:  # proxies are never written into migrations
        raise NotImplementedError


class _Named:
    """How an entry is called: its own name, its period in words, else the title of its type."""

    ledger: ClassVar[Ledger]

    def __str__(self) -> str:
        record = self.ledger.record
        row: Any = self
        parts = [row.name]
        if record.is_periodic and row.period:
            parts.append(from_code(row.period).label)
        return " ".join(part for part in parts if part) or self.ledger.title


def make_proxy(ledger: Ledger) -> type[LedgerEntry]:
    """The model of a record type's rows."""
    meta = type("Meta", (), {"proxy": True, "app_label": APP_LABEL, "verbose_name": ledger.title})
    attributes: dict[str, Any] = {
        "__module__": __name__,
        "Meta": meta,
        "ledger": ledger,
        "objects": EntryManager(ledger.code),
        "__str__": _Named.__str__,
    }
    for field in ledger.record.fields:
        attributes[f"{PREFIX}{field.key}"] = ValueAttribute(field)
    return type(ledger.slug.replace("-", "_"), (LedgerEntry,), attributes)
