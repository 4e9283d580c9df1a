"""The search of the header: what finds what, for whom, and what never stands in an address."""

from datetime import date

import pytest
from django.urls import reverse

from cadres.models import CommunityWorker
from governance.accounts.roles import Role
from governance.divisions.models import Division, DivisionName
from governance.people.models import Person
from governance.people.services import set_values
from governance.web.search import Kind, parse
from tests.factories import Tree, make_division
from tests.governance.records.makers import make_member, make_person, make_worker
from tests.registry import BEGAN, fill_community

ID_NUMBER = "610104197603070018"


@pytest.fixture
def person(tree: Tree) -> Person:
    person = Person()
    set_values(person, {"name": "解晓梅", "id_number": ID_NUMBER})
    person.save()
    CommunityWorker.objects.create(division=tree["610104001001"], person=person, started_on=BEGAN)
    return person


def texts(response) -> list[str]:
    """The labels found, in order."""
    return [hit.label for group in response.context["groups"] for hit in group.hits]


def find(client, text: str) -> list[str]:
    return texts(client.post(reverse("web:suggest"), {"q": text}))


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("  ", Kind.EMPTY, ""),
        ("青 年路", Kind.TEXT, "青年路"),
        ("Qing'nian lu", Kind.LETTERS, "qingnianlu"),
        ("ｑｎｌ", Kind.LETTERS, "qnl"),
        ("６１０１０４", Kind.CODE, "610104"),
        ("6101 0419 7603 0700 18", Kind.ID_NUMBER, ID_NUMBER),
        ("61010419760307001x", Kind.ID_NUMBER, "61010419760307001X"),
        ("6101041976030", Kind.REFUSED, "private"),
        ("13800001234", Kind.REFUSED, "private"),
        ("王某13800001234", Kind.REFUSED, "private"),
        ("q", Kind.REFUSED, ""),
    ],
)
def test_a_typed_text_is_understood(typed: str, kind: Kind, value: str):
    term = parse(typed)
    assert (term.kind, term.value) == (kind, value)
    assert bool(term.refusal) == (kind is Kind.REFUSED)


@pytest.mark.parametrize("typed", ["青年路", "年路街", "qnl", "qingnianlu", "610104001"])
def test_a_street_is_found_by_characters_initials_pinyin_and_code(client_of, typed: str):
    assert "青年路街道" in find(client_of(Role.COUNTY_STAFF), typed)


def test_a_character_of_two_readings_is_found_by_both(client_of, tree):
    make_division("610104003", "长乐坊街道", tree.county)
    client = client_of(Role.COUNTY_STAFF)
    assert find(client, "clf") == find(client, "zhanglef") == ["长乐坊街道"]


def test_the_whole_country_is_searched_by_beginnings(client_of, tree):
    client = client_of(Role.UPPER_READER, tree.country)
    assert find(client, "青年") == ["青年路街道"]
    assert find(client, "年路") == []


def test_closest_matches_come_first_and_communities_apart(client_of):
    response = client_of(Role.COUNTY_STAFF).post(reverse("web:suggest"), {"q": "莲湖"})
    assert [(group.provider.label, group.total) for group in response.context["groups"]] == [
        ("区划", 1),
        ("社区", 1),
    ]
    assert texts(response) == ["莲湖区", "莲湖路社区"]
    assert "陕西省 › 西安市 › 莲湖区" not in response.content.decode()
    assert "西安市 › 莲湖区 › 青年路街道" in response.content.decode()


def test_a_community_is_found_by_the_name_people_use(client_of, tree):
    fill_community(tree["610104001001"], usual_name="老城根")
    assert find(client_of(Role.STREET_CLERK), "城根") == ["莲湖路社区"]


def test_nothing_outside_the_own_divisions_is_found(client_of, person):
    county, clerk = client_of(Role.COUNTY_STAFF), client_of(Role.STREET_CLERK)
    assert find(county, "dxj") == find(county, "东新街") == find(county, "610102001001") == []
    assert find(clerk, "北院门") == []
    assert find(county, "北院门") == ["北院门街道"]


