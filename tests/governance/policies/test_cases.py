"""Boundary cases of every standard, from cases/*.yaml."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from governance.divisions.registry import make_communities
from governance.policies.evaluation.community import results_of_many
from governance.policies.models import Standard
from tests.factories import Tree, make_division
from tests.registry import add_facts

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*.yaml"))
USUAL_DAY = date(2026, 6, 15)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_standard(file: Path, measured_tree: Tree) -> None:
    cases: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    divisions = {}
    for number, case in enumerate(cases, start=100):
        divisions[case["name"]] = make_division(f"610104001{number}", case["name"], measured_tree.street)
    make_communities()
    for case in cases:
        add_facts(divisions[case["name"]], case)

    wrong = []
    for on in sorted({case.get("day", USUAL_DAY) for case in cases}):
        results = results_of_many(divisions=list(divisions.values()), path=measured_tree.county.path, on=on)
        for case in cases:
            if case.get("day", USUAL_DAY) != on:
                continue
            traces = results[divisions[case["name"]].pk]
            found = next((trace.as_json() for trace in traces if trace.code == file.stem), {"outcome": None})
            for key in ("outcome", "value", "required", "gap", "remedy"):
                if key in case and found.get(key) != case[key]:
                    wrong.append(f"{case['name']}: {key} is {found.get(key)!r}, not {case[key]!r}")
    assert not wrong, "\n".join(wrong)


def test_every_community_standard_has_cases(measured_tree: Tree) -> None:
    own = {standard.code for standard in Standard.objects.all() if not standard.upper.get("only")}
    assert own == {file.stem for file in FILES}
