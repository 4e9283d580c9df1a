"""Every formula of the design has its boundary cases, by the names they have in formulas.yaml."""

import re
from pathlib import Path

import yaml

HERE = Path(__file__).parent
TESTS = HERE.parents[1]


def _names(place: str) -> set[str]:
    if place.endswith(".py"):
        return set(re.findall(r"^def (test_\w+)", (TESTS / place).read_text(encoding="utf-8"), re.M))
    cases = yaml.safe_load((HERE / "cases" / f"{place}.yaml").read_text(encoding="utf-8"))
    return {str(case["name"]) for case in cases}


def test_every_boundary_of_the_formulas_has_a_case():
    formulas = yaml.safe_load((HERE / "formulas.yaml").read_text(encoding="utf-8"))
    assert formulas.keys() == {f"D{number:02d}" for number in range(1, 45)}
    missing = [
        f"{formula}: {place}: {name}"
        for formula, places in formulas.items()
        for place, names in places.items()
        for name in sorted(set(map(str, names)) - _names(place))
    ]
    assert not missing
