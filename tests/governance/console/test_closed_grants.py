"""Roles on a community that a split or merger closed: shown to the security administrator, moved by him."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from governance.accounts.closed import left_on_closed, move, successors_of
from governance.accounts.models import DivisionGrant
from governance.accounts.roles import Role
from governance.accounts.scope import Scope
from governance.audit.models import Event, EventKind
from governance.divisions.models import Division, Lineage
from tests.factories import Tree, make_division, make_user

pytestmark = pytest.mark.django_db
PAGE, ON = "/users/closed/", date(2026, 9, 1)


def close(closed: Division, *successors: Division) -> None:
    closed.closed_on = ON
    closed.save(update_fields=["closed_on"])
    for each in successors:
        Lineage.objects.create(predecessor=closed, successor=each, changed_on=ON)


@pytest.fixture
def parts(tree: Tree) -> list[Division]:
    """What became of 莲湖路社区."""
    made = [
        make_division(f"61010400188{k}", f"莲湖路{side}社区", tree.street) for k, side in enumerate("东西")
    ]
    close(tree.community, *made)
    return made


def test_the_security_administrator_moves_a_role(tree: Tree, parts, client_of, user_of):
    user = user_of(Role.COMMUNITY, tree.community)
    security = client_of(Role.SECURITY_ADMIN)
    text = security.get(PAGE).content.decode()
    assert ("莲湖路东社区" in text, "莲湖路西社区" in text, " checked" in text) == (True, True, False)
    assert "授权仍在已撤销的单位" in security.get("/").content.decode()
    grant = DivisionGrant.objects.get(user=user)
    assert security.post(PAGE, {"grant": grant.pk}).status_code == 422
    foreign = {"grant": grant.pk, "to": [parts[0].code, tree.foreign_community.code]}
    assert security.post(PAGE, foreign).status_code == 422
    assert Scope(user).divisions == [tree.community]

    assert security.post(PAGE, {"grant": grant.pk, "to": [parts[1].code]}).url == PAGE
    assert Scope(user).divisions == [parts[1]]
    given, taken = Event.objects.filter(kind=EventKind.GRANT, object_id=str(user.pk)).order_by("-pk")[:2][
        ::-1
    ]
    assert (given.path, given.after["division"]) == (parts[1].path, f"莲湖路西社区（{parts[1].code}）")
    assert (taken.path, taken.reason) == (tree.community.path, "“莲湖路社区”已撤销，改授莲湖路西社区")
    assert "没有需要处理的授权" in security.get(PAGE).content.decode()
    assert security.post(PAGE, {"grant": grant.pk, "to": [parts[0].code]}).status_code == 404, "done already"


def test_what_somebody_else_settled_is_not_settled_again(tree: Tree, parts, user_of):
    grant = DivisionGrant.objects.get(user=user_of(Role.COMMUNITY, tree.community))
    security = user_of(Role.SECURITY_ADMIN)
    move(by=security, grant=grant, to=[parts[0].code])
    with pytest.raises(ValidationError, match="已由他人改授或收回"):
        move(by=security, grant=grant, to=[parts[1].code])
    assert Scope(grant.user).divisions == [parts[0]]


def test_nobody_else_and_nothing_of_others(tree: Tree, parts, client_of, user_of):
    user_of(Role.COMMUNITY, tree.community)
    for role in (Role.COUNTY_LEAD, Role.SYSTEM_ADMIN, Role.STREET_LEAD):
        assert client_of(role).get(PAGE).status_code == 403
    grant = DivisionGrant.objects.get(content_object=tree.community)
    other = client_of(Role.SECURITY_ADMIN, tree.foreign_street)
    assert "没有需要处理的授权" in other.get(PAGE).content.decode()
    assert other.post(PAGE, {"grant": grant.pk, "to": [parts[0].code]}).status_code == 404


def test_heirs_are_followed_to_those_of_today(tree: Tree, parts):
    """The eastern part went into a third community afterwards; a closed account is not asked about."""
    third = make_division("610104001890", "合并社区", tree.street)
    close(parts[0], third)
    close(parts[1], third)
    assert successors_of({tree.community.pk}) == {tree.community.pk: [third]}
    make_user("somebody", Role.COMMUNITY, tree.community)
    (left,) = left_on_closed(
        DivisionGrant.objects.filter(content_object=tree.community).select_related("content_object")
    )
    assert left.is_plain
