"""What makes each measure live, and that its figures come from data: ledgers and standards have own tests."""

from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache

from cadres.choices import WorkerPost
from cadres.models import CommunityWorker
from communities.choices import OrganisationKind
from communities.models import SocialOrganisation
from governance.accounts.roles import Role
from governance.ledgers.catalogue import by_code
from governance.policies.figures import figures_of
from governance.policies.mechanisms import measure_state
from governance.policies.models import Measure
from tests.factories import Tree
from tests.registry import add_scheme, fill_community, fill_tree

CASES = Path(__file__).parents[1] / "policies" / "cases"


@pytest.fixture
def measures(measured_tree: Tree) -> list[Measure]:
    return list(Measure.objects.select_related("document", "clause", "task", "standard"))


def _kinds(measure: Measure) -> set[str]:
    return {each.kind for each in measure_state(measure).realised_by}


def test_all_measures_are_live(measures: list[Measure]) -> None:
    assert [each.code for each in measures if not measure_state(each).is_live] == []
    assert len(measures) == 488


def test_every_live_measure_is_tried_with_data(measures: list[Measure]) -> None:
    """Ledgers by test_every_type, workflows by their tests, standards by boundary cases, the rest below."""
    cases = {file.stem for file in CASES.rglob("*.yaml")}
    left = [
        each.code
        for each in measures
        if measure_state(each).is_live
        and by_code(each.code) is None
        and each.code not in cases
        and not _kinds(each) & {"registry", "page", "command", "ledger", "workflow"}
    ]
    assert left == []


def test_figures_of_registries_change_with_their_rows(measures: list[Measure], measured_tree: Tree) -> None:
    asked = [each for each in measures if "registry" in _kinds(each)]
    assert len(asked) >= 6

    def shown() -> dict[str, list[str]]:
        cache.clear()
        found = figures_of(asked, measured_tree.province, date(2026, 6, 15))
        return {code: [figure.value for figure in figures] for code, figures in found.items()}

    before = shown()
    fill_tree(measured_tree)
    fill_community(
        measured_tree.community,
        households_resident=900,
        population_resident=5000,
        population_registered=4000,
        community_type="old_town",
        party_org_kind="committee",
    )
    SocialOrganisation.objects.update(kind=OrganisationKind.values[0])
    CommunityWorker.objects.update(post=WorkerPost.values[0])
    add_scheme(measured_tree.street, weight=4_000, state="final")
    after = shown()
    assert {code for code in before if before[code] == after[code]} == set()


def test_the_page_of_a_ledger_measure_shows_its_figures(measures, measured_tree: Tree, client_of) -> None:
    client = client_of(Role.COUNTY_STAFF)
    text = client.get("/implementation/measures/LH-CAD-18/").content.decode()
    assert "在册记录" in text and "0 条" in text
