from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from governance.accounts.models import DivisionGrant, Unit, User, UserSession
from governance.accounts.roles import Role
from governance.accounts.services import deactivate, grant
from governance.audit.models import Event, EventKind
from tests.factories import PASSWORD, make_user

NEW_PASSWORD = "Better-Horse-10"


def body(response) -> str:
    return response.content.decode()


@pytest.fixture
def unit(tree) -> Unit:
    return Unit.objects.create(name="莲湖区民政局", division=tree.county)


@pytest.fixture
def system(client_of):
    return client_of(Role.SYSTEM_ADMIN)


@pytest.fixture
def security(client_of):
    return client_of(Role.SECURITY_ADMIN)


def names(response) -> set[str]:
    return {user.username for user in response.context["page"].rows}


# --- the list ---
def test_admins_see_users_of_the_own_divisions_only(tree, user_of, system, security):
    inside = user_of(Role.STREET_CLERK)
    outside = make_user("foreign-clerk", Role.STREET_CLERK, tree.foreign_street)
    above = user_of(Role.UPPER_READER)
    for client, admin in ((system, Role.SYSTEM_ADMIN), (security, Role.SECURITY_ADMIN)):
        assert inside.username in names(client.get("/users/"))
        assert not {outside.username, above.username, admin.value} & names(client.get("/users/"))
        assert client.get(f"/users/{inside.pk}/").status_code == 200
        for user in (outside, above, user_of(admin)):
            assert client.get(f"/users/{user.pk}/").status_code == 404


@pytest.mark.parametrize("page", ["password/", "unlock/", "grant/", "sessions/end/"])
def test_security_admin_touches_no_foreign_user(tree, user_of, security, page):
    for user in (make_user("x", Role.STREET_CLERK, tree.foreign_street), user_of(Role.UPPER_READER)):
        data = {"role": "street_clerk", "division": tree.street.code, "reason": "x"}
        assert security.post(f"/users/{user.pk}/{page}", data).status_code == 404


@pytest.mark.parametrize("page", ["change/", "deactivate/", "reactivate/"])
def test_system_admin_touches_no_foreign_user(tree, user_of, system, page):
    for user in (make_user("x", Role.STREET_CLERK, tree.foreign_street), user_of(Role.UPPER_READER)):
        assert system.post(f"/users/{user.pk}/{page}", {"reason": "x"}).status_code == 404


def test_users_are_filtered(tree, user_of, unit, security):
    clerk, staff = user_of(Role.STREET_CLERK), user_of(Role.COUNTY_STAFF)
    User.objects.filter(pk=staff.pk).update(unit=unit, last_login=timezone.now())
    closed = make_user("closed", Role.STREET_CLERK, tree.other_street)
    deactivate(user=closed, reason="调离")
    for _ in range(5):
        Client().post("/login/", {"username": clerk.username, "password": "wrong"})
    everyone = {"street_clerk", "county_staff", "closed"}
    cases = {
        "": everyone,
        f"?unit={unit.pk}": {"county_staff"},
        "?role=county_staff": {"county_staff"},
        "?role=department": set(),
        f"?area={tree.street.code}": {"street_clerk"},
        f"?area={tree.other_street.code}": {"closed"},
        "?state=locked": {"street_clerk"},
        "?state=closed": {"closed"},
        "?state=normal": {"county_staff"},
        "?name=staff": {"county_staff"},
    }
    for query, expected in cases.items():
        assert names(security.get(f"/users/{query}")) == expected, query
    assert "street_clerk" in names(security.get("/users/?state=never"))


