"""Figures of record types: the unit of a second number, and shares of it."""

from datetime import date

from governance.divisions.models import Division, Level
from governance.ledgers.catalogue import by_code
from governance.ledgers.models import LedgerCard, LedgerEntry
from governance.ledgers.statistics import by_year, coverages
from governance.policies.evaluation.upper import division_result
from governance.policies.findings import refresh
from governance.policies.indicators import all_inputs
from tests.factories import Tree, case_street, make_division
from tests.registry import add_records, fill_community


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


def test_nominal_and_effective_coverage_stand_side_by_side(measured_tree: Tree):
    """An engagement counts until its last day, whether or not anything was done (D40)."""
    street = case_street("RS", measured_tree)
    first, second, _ = (make_division(f"{street.code}00{n}", f"演示{n}", street) for n in (1, 2, 3))
    engaged = {"type": "RS-LAW-03", "started_on": date(2025, 1, 1)}
    add_records(first, [{**engaged, "values": {"kind": "engaged", "until": date(2026, 6, 16)}}])
    add_records(second, [{**engaged, "values": {"kind": "engaged", "until": date(2026, 6, 15)}}])
    served = {"type": "RS-LAW-03", "values": {"kind": "served"}}
    add_records(second, [{**served, "started_on": date(2026, 1, 1)}])
    ledger = by_code("RS-LAW-03")
    assert ledger is not None
    nominal, effective = coverages(ledger, street.path, date(2026, 6, 15))
    assert (nominal.met, effective.met, nominal.subjects) == (1, 1, 3)
    assert "有形覆盖" in nominal.label and effective.share == "33.33%"
    assert coverages(ledger, first.path, date(2026, 6, 15))[1].met == 0


def test_sessions_of_a_district_count_for_all_its_communities_live_and_stored(measured_tree: Tree):
    def outcome() -> str:
        traces = division_result(division=measured_tree.county, on=date(2026, 6, 15)).traces
        return next(trace.as_json()["outcome"] for trace in traces if trace.code == "LH-TRN-02")

    for place in Division.objects.under(measured_tree.county.path).filter(level=Level.COMMUNITY):
        fill_community(place)
    assert outcome() == "no_data"
    session = {"type": "LH-TRN-02", "started_on": date(2026, 6, 16), "values": {"people": 9}}
    add_records(measured_tree.community, [session])
    assert outcome() == "warning"  # it has not ended, and the year goes on
    LedgerEntry.objects.update(started_on=date(2026, 6, 15))
    assert outcome() == "met"
    refresh(path=measured_tree.county.path, on=date(2026, 6, 15))
    kept = LedgerCard.objects.filter(division=measured_tree.community).values_list("figures", flat=True)
    assert [figures["lh_all_staff_trainings"] for figures in kept] == [1]
