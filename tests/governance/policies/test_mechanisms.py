"""The measure catalogue: what is live, what is planned, and no dead reference."""

import json
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.core.management import call_command, get_commands

from governance.accounts.roles import Role
from governance.policies.mechanisms import measure_state
from governance.policies.models import Measure, Standard
from governance.policies.themes import OTHER, theme_of


@pytest.fixture
def catalogue(measured_tree) -> dict[str, dict]:
    out = StringIO()
    call_command("mechanisms", "--json", stdout=out)
    rows = json.loads(out.getvalue())["mechanisms"]
    assert len({row["id"] for row in rows}) == len(rows) == Measure.objects.count()
    return {row["id"]: row for row in rows}


def test_every_measure_is_live_or_planned(catalogue):
    assert {row["state"] for row in catalogue.values()} == {"live"}
    for row in catalogue.values():
        assert (row["state"] == "live") is bool(row["realised_by"])
        assert all(set(item) == {"kind", "name", "url"} for item in row["realised_by"])


def test_every_standard_makes_its_measure_live(catalogue):
    for standard in Standard.objects.select_related("measure"):
        kinds = {item["kind"] for item in catalogue[standard.code]["realised_by"]}
        assert ("target" if standard.due_on else "standard") in kinds


def test_records_tasks_and_reports_are_live(catalogue):
    live = {code for code, row in catalogue.items() if row["state"] == "live"}
    assert live >= {"SX-DOC-01", "SX-DOC-02", "SX-DOC-03", "LH-DOC-01", "LH-DOC-02", "LH-DOC-03"}
    assert live >= {"LH-TASK-00", "SX-RPT-01", "LH-SIZE-01"}
    assert live >= {"LH-EST-01", "LH-ADJ-01"}


def test_every_measure_of_the_five_documents_is_in_the_catalogue(catalogue):
    ids = Path(__file__).with_name("mechanism_ids.txt").read_text(encoding="utf-8").split()
    assert len(ids) == 488
    assert set(catalogue) == set(ids)


@pytest.mark.slow
@pytest.mark.one_database
def test_no_reference_is_dead(catalogue, client_of):
    client, pages = client_of(Role.COUNTY_STAFF), {}
    for row in catalogue.values():
        for item in row["realised_by"]:
            if item["kind"] == "command":
                assert item["name"] in get_commands(), row["id"]
                continue
            parts = urlsplit(item["url"])
            if parts.path not in pages:
                response = client.get(parts.path)
                assert response.status_code == 200, (row["id"], item["url"])
                pages[parts.path] = response.content.decode()
            if parts.fragment:
                assert f'id="{unquote(parts.fragment)}"' in pages[parts.path], (row["id"], item["url"])


def test_without_anything_a_measure_is_planned():
    state = measure_state(Measure(code="LH-X-01", title="措施", realised_by=[]))
    assert (state.state, state.label) == ("planned", "规划中")


def test_every_standard_has_a_theme(measured_tree):
    assert not [
        code for code in Standard.objects.values_list("measure__code", flat=True) if theme_of(code) is OTHER
    ]


def test_the_command_also_prints_for_people(measured_tree):
    out = StringIO()
    call_command("mechanisms", stdout=out)
    assert "LH-SIZE-01" in out.getvalue()
    assert "规划中" in out.getvalue()