def test_list_and_detail_have_a_constant_number_of_statements(
    tree, unit, security, django_assert_max_num_queries
):
    for number in range(12):
        user = make_user(f"clerk-{number}", Role.STREET_CLERK, tree.street, unit=unit)
        grant(user=user, role=Role.STREET_CLERK, division=tree.other_street)
    with django_assert_max_num_queries(15):
        assert "街道录入员：青年路街道、北院门街道" in body(security.get("/users/"))
    with django_assert_max_num_queries(15):
        assert "收回" in body(security.get(f"/users/{user.pk}/"))
    for page in ("/users/sessions/", "/users/lockouts/", "/users/roles/", f"/users/{user.pk}/grant/"):
        with django_assert_max_num_queries(15):
            assert security.get(page).status_code == 200


# --- the system administrator ---
def test_a_new_user_signs_in_with_the_slip_and_must_change_the_password(tree, unit, system):
    response = system.post("/users/add/", {"username": "zhangsan", "display_name": "张三", "unit": unit.pk})
    text, issued = body(response), response.context["issued"]
    assert response.status_code == 200 and "账号通知单" in text and "莲湖区民政局" in text
    assert text.count(issued) == 1 and "no-store" in response.headers["Cache-Control"]
    assert issued not in str(list(Event.objects.values()))
    user = User.objects.get(username="zhangsan")
    assert issued not in body(system.get(f"/users/{user.pk}/"))
    assert Event.objects.get(kind=EventKind.CREATE, object_id=user.pk).username == "system_admin"
    fresh = Client()
    fresh.post("/login/", {"username": "zhangsan", "password": issued})
    assert fresh.get("/").url == "/password/"
    fresh.post(
        "/password/",
        {"old_password": issued, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD},
    )
    assert "您的账号还没有授权" in body(fresh.get("/"))


@pytest.mark.parametrize(
    ("username", "said"),
    [("张三", "以字母开头"), ("ab", "3–30"), ("a b c", "字母"), ("STREET_CLERK", "已被使用"), ("", "必填")],
)
def test_user_names_follow_rules(tree, unit, user_of, system, username, said):
    user_of(Role.STREET_CLERK)
    before = User.objects.count()
    response = system.post("/users/add/", {"username": username, "display_name": "李四", "unit": unit.pk})
    assert response.status_code == 422 and User.objects.count() == before
    assert "李四" in body(response)
    assert said in body(response) or username == ""


def test_units_outside_or_closed_take_no_user(tree, unit, system):
    foreign = Unit.objects.create(name="新城区民政局", division=tree.foreign_county)
    closed = Unit.objects.create(name="旧局", division=tree.county, closed_on=timezone.localdate())
    for each in (foreign, closed):
        response = system.post("/users/add/", {"username": "wangwu", "display_name": "王五", "unit": each.pk})
        assert response.status_code == 422 and "请选择单位" in body(response)
    assert "新城区民政局" not in body(system.get("/users/add/"))


def test_name_and_unit_are_changed_and_logged(tree, unit, user_of, system):
    user = user_of(Role.STREET_CLERK)
    page = f"/users/{user.pk}/change/"
    for _ in range(2):
        assert system.post(page, {"display_name": "赵六", "unit": unit.pk}).status_code == 302
    event = Event.objects.get(kind=EventKind.CHANGE, object_type="accounts.user")
    assert event.after == {"display_name": "赵六", "unit": "莲湖区民政局"}
    user.refresh_from_db()
    assert (user.display_name, user.unit) == ("赵六", unit)


def test_accounts_are_closed_and_opened_again_with_a_reason(tree, user_of, sign_in, system):
    user = user_of(Role.STREET_CLERK)
    client = sign_in(user)
    assert system.post(f"/users/{user.pk}/deactivate/", {"reason": " "}).status_code == 422
    for _ in range(2):
        assert system.post(f"/users/{user.pk}/deactivate/", {"reason": "调离"}).status_code == 302
    assert client.get("/").status_code == 302
    assert Event.objects.get(kind=EventKind.END).reason == "调离"
    assert "已停用" in body(system.get(f"/users/{user.pk}/"))
    assert system.post(f"/users/{user.pk}/reactivate/", {"reason": "调回"}).status_code == 302
    fresh = Client()
    fresh.post("/login/", {"username": user.username, "password": PASSWORD})
    assert "街道录入员" in body(fresh.get("/"))


