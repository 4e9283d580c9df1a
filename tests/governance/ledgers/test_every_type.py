"""Every record type of every pack: its sheet takes an entry, and the figures of its measure change."""

from datetime import date

import pytest
from django.core.cache import cache

from demo.ledger_values import invent
from governance.accounts.roles import Role
from governance.divisions.models import Division, Level
from governance.exchange.guard import Kind
from governance.exchange.importing.apply import apply
from governance.exchange.importing.prepare import prepare_workbook
from governance.exchange.reader import RawSheet, RawWorkbook
from governance.exchange.sheets import Sheet
from governance.ledgers.catalogue import Ledger, ledgers
from governance.ledgers.models import LedgerEntry
from governance.ledgers.periods import closed_periods
from governance.ledgers.sheets import ledger_sheets
from governance.policies.figures import figures_of
from governance.policies.models import Measure
from tests.factories import Tree, case_street, make_division, make_user

DAY = date(2026, 11, 20)
DOCUMENTS = ("SX", "LH", "RS", "HN", "HU")


def _place(ledger: Ledger, street: Division) -> Division:
    """The division of the record type's level on the way to a street."""
    place = Division.objects.filter(path__startswith=street.path, level=Level.COMMUNITY).first()
    while place is not None and place.level > ledger.level:
        place = place.parent
    assert place is not None
    return place


def _raw_sheet(ledger: Ledger, sheet: Sheet, place: Division) -> RawSheet:
    """One row as a clerk would type it, invented so that the gates of the type are kept."""
    record = ledger.record
    row = sheet.model(division=place, started_on=DAY, name=f"演示{ledger.title}" if record.name else "")
    values = invent(record, DAY)
    row.ended_on = values.pop("ended_on", None)
    for key, value in values.items():
        setattr(row, f"v_{key}", value)
    if record.is_periodic:
        row.period = next(closed_periods(record.filing, DAY, 1)).code
    cells = [column.cell(row) for column in sheet.columns.values()]
    return RawSheet(sheet.name, list(sheet.columns), [(2, cells)])


def _figures(codes: list[str], division: Division) -> dict[str, str]:
    measures = list(
        Measure.objects.filter(code__in=codes).select_related("document", "clause", "task", "standard")
    )
    found = figures_of(measures, division, DAY)
    return {
        code: next(each.value for each in figures if each.label == "在册记录")
        for code, figures in found.items()
    }


@pytest.mark.parametrize("document", DOCUMENTS)
def test_an_entry_of_every_type_is_imported_and_counted(document: str, measured_tree: Tree) -> None:
    street = case_street(document, measured_tree)
    if not Division.objects.filter(parent=street).exists():
        make_division(f"{street.code}001", "演示社区", street)
    province = Division.objects.get(path=street.path[:2])
    user = make_user("officer", Role.COUNTY_STAFF, province)
    own = [ledger for ledger in ledgers().values() if ledger.document.code == document]
    codes = [ledger.code for ledger in own if not ledger.record.part]
    assert own and set(_figures(codes, province).values()) == {"0 条"}

    raw = [_raw_sheet(each, ledger_sheets()[each.slug], _place(each, street)) for each in own]
    plan = prepare_workbook(RawWorkbook(Kind.XLSX, raw), user, on=DAY)
    assert [fault.as_json() for fault in plan.errors] == []
    apply(plan, user)
    cache.clear()  # subjects and missing periods may be a minute old
    assert LedgerEntry.objects.count() == len(own)
    figures = _figures(codes, province)
    assert {code for code, value in figures.items() if value != "1 条"} == set()

    again = prepare_workbook(RawWorkbook(Kind.XLSX, raw), user, on=DAY)
    assert {line.status for line in again.lines} == {"unchanged"}
