import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from governance.accounts.models import Unit, User
from governance.accounts.roles import Action, Role
from governance.accounts.scope import scope_of
from governance.accounts.separation import RolesConflict
from governance.accounts.services import (
    change_password,
    create_user,
    deactivate,
    grant,
    issue_new_password,
    revoke,
    unlock,
)
from governance.audit.models import Event, EventKind
from tests.factories import PASSWORD, make_user

ADMINS = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]


def test_grant_covers_descendants_and_nothing_else(tree):
    user = make_user("u")
    grant(user=user, role=Role.STREET_CLERK, division=tree.street)
    scope = scope_of(user)
    assert scope.may(Action.VIEW, tree.street.path)
    assert scope.may(Action.VIEW, tree.community.path)
    assert not scope.may(Action.VIEW, tree.other_street.path)
    assert not scope.may(Action.VIEW, tree.county.path)


def test_grant_is_logged_once_and_repeated_without_effect(tree):
    user = make_user("u")
    grant(user=user, role=Role.STREET_CLERK, division=tree.street)
    grant(user=user, role=Role.STREET_CLERK, division=tree.street)
    event = Event.objects.get(kind=EventKind.GRANT, object_id=str(user.pk))
    assert event.path == tree.street.path
    assert event.after == {"role": "街道录入员", "division": "青年路街道（610104001）"}
    assert event.username == "命令行"


def test_revoke_takes_the_right_away_and_is_logged(tree):
    user = make_user("u", Role.STREET_CLERK, tree.street)
    revoke(user=user, role=Role.STREET_CLERK, division=tree.street)
    assert scope_of(user).grants == []
    assert Event.objects.filter(kind=EventKind.GRANT, before__role="街道录入员").count() == 1


@pytest.mark.parametrize("first", ADMINS)
@pytest.mark.parametrize("second", list(Role))
def test_three_admins_are_separate(tree, first, second):
    user = make_user("u", first, tree.county)
    if second == first:
        grant(user=user, role=second, division=tree.foreign_county)
        return
    with pytest.raises(RolesConflict, match="三员分立"):
        grant(user=user, role=second, division=tree.county)
    other = make_user("v", second, tree.county)
    with pytest.raises(RolesConflict, match="三员分立"):
        grant(user=other, role=first, division=tree.county)
    assert scope_of(other).roles == [second]


def test_other_roles_may_meet(tree):
    user = make_user("u", Role.COUNTY_STAFF, tree.county)
    grant(user=user, role=Role.COUNTY_LEAD, division=tree.county)
    assert set(scope_of(user).roles) == {Role.COUNTY_STAFF, Role.COUNTY_LEAD}


def test_security_admin_grants_only_inside_and_never_to_himself(tree, user_of):
    admin = user_of(Role.SECURITY_ADMIN)
    user = make_user("u")
    grant(user=user, role=Role.STREET_CLERK, division=tree.street, by=admin)
    with pytest.raises(PermissionDenied):
        grant(user=user, role=Role.STREET_CLERK, division=tree.foreign_street, by=admin)
    with pytest.raises(PermissionDenied):
        grant(user=admin, role=Role.SECURITY_ADMIN, division=tree.street, by=admin)
    with pytest.raises(PermissionDenied):
        grant(user=user, role=Role.STREET_LEAD, division=tree.street, by=user_of(Role.SYSTEM_ADMIN))


def test_rights_outside_protect_an_account_from_the_county_admin(tree, user_of):
    admin = user_of(Role.SECURITY_ADMIN)
    user = make_user("u", Role.STREET_CLERK, tree.street)
    grant(user=user, role=Role.UPPER_READER, division=tree.city)
    for verb in (issue_new_password, unlock):
        with pytest.raises(PermissionDenied):
            verb(user=user, by=admin)
    with pytest.raises(PermissionDenied):
        issue_new_password(user=admin, by=admin)


def test_issued_password_works_once_it_is_changed(tree, user_of):
    user = user_of(Role.STREET_CLERK)
    issued = issue_new_password(user=user, by=user_of(Role.SECURITY_ADMIN))
    user.refresh_from_db()
    assert user.check_password(issued) and user.must_change_password
    change_password(user=user, new_password="Another-Horse-8")
    user.refresh_from_db()
    assert user.check_password("Another-Horse-8") and not user.must_change_password
    stored = Event.objects.filter(kind=EventKind.PASSWORD).values_list("after", "before", "detail", "reason")
    assert issued not in str(list(stored))


def test_the_last_five_passwords_are_not_taken_again(tree):
    user = make_user("u")
    for number in range(7):
        change_password(user=user, new_password=f"Fresh-Password-{number}")
    assert user.old_passwords.count() == 5
    for number in range(1, 7):
        with pytest.raises(ValidationError):
            change_password(user=user, new_password=f"Fresh-Password-{number}")
    change_password(user=user, new_password="Fresh-Password-0")


@pytest.mark.parametrize("weak", ["short1A", "alllowercase1", "password123", ""])
def test_weak_passwords_are_refused(db, weak):
    with pytest.raises(ValidationError):
        create_user(username="u", password=weak)
    assert not User.objects.exists()


def test_deactivate_closes_the_account(tree, user_of, sign_in):
    user = user_of(Role.STREET_CLERK)
    client = sign_in(user)
    deactivate(user=user, reason="调离", by=user_of(Role.SYSTEM_ADMIN))
    assert client.get("/password/").status_code == 302
    assert Event.objects.get(kind=EventKind.END).reason == "调离"


def test_command_prints_an_issued_password(tree):
    out = io.StringIO()
    options = {"role": "county_staff", "division": "610104", "unit": "莲湖区民政局"}
    call_command("create_user", "minzheng", **options, stdout=out, stderr=io.StringIO())
    user = User.objects.get(username="minzheng")
    assert user.check_password(out.getvalue().strip()) and user.must_change_password
    assert user.unit == Unit.objects.get(name="莲湖区民政局", division=tree.county)
    assert scope_of(user).roles == [Role.COUNTY_STAFF]


def test_command_takes_a_password_from_stdin(tree, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    out = io.StringIO()
    call_command(
        "create_user",
        "clerk",
        "--role=street_clerk",
        "--division=610104001",
        "--password-stdin",
        stdout=out,
        stderr=io.StringIO(),
    )
    user = User.objects.get(username="clerk")
    assert user.check_password(PASSWORD) and not user.must_change_password
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("name", "division", "message"),
    [("taken", "610104", "已存在"), ("new", "999999", "没有找到"), ("a b", "610104", "用户名")],
)
def test_command_refuses_and_saves_nothing(tree, name, division, message):
    make_user("taken")
    with pytest.raises(CommandError, match=message):
        call_command("create_user", name, role="county_staff", division=division, unit="新单位")
    assert User.objects.count() == 1
    assert not Unit.objects.exists()