def test_a_closed_account_with_rights_above_stays_out_of_reach(tree, unit, system):
    user = make_user("above", Role.UPPER_READER, tree.city, unit=unit)
    deactivate(user=user, reason="调离")
    assert system.post(f"/users/{user.pk}/reactivate/", {"reason": "x"}).status_code == 404


# --- the security administrator ---
def test_issued_password_is_shown_once_and_works(tree, user_of, security):
    user = user_of(Role.STREET_CLERK)
    assert "确认重置" in body(security.get(f"/users/{user.pk}/password/"))
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    response = security.post(f"/users/{user.pk}/password/")
    issued = response.context["issued"]
    assert body(response).count(issued) == 1
    assert "no-store" in response.headers["Cache-Control"]
    assert issued not in body(security.get("/users/"))
    fresh = Client()
    fresh.post("/login/", {"username": user.username, "password": issued})
    assert fresh.get("/").url == "/password/"


def test_roles_are_given_on_several_divisions_and_end_sessions(tree, user_of, sign_in, security):
    user = make_user("new", Role.STREET_CLERK, tree.street)
    client = sign_in(user)
    page = f"/users/{user.pk}/grant/"
    assert "北院门街道" in body(security.get(page)) and "新城区" not in body(security.get(page))
    assert "莲湖路社区" in body(security.get(f"{page}?at={tree.street.code}"))
    assert "庙后街社区" in body(security.get(f"{page}?find=庙后"))
    assert "没有名称含" in body(security.get(f"{page}?find=新城"))
    assert "没有代码为" in body(security.get(f"{page}?find=610102"))
    assert security.get(f"{page}?at=610102").status_code == 404
    codes = [tree.street.code, tree.other_street.code]
    assert security.post(page, {"role": "street_lead", "division": codes}).status_code == 302
    assert DivisionGrant.objects.filter(user=user).count() == 3
    assert client.get("/").status_code == 302
    assert Event.objects.filter(kind=EventKind.GRANT, username="security_admin").count() == 2


@pytest.mark.parametrize(
    ("held", "asked", "said"),
    [
        (Role.STREET_CLERK, "audit_admin", "三员分立"),
        (Role.AUDIT_ADMIN, "security_admin", "三员分立"),
        (Role.STREET_LEAD, "community", "评议"),
        (Role.COUNTY_STAFF, "department", "自报自审"),
        (Role.STREET_CLERK, "emperor", "请选择一个角色"),
    ],
)
def test_conflicting_roles_are_refused_in_words(tree, security, held, asked, said):
    user = make_user("u", held, tree.county)
    response = security.post(f"/users/{user.pk}/grant/", {"role": asked, "division": tree.street.code})
    assert response.status_code == 422 and said in body(response)
    assert DivisionGrant.objects.filter(user=user).count() == 1
    # What was chosen stays chosen.
    assert f'value="{tree.street.code}"' not in body(response) or "checked" in body(response)


@pytest.mark.parametrize("codes", [[], ["610102001"], ["610104001", "610102001"], ["x"]])
def test_divisions_outside_are_not_granted(tree, security, codes):
    user = make_user("u", Role.STREET_CLERK, tree.street)
    response = security.post(f"/users/{user.pk}/grant/", {"role": "street_clerk", "division": codes})
    assert response.status_code == 422 and "请勾选至少一个区划" in body(response)
    assert DivisionGrant.objects.filter(user=user).count() == 1


