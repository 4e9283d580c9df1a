"""Lists, records and notices of ledgers: found by text in their fields, restricted ones as counts."""

from collections import Counter
from datetime import date

import pytest

from demo.ledger_values import invent
from governance.accounts.roles import Role
from governance.divisions.models import Division
from governance.ledgers.catalogue import by_code
from governance.ledgers.duties import due_lines, expected_ledgers
from governance.ledgers.models import LedgerEntry
from governance.ledgers.sheets import ledger_sheets
from tests.factories import Tree

DAY = date(2026, 3, 1)


def _entry(code: str, division: Division, **fields) -> LedgerEntry:
    ledger = by_code(code)
    assert ledger is not None
    sheet = ledger_sheets()[ledger.slug]
    row = sheet.model(division=division, name="演示记录" if ledger.record.name else "", started_on=DAY)
    for key, value in {**invent(ledger.record, DAY), **fields}.items():
        setattr(row, f"v_{key}", value)
    sheet.resource.finish(row)
    row.save()
    return row


@pytest.fixture
def two_items(measured_tree: Tree) -> list[LedgerEntry]:
    own = _entry("SX-LIST-02", measured_tree.community, kind="own", source="演示章程")
    other = _entry("SX-LIST-02", measured_tree.foreign_community, kind="assist", source="别处文件")
    return [own, other]


def test_a_list_is_searched_in_the_texts_of_its_fields(two_items, client_of) -> None:
    client = client_of(Role.STREET_CLERK)
    assert "演示记录" in client.get("/records/sx-list-02/?q=演示章程").content.decode()
    assert "没有符合条件的记录" in client.get("/records/sx-list-02/?q=没有的字").content.decode()
    assert "没有符合条件的记录" in client.get("/records/sx-list-02/?v_kind=assist").content.decode()


def test_entries_of_others_read_like_missing(two_items, client_of) -> None:
    own, other = two_items
    client = client_of(Role.STREET_CLERK)
    assert client.get(f"/records/sx-list-02/{own.pk}/").status_code == 200
    assert client.get(f"/records/sx-list-02/{other.pk}/").status_code == 404
    assert client.get("/records/no-such-01/").status_code == 404


def test_a_restricted_ledger_shows_its_numbers_to_departments(measured_tree: Tree, client_of) -> None:
    row = _entry("SX-CRED-01", measured_tree.community)
    assert by_code("SX-CRED-01").record.restricted
    text = client_of(Role.DEPARTMENT).get("/records/sx-cred-01/").content.decode()
    assert "只看条数" in text and str(row) not in text
    assert client_of(Role.DEPARTMENT).get(f"/records/sx-cred-01/{row.pk}/").status_code == 403
    assert str(row) in client_of(Role.STREET_CLERK).get("/records/sx-cred-01/").content.decode()


def test_a_notice_is_printed_large(measured_tree: Tree, client_of) -> None:
    code = next(
        each
        for each in ("SX-COV-01", "SX-SUP-03", "SX-DISC-05", "SX-STD-03", "SX-COV-03")
        if by_code(each) is not None and by_code(each).record.notice
    )
    row = _entry(code, measured_tree.community)
    text = client_of(Role.STREET_CLERK).get(f"/ledgers/{code.lower()}/{row.pk}/notice/").content.decode()
    assert "公开栏" in text and "css/notice.css" in text and "演示记录" in text
    assert client_of(Role.STREET_CLERK).get(f"/ledgers/sx-list-02/{row.pk}/notice/").status_code == 404


def test_what_is_due_names_who_has_not_filed(measured_tree: Tree, client_of) -> None:
    client = client_of(Role.COUNTY_STAFF)
    assert "LH-TRN-01" in client.get("/ledgers/due/").content.decode()
    url = "/ledgers/due/missing/?ledger=lh-trn-01&period=2025"
    assert "莲湖路社区" in client.get(url).content.decode()
    ledger = by_code("LH-TRN-01")
    row = _entry("LH-TRN-01", measured_tree.community)
    LedgerEntry.objects.filter(pk=row.pk).update(period="2025")
    assert ledger is not None and "莲湖路社区" not in client.get(url).content.decode()
    assert client.get("/ledgers/due/missing/?ledger=lh-trn-01&period=2025Q1").status_code == 404


def test_what_is_due_below_several_paths_is_what_is_due_below_each(measured_tree: Tree) -> None:
    paths = [measured_tree.street.path, measured_tree.other_street.path, measured_tree.foreign_street.path]
    row = _entry("LH-TRN-01", measured_tree.community)
    LedgerEntry.objects.filter(pk=row.pk).update(period="2025")
    some, on = expected_ledgers(paths), date(2026, 6, 1)

    def missing(*below: str) -> Counter[tuple[str, str]]:
        lines = due_lines(some, below, on)
        return Counter({(line.ledger.code, line.label): line.missing for line in lines if line.missing})

    each = [missing(path) for path in paths]
    assert missing(*paths) == each[0] + each[1] + each[2]
    assert [part["LH-TRN-01", "2025年"] for part in each] == [1, 2, 0], (
        "filed once; elsewhere it is not asked"
    )


def test_the_burden_meter_counts_fields_by_rhythm(measured_tree: Tree, client_of) -> None:
    text = client_of(Role.COUNTY_STAFF).get("/ledgers/burden/").content.decode()
    assert "每社区半年应填栏目" in text and "LH-TRN-01" in text
