"""Gates that the Lianhu text names: what a clerk may not enter, and at which field it is told."""

from datetime import date
from typing import Any

import pytest

from governance.ledgers.catalogue import by_code
from governance.ledgers.rules import faults


def broken(measure: str, values: dict[str, Any]) -> set[str]:
    """Fields at which an entry breaks a rule of its type."""
    ledger = by_code(measure)
    assert ledger is not None
    known = {field.key for field in ledger.record.fields} | {"started_on", "ended_on"}
    assert values.keys() <= known
    return {key for rule in ledger.record.rules for key in faults(rule, values.get)}


ASKED = {"started_on": date(2026, 6, 1), "reason": "personal", "written": True, "state": "asked"}
LISTED = {"listed": False, "needed": True, "funded": True, "fee": 1, "state": "agreed"}
HOMES = {"water": "home", "power": "home", "gas": "none", "heat": "home"}
CHECKED = {"fine": 5, "fit": 5, "clear": 10, "state": "passed"}
HANDED = {
    "started_on": date(2024, 3, 1),
    "built_on": date(2025, 3, 1),
    "accepted_on": date(2025, 4, 1),
    "handed_on": date(2025, 4, 1),
    "built": 80000,
    "rooms": True,
    "state": "handed",
}
OWED = {"required": 30000, "provided": 10000, "recovered": 0, "owed": 20000}
ENTERED = {
    "started_on": date(2026, 3, 1),
    "reviewed_on": date(2026, 3, 5),
    "elected_on": date(2026, 4, 1),
    "entered_on": date(2026, 4, 2),
    "term_on": date(2031, 4, 1),
    "state": "entered",
}


@pytest.mark.parametrize(
    ("measure", "values", "at"),
    [
        ("LH-CAD-18", {**ASKED, "left_on": date(2026, 6, 8)}, set()),
        ("LH-CAD-18", {**ASKED, "left_on": date(2026, 6, 7)}, {"left_on"}),
        ("LH-CAD-18", {**ASKED, "reason": "other", "left_on": date(2026, 6, 2)}, set()),
        ("LH-CAD-18", {**ASKED, "written": False}, set()),
        ("LH-CAD-18", {**ASKED, "written": False, "opinion": "agree", "state": "heard"}, {"written"}),
        ("LH-CAD-18", {**ASKED, "state": "filed"}, {"opinion", "approved_on", "filed_on", "left_on"}),
        ("LH-LIST-01", LISTED, set()),
        ("LH-LIST-01", {**LISTED, "fee": 0}, {"fee"}),
        ("LH-LIST-01", {**LISTED, "listed": True}, {"listed"}),
        ("LH-LIST-01", {**LISTED, "needed": False, "state": "refused"}, set()),
        ("LH-FAC-06", HANDED, set()),
        ("LH-FAC-06", {**HANDED, "rooms": False}, {"rooms"}),
        ("LH-FAC-06", {**HANDED, "rooms": None, "state": "accepted"}, {"rooms"}),
        ("LH-FAC-06", {**HANDED, "rooms": False, "state": "building"}, set()),
        ("LH-FAC-06", {**HANDED, "accepted_on": date(2025, 2, 28)}, {"accepted_on"}),
        ("LH-FAC-07", {**OWED, "built": "february", "state": "verified"}, set()),
        ("LH-FAC-07", {**OWED, "built": "before", "state": "verified"}, {"built", "state"}),
        ("LH-FAC-07", {**OWED, "built": "unknown", "mode": "补建", "state": "recovering"}, {"built"}),
        ("LH-FAC-07", {**OWED, "built": "after", "mode": "补建", "state": "cleared"}, {"owed"}),
        ("LH-FAC-07", {**OWED, "built": "after", "state": "verified", "owed": 20001}, {"owed"}),
        ("LH-FAC-09", {**HOMES, "state": "kept"}, set()),
        ("LH-FAC-09", {**HOMES, "gas": "else", "state": "kept"}, {"gas"}),
        ("LH-FAC-09", {**HOMES, "state": "broken", "handling": "已去函"}, {"state"}),
        ("LH-FAC-10", {"fee": 180, "home_fee": 180, "state": "kept"}, set()),
        ("LH-FAC-10", {"fee": 181, "home_fee": 180, "state": "kept"}, {"fee"}),
        ("LH-CAD-07", CHECKED, set()),
        ("LH-CAD-07", {**CHECKED, "clear": 9}, {"clear"}),
        ("LH-CAD-07", {**CHECKED, "fine": 6}, {"fine"}),
        ("LH-CAD-16", ENTERED, set()),
        ("LH-CAD-16", {**ENTERED, "reviewed_on": None}, {"reviewed_on"}),
        ("LH-CAD-16", {**ENTERED, "reviewed_on": date(2026, 4, 2)}, {"elected_on"}),
        ("LH-CAD-19", {"origin": "elected", "way": "dismiss", "state": "proposed"}, {"way"}),
        (
            "LH-CAD-19",
            {"state": "filed", "procedure": "依法", "decided_on": date(2026, 5, 1)},
            {"reported_on"},
        ),
        ("LH-ASM-04", {"veto": True, "tolerant": True, "state": "running"}, {"veto"}),
        ("LH-ASM-04", {"veto": True, "tolerant": False, "state": "drafting"}, set()),
        ("LH-PROP-05", {"candidates": 9, "passed": 7, "elected": 8, "state": "checking"}, {"elected"}),
    ],
)
def test_gate(measure: str, values: dict[str, Any], at: set[str]) -> None:
    assert broken(measure, values) == at