@pytest.mark.parametrize("typed", ["晓梅", "解晓", "xxm", "xiexiao", ID_NUMBER, "6101 0419 7603 0700 18"])
def test_a_person_is_found_by_name_spelling_and_whole_number(client_of, person, typed: str):
    assert find(client_of(Role.STREET_CLERK), typed) == ["解晓梅"]


def test_who_left_is_told_in_the_word_of_the_registry(client_of, tree):
    make_worker(tree.community, make_person("解晓兰"), ended_on=date(2025, 6, 30))
    make_member(tree["610104001002"], make_person("解晓竹"), ended_on=date(2025, 6, 30))
    page = client_of(Role.STREET_CLERK).get(reverse("web:search"), {"q": "解晓"}).content.decode()
    assert page.count("已离职") == 1 and page.count("已离任") == 1


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.SYSTEM_ADMIN])
def test_who_may_not_view_persons_finds_none(client_of, person, role: Role):
    for typed in ("解晓梅", "xxm", ID_NUMBER):
        assert find(client_of(role), typed) == []


def test_a_person_of_another_street_is_not_found_even_by_number(client_of, person, tree):
    stranger = client_of(Role.STREET_CLERK, tree["610104002"])
    assert find(stranger, "解晓梅") == find(stranger, ID_NUMBER) == []
    assert "没有登记这个身份证号" in stranger.post(reverse("web:search"), {"q": ID_NUMBER}).content.decode()


def test_a_part_of_a_number_finds_nothing(client_of, person):
    client = client_of(Role.STREET_CLERK)
    for part in (ID_NUMBER[:17], ID_NUMBER[6:14], ID_NUMBER[-4:]):
        assert find(client, part) == []


def test_the_form_leads_to_an_address_but_never_with_a_number(client_of, person):
    client = client_of(Role.STREET_CLERK)
    address = reverse("web:search")
    assert client.post(address, {"q": "晓梅"}).url == f"{address}?q=%E6%99%93%E6%A2%85"
    for number in (ID_NUMBER, ID_NUMBER[:15], "13800001234"):
        answer = client.post(address, {"q": number})
        assert answer.status_code == 200
        assert number not in answer.content.decode()
        by_hand = client.get(address, {"q": number})
        assert (by_hand.status_code, by_hand.url) == (302, address)
    assert texts(client.post(address, {"q": ID_NUMBER})) == ["解晓梅"]


def test_results_say_what_to_do_when_there_are_none(client_of):
    page = client_of(Role.STREET_CLERK).get(reverse("web:search"), {"q": "没有这个"}).content.decode()
    assert "没有查到" in page and "拼音首字母" in page


def test_the_search_box_is_there_for_whoever_can_find_something(client_of):
    home = reverse("console:home")
    assert 'role="search"' in client_of(Role.STREET_CLERK).get(home).content.decode()
    assert 'role="search"' not in client_of(Role.AUDIT_ADMIN).get(home).content.decode()


@pytest.mark.parametrize("typed", ["晓梅", "xxm", "莲湖", "6101", ID_NUMBER])
def test_a_search_takes_few_statements(client_of, person, django_assert_max_num_queries, typed: str):
    client = client_of(Role.COUNTY_STAFF)
    client.get(reverse("console:home"))
    with django_assert_max_num_queries(15):
        client.post(reverse("web:suggest"), {"q": typed})


def test_names_follow_a_rename_and_a_bulk_load(tree):
    from governance.divisions.naming import name_missing

    street = tree["610104001"]
    street.name = "新街道"
    street.save()
    assert [row.initials for row in DivisionName.objects.filter(division=street)] == ["xjd"]
    Division.objects.bulk_create(
        [Division(code="610104004", name="枣园街道", level=4, parent=tree.county, path="610104004")]
    )
    assert name_missing() == 1 and name_missing() == 0
    assert DivisionName.objects.get(name="枣园街道").pinyin == "zaoyuanjiedao"
