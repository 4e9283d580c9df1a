from django.test import Client

from governance.accounts.models import UserSession
from governance.accounts.roles import Role
from governance.accounts.services import end_sessions_of
from governance.audit.context import acting
from governance.audit.models import Event, EventKind
from tests.factories import PASSWORD


def body(response) -> str:
    return response.content.decode()


def test_own_sessions_sign_ins_and_roles(tree, user_of, django_assert_max_num_queries):
    user = user_of(Role.STREET_CLERK)
    Client().post("/login/", {"username": user.username, "password": "wrong"})
    clients = [Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/109.0"}) for _ in range(2)]
    for client in clients:
        client.post("/login/", {"username": user.username, "password": PASSWORD})
    with django_assert_max_num_queries(15):
        text = body(clients[0].get("/account/"))
    assert text.count("本次登录</span>") == 1 and text.count("其他登录</span>") == 1
    assert "街道录入员：青年路街道" in text and "登录失败" in text and "天后到期" in text
    assert "Chrome 109 · Windows" in text and "127.0.0.1" in text


def test_others_are_ended_and_this_one_goes_on(tree, user_of, sign_in):
    user = user_of(Role.STREET_CLERK)
    here, there = sign_in(user), sign_in(user)
    for _ in range(2):
        assert here.post("/account/end-others/").status_code == 302
    assert here.get("/account/").status_code == 200 and there.get("/").status_code == 302
    assert UserSession.objects.filter(user=user).count() == 1
    assert Event.objects.get(kind=EventKind.LOGOUT).detail == {"sessions": 1}


def test_what_administrators_did_to_the_account_is_seen(tree, user_of, sign_in):
    user = user_of(Role.STREET_CLERK)
    sign_in(user)
    with acting(username="security_admin"):
        end_sessions_of(user=user, reason="核查", by=user_of(Role.SECURITY_ADMIN))
    text = body(sign_in(user).get("/account/"))
    assert "由 security_admin 办理：核查" in text
