"""Every gate that the documents name: tried without what it asks and refused by name, and taken with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.ledger_values import Invented
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.models import Division, Level
from governance.exchange.guard import Kind
from governance.exchange.importing.apply import apply
from governance.exchange.importing.lines import Plan
from governance.exchange.importing.prepare import prepare_workbook
from governance.exchange.reader import RawSheet, RawWorkbook
from governance.exchange.tokens import row_token
from governance.exchange.writer import ID_COLUMN, VERSION_COLUMN
from governance.ledgers.catalogue import Ledger, by_code, ledgers
from governance.ledgers.models import LedgerEntry
from governance.ledgers.periods import closed_periods
from governance.ledgers.sheets import ledger_sheets
from governance.records.models import Attachment
from governance.workflows.catalogue import kinds
from tests.factories import Tree, case_street, make_division, make_user
from tests.governance.records.makers import token_of, typed, url

DAY = date(2026, 6, 1)
TODAY = date(2026, 11, 20)
Case = dict[str, Any]
CASES: list[Case] = yaml.safe_load(Path(__file__).with_name("gates.yaml").read_text(encoding="utf-8"))
ROWS = list(dict.fromkeys(case["row"] for case in CASES))
BY_STEPS = {
    "E1": ["lh-establishment"],
    "E2": ["lh-adjustment"],
    "E3": ["lh-ruling"],
    "E4": ["lh-outer-ruling"],
    "E14": ["sx-decision", "hn-decision-rural", "hn-decision-urban"],
    "E17": ["lh-admission"],
    "E28": ["lh-ticket", "rs-dispute"],
}
"""Rows whose steps run as cases; the gates of each step are tried in tests/governance/workflows."""
BY_PAGES = {"E22", "E30"}
"""The half-year report and the documents themselves have pages of their own."""


@dataclass
class Desk:
    """Somebody who may enter everything in a province, and tries one entry."""

    user: User
    street: Division

    def place(self, ledger: Ledger) -> Division:
        place = Division.objects.filter(parent=self.street).first()
        while place is not None and place.level > ledger.level:
            place = place.parent
        assert place is not None
        return place

    def row(self, case: Case, *, begun: date = DAY, **changes: Any) -> Any:
        """An entry with everything that `case` says; changes to None leave a field out."""
        ledger = by_code(case["type"])
        assert ledger is not None, case["type"]
        record = ledger.record
        values = {**full(ledger, begun, case["values"]), **changes}
        row = ledger_sheets()[ledger.slug].model(
            division=self.place(ledger), started_on=begun, name="演示事项" if record.name else ""
        )
        row.ended_on = values.pop("ended_on", None)
        for key, value in values.items():
            assert any(field.key == key for field in record.fields), f"{case['type']} has no {key}"
            setattr(row, f"v_{key}", value)
        if record.is_periodic:
            row.period = next(closed_periods(record.filing, DAY, 1)).code
        return row

    def keep(self, row: Any) -> Any:
        ledger_sheets()[type(row).ledger.slug].resource.finish(row)
        row.save()
        return row

    def plan(self, *rows: Any, stored: Any = None) -> Plan:
        sheet = ledger_sheets()[type(rows[0]).ledger.slug]
        hidden = (
            [row_token(sheet.name, stored.pk), str(stored.version)] if stored is not None else [None, None]
        )
        cells = [[*(column.cell(row) for column in sheet.columns.values()), *hidden] for row in rows]
        header = [*sheet.columns, ID_COLUMN, VERSION_COLUMN]
        raw = RawSheet(sheet.name, header, list(enumerate(cells, start=2)))
        return prepare_workbook(RawWorkbook(Kind.XLSX, [raw]), self.user, on=TODAY)


def full(ledger: Ledger, day: date, values: dict[str, Any]) -> dict[str, Any]:
    """Values of every field such that those given stay and all gates within the entry are kept."""
    entry = Invented(ledger.record, day, 0)
    entry.values = {field.key: entry.invent(field) for field in ledger.record.fields} | values
    entry.stay_behind = lambda: None  # type: ignore[method-assign]
    assert entry.settle(), ledger.code
    assert {key: entry.values.get(key) for key in values} == values, f"{ledger.code}: {entry.values}"
    return entry.values


@pytest.fixture
def desk_of(tree: Tree) -> Callable[[str], Desk]:
    @cache
    def make(document: str) -> Desk:
        street = case_street(document, tree)
        if not Division.objects.filter(parent=street).exists():
            make_division(f"{street.code}001", "演示社区", street)
        province = Division.objects.get(path=street.path[:2], level=Level.PROVINCE)
        return Desk(make_user(f"officer-{document}", Role.COUNTY_STAFF, province), street)

    return make


def attach(row: Any) -> None:
    Attachment.objects.create(
        division=row.division,
        object_type=row._meta.label_lower,
        object_id=row.pk,
        name="演示备案报告.pdf",
        key=f"{row.pk:032d}",
        sha256="0" * 64,
        size=1,
        uploaded_by=User.objects.first(),
    )


def wrong(desk: Desk, case: Case) -> Iterator[str]:
    """What a case finds other than it says."""
    name = f"{case['row']} {case['gate']}"
    stored = None
    if case.get("attached"):
        stored = desk.keep(desk.row({**case, "values": {**case["values"], "state": "decided"}}))
        if "lacks" in case:
            attach(stored)
    earlier = [{"type": case["type"], **each} for each in case.get("before", [])]
    if "lacks" in case:
        for each in earlier:
            desk.keep(desk.row(each, begun=DAY - timedelta(days=7)))
    plan = desk.plan(desk.row(case, **case.get("lacks", {})), stored=stored)
    told = [(hint.column, hint.message) for hint in plan.notices]
    refused = [(fault.column, fault.message) for fault in plan.errors]
    found = told if case.get("recorded") else refused
    if not any(column == case["at"] and case["says"] in message for column, message in found):
        yield f"{name}: not named without it, but {refused or told or 'taken'}"
    if case.get("recorded"):
        if refused:
            yield f"{name}: cannot be recorded: {refused}"
        else:
            apply(plan, desk.user)
            if [row.breach for row in LedgerEntry.objects.all()] != [True]:
                yield f"{name}: is not marked"
    elif {column for column, _ in refused} - {case["at"]} and len(case.get("lacks", {})) == 1:
        yield f"{name}: refused for more than that: {refused}"
    if "lacks" not in case:
        for each in earlier:
            desk.keep(desk.row(each, begun=DAY - timedelta(days=7)))
        if stored is not None:
            attach(stored)
    plan = desk.plan(desk.row(case), stored=stored or LedgerEntry.objects.filter(breach=True).first())
    if plan.errors:
        yield f"{name}: refused with it: {[fault.message for fault in plan.errors]}"


@pytest.mark.one_database
@pytest.mark.parametrize("row", ROWS)
def test_a_gate_refuses_by_name_what_lacks_its_evidence(row: str, desk_of) -> None:
    found = []
    for case in CASES:
        if case["row"] == row:
            found += wrong(desk_of(case["type"][:2]), case)
            LedgerEntry.objects.all().delete()
            Attachment.objects.all().delete()
    assert found == []


def test_every_gate_beyond_an_entry_is_tried_and_names_what_exists() -> None:
    tried = {case["type"] for case in CASES}
    for ledger in ledgers().values():
        for rule in ledger.record.rules:
            assert ledger.code in tried or not (rule.is_beyond or rule.breach), ledger.code
            if rule.earlier is not None and rule.earlier.of:
                other = by_code(rule.earlier.of)
                assert other is not None and other.level == ledger.level, ledger.code
                assert set(rule.earlier.status) <= set(other.record.field(other.record.status).choices)


def test_every_row_of_the_workflows_has_its_gates_tried() -> None:
    tried = {*ROWS, *BY_STEPS, *BY_PAGES}
    assert {f"E{number}" for number in range(1, 33)} <= tried
    assert {slug for slugs in BY_STEPS.values() for slug in slugs} == set(kinds())


@pytest.mark.one_database
def test_the_steps_of_a_violation_may_come_in_one_file_but_none_may_be_left_out(desk_of) -> None:
    desk = desk_of("HU")
    steps = [
        desk.row({"type": "HU-COV-03", "values": {"step": step}}, begun=DAY + timedelta(days=days))
        for days, step in enumerate(("oral", "notice", "apology", "limit"))
    ]
    assert desk.plan(*reversed(steps)).errors == []
    faults = desk.plan(steps[0], steps[2], steps[3]).errors
    assert [(fault.row, fault.column) for fault in faults] == [(3, "处理方式")]
    limit = desk.row({"type": "HU-COV-03", "values": {"step": "limit"}}, proportion=None)
    at = [fault.column for fault in desk.plan(limit).errors]
    assert sorted(at) == ["处理方式", "限制程度和期限"]  # all that is missing at once
    same_day = desk.row({"type": "HU-COV-03", "values": {"step": "notice"}})
    same_day.name = "演示另一事项"
    assert [fault.row for fault in desk.plan(steps[0], same_day).errors] == [3]


@pytest.mark.one_database
def test_a_voided_step_is_none(desk_of) -> None:
    desk = desk_of("HU")
    oral = desk.keep(desk.row({"type": "HU-COV-03", "values": {"step": "oral"}}))
    notice = desk.row({"type": "HU-COV-03", "values": {"step": "notice"}}, begun=DAY + timedelta(days=1))
    assert desk.plan(notice).errors == []
    LedgerEntry.objects.filter(pk=oral.pk).update(voided_on=DAY)
    assert len(desk.plan(notice).errors) == 1


def test_a_form_names_the_report_that_is_not_attached_and_takes_the_entry_with_it(
    desk_of, measured_tree: Tree, client_of
) -> None:
    desk, client = desk_of("LH"), client_of(Role.STREET_CLERK)
    way = {"origin": "hired", "way": "dismiss"}
    row = desk.keep(desk.row({"type": "LH-CAD-19", "values": {**way, "state": "decided"}}))
    address = url("change", "lh-cad-19", row)
    fields = {**typed("lh-cad-19", row, v_state="已备案"), "_token": token_of(client, address)}
    refused = client.post(address, fields)
    assert "缺少罢免或解聘备案报告" in refused.content.decode()
    assert LedgerEntry.objects.get().status == "decided"
    attach(row)
    assert client.post(address, fields).status_code == 302
    assert LedgerEntry.objects.get().status == "filed"


def test_a_breach_is_told_when_saved_and_stands_in_the_list_and_on_its_page(
    desk_of, measured_tree: Tree, client_of
) -> None:
    desk, client = desk_of("LH"), client_of(Role.STREET_CLERK)
    short = {"reason": "personal", "state": "asked", "left_on": DAY + timedelta(days=6)}
    row = desk.keep(desk.row({"type": "LH-CAD-18", "values": {**short, "left_on": DAY + timedelta(days=7)}}))
    address = url("change", "lh-cad-18", row)
    fields = typed("lh-cad-18", row, v_left_on=str(short["left_on"]))
    saved = client.post(address, {**fields, "_token": token_of(client, address)}, follow=True)
    assert saved.content.decode().count("相隔不足7天") == 2  # the message, and the page itself
    assert "不符合" in client.get("/records/lh-cad-18/").content.decode()
    assert str(row) in client.get("/records/lh-cad-18/?breach=broken").content.decode()
    assert "没有符合条件的记录" in client.get("/records/lh-cad-18/?breach=kept").content.decode()
