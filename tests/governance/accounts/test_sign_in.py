"""Signing in, lockout, timeouts, the forced change of password, and rights withdrawn while signed in."""

import time
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.utils import timezone

from governance.accounts.models import User, UserSession
from governance.accounts.roles import Role
from governance.accounts.services import grant, issue_new_password, revoke, unlock
from governance.accounts.sessions import SEEN_AT, SIGNED_IN_AT
from governance.audit.models import Event, EventKind
from tests.factories import PASSWORD, make_user


def enter(client: Client, username: str, password: str = PASSWORD, **extra):
    return client.post("/login/", {"username": username, "password": password, **extra})


def age(client: Client, key: str, seconds: int) -> None:
    session = client.session
    session[key] = int(time.time()) - seconds
    session.save()


# --- signing in and out ---
def test_sign_in_leads_home_and_is_logged(tree, user_of):
    user_of(Role.STREET_CLERK)
    client = Client(REMOTE_ADDR="10.1.2.3")
    response = enter(client, "street_clerk")
    assert (response.status_code, response.url) == (302, "/")
    event = Event.objects.get(kind=EventKind.LOGIN)
    assert (event.username, event.address, event.role) == ("street_clerk", "10.1.2.3", "街道录入员")
    assert event.request_id == response.headers["X-Request-ID"]
    assert event.path == tree.street.path


def test_sign_in_returns_to_the_page_asked_for_but_to_no_other_site(tree, user_of):
    user_of(Role.STREET_CLERK)
    assert enter(Client(), "street_clerk", next="/divisions/610104001/").url == "/divisions/610104001/"
    assert enter(Client(), "street_clerk", next="https://example.org/").url == "/"


def test_wrong_password_and_unknown_name_read_the_same(tree, user_of):
    user_of(Role.STREET_CLERK)
    answers = [enter(Client(), name, "wrong") for name in ("street_clerk", "nobody-here")]
    assert [answer.status_code for answer in answers] == [422, 422]
    for answer in answers:
        assert "用户名或密码不正确" in answer.content.decode()
    known, unknown = Event.objects.filter(kind=EventKind.LOGIN_FAILED).order_by("pk")
    assert (known.username, unknown.username) == ("street_clerk", "（未知用户）")
    assert "nobody-here" not in str(unknown.__dict__)


def test_sign_out_by_post_only_and_everywhere(tree, user_of):
    user = user_of(Role.STREET_CLERK)
    here, elsewhere = Client(), Client()
    enter(here, user.username)
    enter(elsewhere, user.username)
    assert here.get("/logout/").status_code == 405
    assert here.post("/logout/").url == "/login/"
    assert elsewhere.get("/").status_code == 302
    assert UserSession.objects.count() == Session.objects.count() == 0
    assert Event.objects.filter(kind=EventKind.LOGOUT, username=user.username).count() == 1


# --- lockout ---
def test_five_failures_lock_the_name_and_say_until_when(tree, user_of):
    user = user_of(Role.STREET_CLERK)
    for number in range(4):
        assert enter(Client(REMOTE_ADDR=f"10.0.0.{number}"), user.username, "wrong").status_code == 422
    response = enter(Client(), user.username, "wrong")
    until = timezone.localtime() + timedelta(minutes=15)
    assert response.status_code == 429
    text = response.content.decode()
    assert f"<b>{until:%H:%M}</b>" in text or f"<b>{until - timedelta(minutes=1):%H:%M}</b>" in text
    assert enter(Client(), user.username).status_code == 429
    assert Event.objects.filter(kind=EventKind.LOGIN_FAILED, detail__locked=True).count() == 2


def test_a_lock_hits_the_name_not_the_office(tree, user_of):
    one, other = user_of(Role.STREET_CLERK), user_of(Role.STREET_LEAD)
    for _ in range(5):
        enter(Client(), one.username, "wrong")
    assert enter(Client(), other.username).status_code == 302


def test_a_lock_ends_when_it_was_said_to(tree, user_of):
    user = user_of(Role.STREET_CLERK)
    for _ in range(5):
        enter(Client(), user.username, "wrong")
    before = AccessAttempt.objects.get().attempt_time
    assert enter(Client(), user.username).status_code == 429
    assert AccessAttempt.objects.get().attempt_time == before
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert enter(Client(), user.username).status_code == 302


@pytest.mark.parametrize("verb", [unlock, issue_new_password])
def test_the_security_admin_lifts_a_lock(tree, user_of, verb):
    user = user_of(Role.STREET_CLERK)
    for _ in range(5):
        enter(Client(), user.username, "wrong")
    issued = verb(user=user, by=user_of(Role.SECURITY_ADMIN))
    assert enter(Client(), user.username, issued or PASSWORD).status_code == 302


