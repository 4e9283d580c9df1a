"""登记新设社区: the division, its community and both events, or nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from communities.models import Community
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.divisions.models import Division, RetiredCode
from governance.divisions.services import check_paths
from tests.factories import Tree

FOUND = "/communities/found/"


@pytest.fixture
def clerk(client_of):
    return client_of(Role.STREET_CLERK)


def data(tree: Tree, **changes: str) -> dict[str, str]:
    first = {"street": tree.street.code, "name": "新桃园社区", "code": "", "opened_on": "2026.9.1"}
    return first | {"basis": "莲政发〔2026〕12号"} | changes


def test_a_new_community_gets_a_code_of_its_own_and_can_be_filled_in(tree: Tree, clerk):
    response = clerk.post(FOUND, data(tree))
    division = Division.objects.get(name="新桃园社区")
    community = Community.objects.get(division=division)
    assert response.url == reverse("records:change", args=["communities", community.pk])
    assert (division.code, division.path, division.parent) == (
        "610104001900",
        f"{tree.street.path}900",
        tree.street,
    )
    assert division.opened_on.isoformat() == community.founded_on.isoformat() == "2026-09-01"
    assert check_paths() == []
    events = Event.objects.filter(kind=EventKind.CREATE).order_by("pk")
    assert [event.object_type for event in events] == ["divisions.division", "communities.community"]
    assert {event.reason for event in events} == {"莲政发〔2026〕12号"}
    assert {event.path for event in events} == {division.path}
    page = clerk.get(response.url).content.decode()
    assert "已登记“新桃园社区”（610104001900）" in page
    grid = {
        "community_code": division.code,
        "number": "1",
        "name": "甲",
        "kind": "居民网格",
        "households": "3",
    }
    assert clerk.post(reverse("records:add", args=["grids"]), grid).status_code == 302


def test_own_codes_go_on_and_never_come_back(tree: Tree, clerk):
    RetiredCode.objects.create(division=tree.community, code="610104001901")
    for name in ("甲一社区", "甲二社区"):
        assert clerk.post(FOUND, data(tree, name=name)).status_code == 302
    codes = Division.objects.filter(name__startswith="甲").values_list("code", flat=True)
    assert sorted(codes) == ["610104001900", "610104001902"]


def test_an_official_code_is_taken_as_it_is(tree: Tree, clerk):
    assert clerk.post(FOUND, data(tree, code="６１０１０４００１０７７")).status_code == 302
    assert Division.objects.get(name="新桃园社区").code == "610104001077"


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"name": "莲湖路"}, "name", "已有“莲湖路社区”（610104001001）"),
        ({"name": "莲湖路 社区居委会"}, "name", "已有“莲湖路社区”"),
        ({"code": "610104002077"}, "code", "前 9 位应与街道代码 610104001 相同"),
        ({"code": "610104001001"}, "code", "已被使用"),
        ({"code": "6101"}, "code", "应为 12 位"),
        ({"basis": ""}, "basis", "文号"),
        ({"opened_on": ""}, "opened_on", "设立日期"),
        ({"street": ""}, "street", "请选择"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(tree: Tree, clerk, changes, field: str, text: str):
    before = Division.objects.count()
    response = clerk.post(FOUND, data(tree, **changes))
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [field] and text in errors[field][0]
    assert Division.objects.count() == before and not Event.objects.filter(kind=EventKind.CREATE).exists()


def test_a_day_to_come_is_refused(tree: Tree, clerk):
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert clerk.post(FOUND, data(tree, opened_on=day)).status_code == 422


def test_a_foreign_street_reads_like_a_missing_one(tree: Tree, clerk, client_of):
    answers = [
        clerk.post(FOUND, data(tree, street=code)).context["form"].errors["street"]
        for code in (tree.foreign_street.code, tree.other_street.code, "610199999", tree.county.code)
    ]
    assert all(answer == answers[0] for answer in answers)
    assert client_of(Role.COUNTY_STAFF).post(FOUND, data(tree, street="610104002")).status_code == 302
    for role in (Role.COMMUNITY, Role.UPPER_READER, Role.DEPARTMENT, Role.SYSTEM_ADMIN):
        assert client_of(role).get(FOUND).status_code == 403
        assert client_of(role).post(FOUND, data(tree)).status_code == 403


def test_sent_twice_it_is_founded_once(tree: Tree, clerk):
    token = clerk.get(FOUND).context["form"]["_token"].value()
    for _ in range(5):
        assert clerk.post(FOUND, data(tree, _token=token)).status_code == 302
    assert Division.objects.filter(name="新桃园社区").count() == 1
    assert clerk.post(FOUND, data(tree)).status_code == 422


def test_a_name_may_come_back_in_another_street_or_after_closing(tree: Tree, clerk):
    assert clerk.post(FOUND, data(tree, name="庙后街社区")).status_code == 302
    Division.objects.filter(code="610104001002").update(closed_on=timezone.localdate())
    assert clerk.post(FOUND, data(tree, name="习武园社区")).status_code == 302
