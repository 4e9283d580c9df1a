"""登记正式代码: the official code replaces the portal's own; the old one still finds the community."""

import pytest
from django.urls import reverse

from communities.founding import found_community
from communities.models import Community
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.divisions.clock import today
from governance.divisions.models import Division, RetiredCode
from governance.divisions.services import OpenRefused, check_paths, give_official_code
from tests.factories import Tree, make_user

BASIS = "2026 年统计用区划代码"


@pytest.fixture
def founded(tree: Tree) -> Community:
    user = make_user("founder", Role.STREET_CLERK, tree.street)
    return found_community(
        user=user, street=tree.street, name="新桃园社区", opened_on=today(), basis="莲政发〔2026〕12号"
    )


def url(code: str) -> str:
    return reverse("communities:official_code", args=[code])


def test_from_the_community_s_page_to_its_official_code(tree: Tree, founded: Community, client_of):
    clerk, own = client_of(Role.STREET_CLERK), founded.division.code
    assert url(own) in clerk.get(reverse("communities:detail", args=[own])).content.decode()
    assert own in clerk.get(url(own)).content.decode()
    response = clerk.post(url(own), {"code": "６１０１０４００１０７７", "basis": BASIS})
    assert response.url == reverse("communities:detail", args=["610104001077"])
    page = clerk.get(response.url).content.decode()
    assert "“新桃园社区”的代码已改为 610104001077。" in page and "登记正式代码" not in page
    event = Event.objects.filter(kind=EventKind.CHANGE, object_type="divisions.division").get()
    assert (event.before, event.after, event.reason) == ({"code": own}, {"code": "610104001077"}, BASIS)
    assert check_paths() == []


def test_the_old_code_still_finds_the_community_and_is_never_given_again(
    tree: Tree, founded: Community, client_of
):
    clerk, own = client_of(Role.STREET_CLERK), founded.division.code
    clerk.post(url(own), {"code": "610104001077", "basis": BASIS})
    link = RetiredCode.objects.get()
    assert (link.code, link.division_id, link.valid_to) == (own, founded.division_id, today())
    assert "新桃园社区" in clerk.get(reverse("communities:detail", args=[own])).content.decode()
    user = make_user("second", Role.STREET_CLERK, tree.street)
    again = found_community(user=user, street=tree.street, name="新杏园社区", opened_on=today(), basis="1")
    assert again.division.code == "610104001901"


def test_the_same_code_sent_again_changes_nothing(founded: Community, client_of):
    clerk, own = client_of(Role.STREET_CLERK), founded.division.code
    for _ in range(3):
        assert clerk.post(url(own), {"code": "610104001077", "basis": BASIS}).status_code == 302
    assert RetiredCode.objects.count() == 1
    assert Event.objects.filter(kind=EventKind.CHANGE, object_type="divisions.division").count() == 1


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("", "请填写 12 位正式代码"),
        ("6101", "应为 12 位数字，现在有 4 位"),
        ("610104002077", "前 9 位应与街道代码 610104001 相同"),
        ("610104001001", "已被使用"),
        ("610104001950", "属于系统自编代码"),
    ],
)
def test_what_is_wrong_is_told_at_the_field(tree: Tree, founded: Community, client_of, code: str, text: str):
    clerk, own = client_of(Role.STREET_CLERK), founded.division.code
    response = clerk.post(url(own), {"code": code, "basis": BASIS})
    assert response.status_code == 422 and text in response.context["form"].errors["code"][0]
    assert Division.objects.get(pk=founded.division_id).code == own


def test_an_official_code_is_not_changed_here(tree: Tree, client_of):
    clerk = client_of(Role.STREET_CLERK)
    response = clerk.post(url(tree.community.code), {"code": "610104001077", "basis": BASIS})
    assert "已有正式代码 610104001001" in response.context["form"].errors["code"][0]
    detail = clerk.get(reverse("communities:detail", args=[tree.community.code])).content.decode()
    assert "登记正式代码" not in detail


def test_a_closed_community_gets_none(founded: Community, client_of):
    Division.objects.filter(pk=founded.division_id).update(closed_on=today())
    clerk, own = client_of(Role.STREET_CLERK), founded.division.code
    response = clerk.post(url(own), {"code": "610104001077", "basis": BASIS})
    assert response.status_code == 404 or "已撤销" in response.context["form"].errors["code"][0]
    assert not RetiredCode.objects.exists()
    with pytest.raises(OpenRefused, match="已撤销"):
        give_official_code(division=founded.division, code="610104001077", reason=BASIS)


def test_others_may_not(tree: Tree, founded: Community, client_of):
    own = founded.division.code
    for role in (Role.COMMUNITY, Role.UPPER_READER, Role.DEPARTMENT, Role.SYSTEM_ADMIN):
        assert client_of(role).post(url(own), {"code": "610104001077", "basis": BASIS}).status_code in (
            403,
            404,
        )
    clerk = client_of(Role.STREET_CLERK)
    assert clerk.get(url(tree.foreign_community.code)).status_code == 404
    assert clerk.get(url(tree.street.code)).status_code == 404
    assert Division.objects.get(pk=founded.division_id).code == own
