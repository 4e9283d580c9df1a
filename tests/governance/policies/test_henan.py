"""Henan from its own list of communities to results: loaded by the command, measured by Henan's rules."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from governance.divisions import loader
from governance.divisions.models import Division
from governance.policies.evaluation.community import community_results
from governance.policies.evaluation.upper import division_result
from governance.policies.findings import refresh
from governance.policies.models import Finding
from tests.factories import Tree
from tests.registry import add_facts

ON = date(2026, 6, 15)
VILLAGES = """code,name,streetCode,provinceCode,cityCode,areaCode
410105001001,演示甲社区,410105001,41,4101,410105
410105001002,演示乙社区,410105001,41,4101,410105
410105002201,演示丙村,410105002,41,4101,410105
"""


@pytest.fixture
def henan(measured_tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Division:
    """金水区 with two urban communities and a village, loaded beside the small tree."""
    shipped = loader._read

    def of_henan(file: Path) -> Iterator[dict[str, str]]:
        rows = shipped(file)
        return rows if file.parent != loader.DATA else (row for row in rows if row["code"].startswith("41"))

    monkeypatch.setattr(loader, "_read", of_henan)
    file = tmp_path / "villages.csv"
    file.write_text(VILLAGES, encoding="utf-8")
    call_command("load_divisions", communities=str(file))
    for code, facts in {
        "410105001001": {
            "community": {
                "households_resident": 800,
                "population_resident": 1000,
                "registered_volunteers": 101,
            },
            "grids": [{"households": 300}, {"households": 500}],
            "workers": [{"certificate": "assistant"}],
            "facilities": [{"building_area_c": 1}],
        },
        "410105001002": {
            "community": {
                "households_resident": 550,
                "population_resident": 1000,
                "registered_volunteers": 99,
            },
            "grids": [{"households": 550}],
            "workers": [{"certificate": "none"}],
        },
        "410105002201": {
            "community": {"area_type": "rural", "population_resident": 100, "registered_volunteers": 6},
            "facilities": [{"kind": "rural_centre"}],
        },
    }.items():
        add_facts(Division.objects.get(code=code), facts)
    return Division.objects.get(code="410105")


def test_communities_of_henan_answer_to_the_rules_of_henan(henan: Division):
    def outcomes(code: str) -> dict[str, str]:
        division = Division.objects.get(code=code)
        return {trace.code: str(trace.outcome) for trace in community_results(division=division, on=ON)}

    found = outcomes("410105001001")
    assert {code.split("-")[0] for code in found} == {"HN"}
    assert {code: outcome for code, outcome in found.items() if outcome != "no_data"} == {
        "HN-SW-03": "met",
        "HN-VOL-02": "met",
        "HN-VOL-03": "not_applicable",
        "HN-GRID-01": "met",
        "HN-INFO-04": "not_applicable",
    }
    assert outcomes("410105001002")["HN-GRID-01"] == "infeasible"
    assert outcomes("410105002201")["HN-VOL-03"] == "met"

    own = {
        trace.code: (trace.as_json()["value"], str(trace.outcome))
        for trace in division_result(division=henan, on=ON).traces
        if trace.outcome
    }
    assert own["HN-VOL-02"] == (10, "met")
    assert own["HN-FAC-03"] == (50, "not_met")
    assert own["HN-FAC-04"] == (100, "met")
    assert own["HN-SW-03"] == (33.33, "not_met")

    refresh(path="", on=ON)
    findings = Finding.objects.filter(path__startswith=henan.path, resolved_on=None)
    assert set(findings.values_list("division__code", "standard__measure__code", "severity")) == {
        ("410105001002", "HN-SW-03", "red"),
        ("410105001002", "HN-VOL-02", "red"),
        ("410105001002", "HN-GRID-01", "amber"),
    }