def test_a_role_is_taken_back_with_a_reason(tree, user_of, sign_in, security):
    user = user_of(Role.STREET_CLERK)
    client = sign_in(user)
    page = f"/users/{user.pk}/grants/{DivisionGrant.objects.get(user=user).pk}/revoke/"
    assert "街道录入员：青年路街道" in body(security.get(page))
    assert security.post(page, {"reason": ""}).status_code == 422
    assert security.post(page, {"reason": "调岗"}).status_code == 302
    assert client.get("/").status_code == 302
    assert Event.objects.filter(kind=EventKind.GRANT, reason="调岗").count() == 1
    assert security.post(page, {"reason": "调岗"}).status_code == 404


def test_own_account_is_out_of_reach(tree, user_of, security):
    admin = user_of(Role.SECURITY_ADMIN)
    assert security.get(f"/users/{admin.pk}/grant/").status_code == 404


# --- sessions and locks ---
def test_open_sessions_are_listed_and_ended_with_a_reason(tree, user_of, sign_in, security):
    user = user_of(Role.STREET_CLERK)
    clients = [sign_in(user) for _ in range(3)]
    stranger = sign_in(make_user("x", Role.STREET_CLERK, tree.foreign_street))
    idle = UserSession.objects.filter(user=user).order_by("pk").first()
    UserSession.objects.filter(pk=idle.pk).update(seen_at=timezone.now() - timedelta(hours=2))
    response = security.get("/users/sessions/")
    assert {row.user_id for row in response.context["page"].rows} == {user.pk}
    assert len(response.context["page"].rows) == 2
    second = UserSession.objects.filter(user=user).order_by("pk")[1]
    page = f"/users/{user.pk}/sessions/{second.pk}/end/"
    assert security.post(page, {}).status_code == 422
    assert security.post(page, {"reason": "忘记退出"}).status_code == 302
    assert [client.get("/").status_code for client in clients] == [200, 302, 200]
    assert security.post(f"/users/{user.pk}/sessions/end/", {"reason": "核查"}).status_code == 302
    assert [client.get("/").status_code for client in clients] == [302, 302, 302]
    assert stranger.get("/").status_code == 200
    ended = Event.objects.filter(kind=EventKind.LOGOUT, username="security_admin")
    assert [event.detail["sessions"] for event in ended.order_by("pk")] == [1, 2]


def test_sessions_of_others_are_not_found(tree, user_of, sign_in, security):
    sign_in(make_user("x", Role.STREET_CLERK, tree.foreign_street))
    foreign = UserSession.objects.get(user__username="x")
    inside = user_of(Role.STREET_CLERK)
    for user in (inside, foreign.user):
        page = f"/users/{user.pk}/sessions/{foreign.pk}/end/"
        assert security.post(page, {"reason": "x"}).status_code == 404


def test_locked_users_are_listed_first_and_unlocked(tree, user_of, security):
    user, other = user_of(Role.STREET_CLERK), user_of(Role.COUNTY_STAFF)
    assert "没有失败的登录" in body(security.get("/users/lockouts/"))
    for _ in range(5):
        Client().post("/login/", {"username": user.username, "password": "wrong"})
    for name in (other.username, "nobody-at-all"):
        Client().post("/login/", {"username": name, "password": "wrong"})
    response = security.get("/users/lockouts/")
    assert [row["account"] for row in response.context["rows"]] == [user, other]
    assert "nobody-at-all" not in body(response)
    assert "已锁定，到" in body(security.get("/users/"))
    assert security.post(f"/users/{user.pk}/unlock/").status_code == 302
    assert "已锁定，到" not in body(security.get("/users/"))
    assert Event.objects.filter(kind=EventKind.UNLOCK, username="security_admin").count() == 1
    fresh = Client()
    fresh.post("/login/", {"username": user.username, "password": PASSWORD})
    assert fresh.get("/").status_code == 200


def test_the_matrix_of_roles_names_every_action():
    from governance.accounts.role_texts import LABELS, PURPOSES
    from governance.accounts.roles import Action

    assert set(LABELS) >= {action.value for action in Action}
    assert set(PURPOSES) == set(Role)
