"""The list of communities and the page of one: scope, filters, rows, and what of persons is shown."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from cadres.models import CommunityWorker, TwoCommitteeMember
from cadres.tables import age_on
from communities.models import Compound, SocialOrganisation
from facilities.models import Facility
from governance.accounts.roles import Role
from governance.people.models import Person
from governance.policies.findings import refresh
from governance.policies.indicators import all_inputs
from governance.policies.loader import load_policies
from governance.policies.presentation import rows_url
from grids.models import Grid
from tests.factories import Tree
from tests.registry import fill_community
from tests.snapshot import made_once

ID_NUMBER = "11010519491231002X"
PHONE = "13800001234"


@pytest.fixture
def filled(tree: Tree) -> Tree:
    """莲湖路社区 with one row of every registry, and a grid that has ended."""
    place = tree.community
    fill_community(place, households_resident=2350, boundary_east="北大街")
    person = Person.objects.create(
        name="演示张三", id_number=ID_NUMBER, birth_date="1949-12-31", sex="female", phone=PHONE
    )
    began = date(2021, 4, 20)
    TwoCommitteeMember.objects.create(
        division=place,
        person=person,
        party_post="secretary",
        committee_post="director",
        is_fulltime=True,
        counts_toward_quota=True,
        started_on=began,
    )
    CommunityWorker.objects.create(division=place, person=person, post="chief", grade=18, started_on=began)
    grid = {"division": place, "kind": "residential", "households": 280, "head": "演示李四"}
    Grid.objects.create(number="001", name="第一网格", **grid)
    Grid.objects.create(number="002", name="旧网格", ended_on=date(2023, 1, 1), **grid)
    Facility.objects.create(
        division=place, name="党群服务中心", kind="comprehensive", building_area_c=70500, started_on=began
    )
    Compound.objects.create(division=place, name="和平苑", households=900, property_kind="commercial")
    SocialOrganisation.objects.create(division=place, name="书画社", status="filed")
    return tree


def page(client, code: str = "610104001001", query: str = "") -> str:
    response = client.get(reverse("communities:detail", args=[code]) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_every_input_of_a_standard_has_an_anchor(filled, client_of):
    text = page(client_of(Role.COUNTY_STAFF))
    registries = {item.rows for item in all_inputs().values()}
    anchors = {each for each in registries if rows_url("610104001001", each).startswith("/communities/")}
    assert anchors >= {"community", "grids", "members", "workers", "facilities", "compounds", "organisations"}
    for anchor in anchors:
        assert f'id="{anchor}"' in text


def test_rows_of_all_registries_stand_on_the_page(filled, client_of):
    text = page(client_of(Role.STREET_CLERK))
    for expected in ("第一网格", "演示张三", "党群服务中心", "705.00", "和平苑", "书画社", "2,350", "北大街"):
        assert expected in text


def test_identity_data_are_masked_and_the_birth_date_is_an_age(filled, client_of):
    text = page(client_of(Role.STREET_CLERK))
    assert ID_NUMBER not in text and PHONE not in text and "1949" not in text
    assert "1****************X" in text
    assert "138****1234" in text


def test_without_the_right_to_see_persons_there_are_only_counts(filled, client_of):
    text = page(client_of(Role.DEPARTMENT))
    assert "演示张三" not in text and "演示李四" not in text and "138****1234" not in text
    assert "在任 <b>1</b> 人" in text
    assert "第一网格" in text


def test_ended_rows_are_told_apart_by_day(filled, client_of):
    client = client_of(Role.STREET_CLERK)
    assert "在册 1 个，另有已结束或未开始 1 个" in page(client)
    assert "在册 2 个" in page(client, query="?on=2022-12-31")


def test_a_division_above_leads_to_its_communities(filled, client_of):
    response = client_of(Role.COUNTY_STAFF).get(reverse("communities:detail", args=["610104001"]))
    assert response.url == f"{reverse('communities:list')}?area=610104001"


def test_list_is_scoped_and_in_path_order(filled, client_of):
    text = client_of(Role.COUNTY_STAFF).get(reverse("communities:list")).content.decode()
    names = ["莲湖路社区", "习武园社区", "庙后街社区", "化觉巷社区"]
    assert [text.index(name) for name in names] == sorted(text.index(name) for name in names)
    assert "东新街社区" not in text
    assert "共 4 条" in text


def _measure() -> None:
    load_policies()
    refresh(path="", on=timezone.localdate())


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("area=610104001", {"莲湖路社区", "习武园社区"}),
        ("area=610104002", {"庙后街社区", "化觉巷社区"}),
        ("area_type=urban", {"莲湖路社区"}),
        ("area_type=rural", set()),
        ("name=莲湖", {"莲湖路社区"}),
        ("findings=any", {"莲湖路社区"}),
        ("findings=red", {"莲湖路社区"}),
        ("findings=none", set()),
        ("findings=empty", {"习武园社区", "庙后街社区", "化觉巷社区"}),
    ],
)
def test_list_can_be_filtered(filled, client_of, query, names):
    made_once("communities/test_pages", _measure)
    text = client_of(Role.COUNTY_STAFF).get(f"{reverse('communities:list')}?{query}").content.decode()
    table = text.partition("<tbody>")[2]
    every = {"莲湖路社区", "习武园社区", "庙后街社区", "化觉巷社区"}
    assert {name for name in every if name in table} == names


def test_a_community_user_sees_only_the_own_one(filled, client_of):
    text = client_of(Role.COMMUNITY).get(reverse("communities:list")).content.decode()
    assert "莲湖路社区" in text and "习武园社区" not in text
    assert 'name="area"' not in text, "there is nothing to choose from"


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("1980-06-15", date(2026, 6, 14), 45),
        ("1980-06-15", date(2026, 6, 15), 46),
        ("1980-02-29", date(2026, 2, 28), 45),
        ("", date(2026, 1, 1), None),
        ("1980", date(2026, 1, 1), None),
    ],
)
def test_age_is_full_years(birth, on, age):
    assert age_on(birth, on) == age
