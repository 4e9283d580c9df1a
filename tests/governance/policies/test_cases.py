"""Boundary cases of every standard: of communities from cases/*.yaml, of higher divisions from cases/upper.

A file is named after its measure and tried inside the jurisdiction of its document (`CASE_STREETS`). Keys of
a case that are no facts (tests/registry.py) and no expectations are mistakes.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction

from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length
from governance.divisions.registry import make_communities
from governance.policies.evaluation.community import results_of_many
from governance.policies.evaluation.own import OWN_KINDS
from governance.policies.evaluation.relation import live_relation
from governance.policies.evaluation.resolve import rules_for
from governance.policies.evaluation.upper import upper_results
from governance.policies.models import Standard
from tests.factories import Tree, case_street, make_division
from tests.registry import FACTS, add_facts, add_records, add_scheme

Case = dict[str, Any]

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*.yaml"))
UPPER_FILES = sorted((CASES / "upper").glob("*.yaml"))
USUAL_DAY = date(2026, 6, 15)
EXPECTED = ("outcome", "value", "required", "gap", "remedy", "counts")


def _ids(files: list[Path]) -> list[str]:
    return [file.stem for file in files]


def _cases(file: Path, known: set[str]) -> list[Case]:
    cases: list[Case] = yaml.safe_load(file.read_text(encoding="utf-8"))
    for case in cases:
        assert case.keys() <= known | {"name", "day", *EXPECTED}, f"{file.name}: {case['name']}"
    return cases


def _differences(case: Case, found: dict[str, Any]) -> list[str]:
    return [
        f"{case['name']}: {key} is {found.get(key)!r}, not {case[key]!r}"
        for key in EXPECTED
        if key in case and found.get(key) != case[key]
    ]


def _communities(street: Division, count: int) -> list[Division]:
    made = [
        make_division(f"{street.code}{number}", f"演示{number}", street) for number in range(100, 100 + count)
    ]
    make_communities()
    return made


@pytest.mark.parametrize("file", FILES, ids=_ids(FILES))
def test_standard(file: Path, measured_tree: Tree) -> None:
    cases = _cases(file, set(FACTS))
    street = case_street(file.stem[:2], measured_tree)
    divisions = _communities(street, len(cases))
    for division, case in zip(divisions, cases, strict=True):
        add_facts(division, case)

    wrong = []
    path = street.path[: path_length(Level.COUNTY)]
    for on in sorted({case.get("day", USUAL_DAY) for case in cases}):
        results = results_of_many(divisions=divisions, path=path, on=on, codes={file.stem})
        for division, case in zip(divisions, cases, strict=True):
            if case.get("day", USUAL_DAY) == on:
                traces = results[division.pk]
                found = next(
                    (trace.as_json() for trace in traces if trace.code == file.stem), {"outcome": None}
                )
                wrong += _differences(case, found)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("file", UPPER_FILES, ids=_ids(UPPER_FILES))
def test_higher_division(file: Path, measured_tree: Tree) -> None:
    """Each case is a division of its own, made of the communities it lists (`times`: so many alike)."""
    cases = _cases(file, {"communities", "level"})
    street = case_street(file.stem[:2], measured_tree)
    facts = [[each for each in case["communities"] for _ in range(each.pop("times", 1))] for case in cases]
    divisions = iter(_communities(street, sum(map(len, facts))))
    wrong = []
    for case, communities in zip(cases, facts, strict=True):
        own = [next(divisions) for _ in communities]
        for division, each in zip(own, communities, strict=True):
            assert each.keys() <= set(FACTS), case["name"]
            add_facts(division, each)
        level = Level[case.get("level", "county").upper()]
        wrong += _differences(case, _upper_result(file.stem, own, level, case.get("day", USUAL_DAY)))
    assert not wrong, "\n".join(wrong)


def _upper_result(code: str, communities: list[Division], level: Level, on: date) -> dict[str, Any]:
    path = communities[0].path[: path_length(level)]
    rules = rules_for(path=path, on=on)
    wanted = {code} | {
        each for rule in rules if rule.code == code for each in rule.standard.upper.get("of", [])
    }
    rules = [rule for rule in rules if rule.code in wanted]
    relation = live_relation(path=path, on=on, rules=rules, division_ids=[each.pk for each in communities])
    (result,) = upper_results(relation=relation, level=level)
    return next((trace.as_json() for trace in result.traces if trace.code == code), {"outcome": None})


OWN_FILES = sorted((CASES / "own").glob("*.yaml"))


@pytest.mark.parametrize("file", OWN_FILES, ids=_ids(OWN_FILES))
def test_figures_of_higher_divisions(file: Path, measured_tree: Tree) -> None:
    """Each case is a set of `places` by code with what stands in their ledgers; `at` is the one measured,
    `schemes` are those of streets and counties by code.

    Every street gets a community that holds nothing: it is the divisions above it that are judged.
    """
    wrong = []
    for case in _cases(file, {"places", "at", "schemes"}):
        with transaction.atomic():
            wrong += _differences(case, _result_of_places(file.stem, case))
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def _result_of_places(code: str, case: Case) -> dict[str, Any]:
    made = []
    for place, entries in case["places"].items():
        street = str(place).ljust(9, "0")[:6] + (str(place)[6:9] or "001")
        known = Division.objects.filter(code=street).first() or make_division(street, street)
        community = make_division(f"{street}101", "演示社区", known)
        add_records(community, entries)
        made.append(community.pk)
    make_communities()
    for place, schemes in case.get("schemes", {}).items():
        for scheme in schemes:
            add_scheme(Division.objects.get(code=str(place)), **scheme)
    at = Division.objects.get(code=str(case["at"]))
    rules = [rule for rule in rules_for(path=at.path, on=case.get("day", USUAL_DAY)) if rule.code == code]
    relation = live_relation(path=at.path, on=case.get("day", USUAL_DAY), rules=rules, division_ids=made)
    results = upper_results(relation=relation, level=at.level)
    traces = [trace for result in results for trace in result.traces]
    return next((trace.as_json() for trace in traces), {"outcome": None})


def test_every_standard_has_cases(measured_tree: Tree) -> None:
    uppers = {standard.code: standard.upper for standard in Standard.objects.select_related("measure")}
    only = {code for code, upper in uppers.items() if upper.get("only")}
    assert uppers.keys() - only == {file.stem for file in FILES}
    upper = {file.stem for file in UPPER_FILES}
    own = {code for code, each in uppers.items() if each.get("kind") in OWN_KINDS}
    assert own == {file.stem for file in OWN_FILES}
    assert only - own <= upper <= {code for code, each in uppers.items() if each}
