"""How entries of ledgers follow a split or a merger of communities.

All valid ones do, ended or not: yearly figures count what began in the year. Two entries of one period that
meet in a merged community stay two, the later one named after its old community, so that every sum is kept.
"""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat

from governance.divisions.transfers import Transfer, Way, every_valid, register, with_origin
from governance.ledgers.catalogue import ledgers
from governance.ledgers.models import LedgerEntry


def _kind_of(row: Any) -> Any:
    """Events and attachments know an entry by the model of its record type."""
    from governance.ledgers.sheets import ledger_sheets

    sheet = ledger_sheets().get(str(row.code).lower())
    return LedgerEntry if sheet is None else sheet.model


def _tell(text: str) -> str:
    """LH-FUND-03 2026 in the words of the ledger."""
    code, _, rest = text.partition(" ")
    ledger = ledgers().get(code.lower())
    return text if ledger is None else f"{ledger.title} {rest}".strip()


def register_all() -> None:
    register(
        Transfer(
            LedgerEntry,
            Way.WHOLE,
            label="专项台账",
            order=70,
            moving=every_valid,
            told=Concat(F("code"), Value(" "), F("name"), Value(" "), F("period")),
            key=Concat(F("code"), Value("|"), F("period"), Value("|"), F("name")),
            renamed="name",
            rename=with_origin,
            sums=("count", "amount"),
            names_persons=True,
            kind_of=_kind_of,
            tell=_tell,
        )
    )
