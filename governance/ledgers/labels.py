"""What the columns of a record type are called."""

from __future__ import annotations

from governance.ledgers.catalogue import Ledger

BEGINS = {"state": "建立日期", "event": "日期"}
ENDS = "终止日期"


def begin_label(ledger: Ledger) -> str:
    return ledger.record.begin or BEGINS.get(ledger.record.filing, "完成日期")


def end_label(ledger: Ledger) -> str:
    """Only states end."""
    return (ledger.record.end or ENDS) if ledger.record.filing == "state" else ""


def labels_of(ledger: Ledger) -> dict[str, str]:
    """Names of columns by the keys that rules speak of."""
    names = {field.key: field.label for field in ledger.record.fields}
    return names | {"started_on": begin_label(ledger), "ended_on": end_label(ledger)}
