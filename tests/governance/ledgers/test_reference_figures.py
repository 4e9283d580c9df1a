"""Reference figures are entered once by the county, and every community below is measured by them (D27)."""

from datetime import date

import pytest

from governance.accounts.roles import Role
from governance.divisions.registry import make_communities
from governance.ledgers.models import LedgerEntry
from governance.policies.evaluation.community import community_results
from tests.factories import Tree, case_street, make_division
from tests.governance.records.makers import token_of, url
from tests.registry import add_records, fill_community

DAY = date(2026, 6, 15)


@pytest.fixture
def places(measured_tree: Tree):
    street = case_street("HU", measured_tree)
    found = [make_division(f"{street.code}10{number}", f"演示{number}", street) for number in (1, 2)]
    make_communities()
    for place in found:
        fill_community(place)
        add_records(place, [{"type": "HU-PAY-01", "period": 2025, "values": {"lowest": 60000}}])
    return found


def _outcomes(places) -> list[tuple[str, int]]:
    found = [
        next(each for each in community_results(division=place, on=DAY) if each.code == "HU-PAY-01")
        for place in places
    ]
    return [(str(each.outcome), each.inputs[1].value) for each in found]


def test_one_entry_of_the_county_serves_all_its_communities(places, client_of):
    assert _outcomes(places) == [("no_data", None)] * 2
    county = places[0].parent.parent
    client = client_of(Role.COUNTY_STAFF, county)
    page = client.get(url("list", "hu-pay-01-ref")).content.decode()
    assert "县级社会平均工资" in page and "辖区内各社区" in page

    values = {"community_code": county.code, "period": "2024", "started_on": "2025-06-01"}
    values |= {"v_wage": "60000", "v_source": "演示统计公报"}
    values["_token"] = token_of(client, url("add", "hu-pay-01-ref"))
    response = client.post(url("add", "hu-pay-01-ref"), values)
    assert response.status_code == 302, response.context["form"].errors
    row = LedgerEntry.objects.get(code="HU-PAY-01-REF")
    assert (row.division, row.count) == (county, 60000)
    assert _outcomes(places) == [("met", 60000)] * 2


def test_a_street_does_not_enter_what_is_the_countys(places, client_of):
    client = client_of(Role.STREET_CLERK, places[0].parent)
    county = places[0].parent.parent
    values = {"community_code": county.code, "period": "2024", "started_on": "2025-06-01", "v_wage": "1"}
    values |= {"v_source": "演示", "_token": token_of(client, url("add", "hu-pay-01-ref"))}
    response = client.post(url("add", "hu-pay-01-ref"), values)
    assert (
        response.status_code in {403, 422} and not LedgerEntry.objects.filter(code="HU-PAY-01-REF").exists()
    )
