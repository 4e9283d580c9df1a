"""Gates of the packs' record types: the fields at which an entry breaks one, from rules/*.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from governance.ledgers.catalogue import by_code
from governance.ledgers.rules import faults
from governance.policies.record_schema import OWN_DATES

FILES = sorted((Path(__file__).parent / "rules").glob("*.yaml"))
Case = dict[str, Any]
CASES: list[Case] = [case for file in FILES for case in yaml.safe_load(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("case", CASES, ids=[f"{case['type']} {number}" for number, case in enumerate(CASES)])
def test_a_gate_speaks_at_the_fields_that_break_it(case: Case) -> None:
    ledger = by_code(case["type"])
    assert ledger is not None
    values = case["values"]
    assert values.keys() <= {field.key for field in ledger.record.fields} | set(OWN_DATES)
    broken = {key for rule in ledger.record.rules for key in faults(rule, values.get)}
    assert broken == set(case.get("broken", []))