# --- timeouts ---
@pytest.mark.parametrize(
    ("key", "seconds", "ended"),
    [
        (SEEN_AT, settings.SESSION_IDLE_SECONDS - 5, ""),
        (SEEN_AT, settings.SESSION_IDLE_SECONDS, "idle"),
        (SIGNED_IN_AT, settings.SESSION_ABSOLUTE_SECONDS - 5, ""),
        (SIGNED_IN_AT, settings.SESSION_ABSOLUTE_SECONDS, "absolute"),
    ],
)
def test_sessions_run_out(client_of, key, seconds, ended):
    client = client_of(Role.STREET_CLERK)
    age(client, key, seconds)
    response = client.get("/divisions/610104001/")
    if not ended:
        assert response.status_code == 200
        return
    assert response.url == f"/login/?ended={ended}&next=%2Fdivisions%2F610104001%2F"
    assert "请重新登录" in client.get(response.url).content.decode()
    assert not UserSession.objects.exists()
    assert Event.objects.get(kind=EventKind.LOGOUT).reason


def test_one_session_running_out_leaves_the_other(user_of, sign_in):
    idle, busy = sign_in(user_of(Role.STREET_CLERK)), sign_in(user_of(Role.STREET_CLERK))
    age(idle, SEEN_AT, settings.SESSION_IDLE_SECONDS)
    assert idle.get("/").status_code == 302
    assert busy.get("/").status_code == 200


def test_activity_keeps_a_session_and_is_noted_once_a_minute(client_of):
    client = client_of(Role.STREET_CLERK)
    age(client, SEEN_AT, 1200)
    client.get("/")
    assert time.time() - client.session[SEEN_AT] < 60
    seen = client.session[SEEN_AT] - 30
    age(client, SEEN_AT, 30)
    client.get("/")
    assert abs(client.session[SEEN_AT] - seen) <= 2


def test_a_session_without_its_times_is_over(client_of):
    client = client_of(Role.STREET_CLERK)
    session = client.session
    del session[SIGNED_IN_AT]
    session.save()
    assert client.get("/").status_code == 302


# --- forced change of password ---
def test_an_issued_password_opens_nothing_but_its_change(tree, sign_in):
    user = make_user("new", Role.STREET_CLERK, tree.street, must_change_password=True)
    client = sign_in(user)
    for path in ("/", "/divisions/610104001/", "/users/"):
        assert client.get(path).url == "/password/"
    assert "初始密码" in client.get("/password/").content.decode()
    new = "Another-Horse-8"
    response = client.post(
        "/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    assert response.url == "/"
    assert client.get("/").status_code == 200
    assert User.objects.get(username="new").check_password(new)


def test_an_old_password_must_be_changed(tree, client_of, user_of):
    client = client_of(Role.STREET_CLERK)
    changed = timezone.now() - timedelta(days=settings.PASSWORD_MAX_AGE_DAYS, seconds=1)
    User.objects.filter(pk=user_of(Role.STREET_CLERK).pk).update(password_changed_at=changed)
    assert client.get("/").url == "/password/"
    with override_settings(PASSWORD_MAX_AGE_DAYS=365):
        assert client.get("/").status_code == 200


def test_changing_the_password_ends_the_other_sessions(user_of, sign_in):
    user = user_of(Role.STREET_CLERK)
    here, elsewhere = sign_in(user), sign_in(user)
    new = "Another-Horse-8"
    here.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert UserSession.objects.filter(user=user).count() == 1


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        ("wrong", "Another-Horse-8", "Another-Horse-8", "原密码不正确"),
        (PASSWORD, "Another-Horse-8", "Another-Horse-9", "不一致"),
        (PASSWORD, "short", "short", "密码至少"),
        (PASSWORD, PASSWORD, PASSWORD, "不能与当前密码"),
    ],
)
def test_refused_changes_say_why(client_of, old, new, again, message):
    client = client_of(Role.STREET_CLERK)
    response = client.post("/password/", {"old_password": old, "new_password1": new, "new_password2": again})
    assert response.status_code == 422
    assert message in response.content.decode()


# --- rights that change while somebody is signed in ---
def test_withdrawn_rights_bite_on_the_next_request(tree, user_of, sign_in):
    user = user_of(Role.STREET_CLERK)
    client = sign_in(user)
    assert client.get("/divisions/610104001/").status_code == 200
    revoke(user=user, role=Role.STREET_CLERK, division=tree.street)
    assert client.get("/divisions/610104001/").status_code == 302
    again = sign_in(user)
    assert again.get("/divisions/610104001/").status_code == 403
    assert again.get("/").status_code == 200


def test_rights_removed_behind_the_service_bite_too(tree, user_of, sign_in):
    user = user_of(Role.STREET_CLERK)
    client = sign_in(user)
    user.divisiongrant_set.all().delete()
    assert client.get("/divisions/610104001/").status_code == 403


def test_a_new_role_ends_the_sessions(tree, user_of, sign_in):
    user = user_of(Role.STREET_CLERK)
    client = sign_in(user)
    grant(user=user, role=Role.STREET_LEAD, division=tree.street)
    assert client.get("/").status_code == 302


def test_a_proxy_is_believed_only_when_it_is_ours(tree, user_of):
    user = user_of(Role.STREET_CLERK)
    forwarded = {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 10.9.9.9", "REMOTE_ADDR": "127.0.0.1"}
    enter(Client(**forwarded), user.username)
    with override_settings(SECURE_PROXY=True):
        enter(Client(**forwarded), user.username)
    logged = Event.objects.filter(kind=EventKind.LOGIN).order_by("pk").values_list("address", flat=True)
    assert list(logged) == ["127.0.0.1", "10.9.9.9"]
