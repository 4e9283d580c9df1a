"""Figures of record types: the unit of a second number, and shares of it."""

from datetime import date

from governance.ledgers.catalogue import by_code
from governance.ledgers.statistics import by_year
from governance.policies.indicators import all_inputs
from tests.factories import Tree, case_street, make_division
from tests.registry import add_records


def test_a_second_number_is_no_money(measured_tree: Tree):
    ledger = by_code("HN-BURD-02")
    assert ledger is not None
    assert ledger.amount_field is None
    assert all_inputs()["hn_burden_before"].unit == "times"


def test_the_change_of_a_year_rests_on_the_count_not_on_the_second_number(measured_tree: Tree):
    community = make_division("410105001100", "演示社区", case_street("HN", measured_tree))
    entries = [
        {"type": "HN-BURD-02", "period": year, "started_on": filed, "values": {"total": total, "before": 1}}
        for year, filed, total in [(2024, date(2025, 1, 9), 200), (2025, date(2026, 1, 9), 150)]
    ]
    add_records(community, entries)
    ledger = by_code("HN-BURD-02")
    assert ledger is not None
    newest, older = by_year(ledger, community.path, date(2026, 6, 15))
    assert (newest.year, newest.total, newest.change) == (2025, 150, -2500)
    assert (older.year, older.change) == (2024, None)
