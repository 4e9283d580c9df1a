"""Invented entries of the ledgers: nearly every type has some, gates kept, and loading twice adds nothing."""

from typing import Any

import pytest

from demo.dates import LATER
from demo.ledgers import load_ledgers
from demo.loading import district
from governance.ledgers.catalogue import by_code
from governance.ledgers.models import LedgerEntry
from governance.ledgers.rules import Ask, faults
from governance.ledgers.sheets import ledger_sheets
from governance.ledgers.subjects import used_in
from governance.policies.record_schema import OWN_DATES

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_database]


def test_ledgers_of_the_district_have_invented_entries(demo) -> None:
    made = load_ledgers(LATER)
    assert made == LedgerEntry.objects.count() > 2000
    assert load_ledgers(LATER) == 0
    used = {ledger.code for ledger in used_in([district().path])}
    kept = set(LedgerEntry.objects.values_list("code", flat=True))
    assert kept <= used and len(kept) >= len(used) * 9 // 10
    sheets = ledger_sheets()
    for code in sorted(kept):
        ledger = by_code(code)
        assert ledger is not None
        row = sheets[ledger.slug].model.objects.first()
        broken = [rule.message for rule in ledger.record.rules for _ in faults(rule, _asker(row))]
        assert broken == [], code
    names = LedgerEntry.objects.exclude(name="").values_list("name", flat=True)
    assert all(name.startswith("演示") for name in names)


def _asker(row: Any) -> Ask:
    """Values of an entry by key, as its columns give them."""
    return lambda key: getattr(row, key if key in OWN_DATES else f"v_{key}")
