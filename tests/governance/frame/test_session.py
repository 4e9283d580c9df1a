"""The end of a session: who is told what, and that nothing typed is lost."""

import re
import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.accounts.sessions import SEEN_AT, SIGNED_IN_AT
from governance.audit.models import Event, EventKind
from tests.factories import PASSWORD

KEEP = "accounts:keep_alive"
TYPED = {"name": "新名称", "new_password1": "Secret-9-secret", "kinds": ["a", "b"]}


def age(client: Client, *, idle: int = 0, whole: int = 0) -> None:
    """Make the session older by seconds since it was used, or since it began."""
    session = client.session
    session[SEEN_AT] -= idle
    session[SIGNED_IN_AT] -= whole
    session.save()


@pytest.fixture
def clerk(client_of: Callable[..., Client]) -> Client:
    return client_of(Role.STREET_CLERK)


def test_the_page_knows_how_long_the_session_lasts(clerk):
    age(clerk, idle=600)
    page = clerk.get(reverse(KEEP)).json()
    assert 1190 <= page["left"] <= 1200 and page["fixed"] is False
    age(clerk, whole=12 * 3600 - 300)
    assert clerk.get(reverse(KEEP)).json()["fixed"] is True
    home = clerk.get(reverse("console:home")).content.decode()
    assert re.search(r'data-session-left="2\d\d" data-session-fixed', home)


def test_asking_is_no_activity_and_the_button_is(clerk):
    age(clerk, idle=1700)
    seen = clerk.session[SEEN_AT]
    assert clerk.get(reverse(KEEP)).json()["left"] <= 100
    clerk.get(reverse("console:home"), headers={"X-Poll": "1"})
    assert clerk.session[SEEN_AT] == seen
    assert clerk.post(reverse(KEEP)).json()["left"] >= 1790
    assert clerk.session[SEEN_AT] >= time.time() - 5


def test_a_poll_after_the_end_ends_nothing_and_logs_nothing(clerk):
    age(clerk, idle=1801)
    for _ in range(3):
        answer = clerk.get(reverse(KEEP), headers={"X-Requested-With": "fetch"})
        assert (answer.status_code, answer.headers["X-Session"]) == (204, "ended")
    assert not Event.objects.filter(kind=EventKind.LOGOUT).exists()
    assert clerk.get(reverse("console:home")).url.startswith(reverse("accounts:login") + "?ended=idle")
    assert Event.objects.filter(kind=EventKind.LOGOUT).count() == 1


def held_in(answer) -> str:
    return re.search(r'name="held" value="([^"]+)"', answer.content.decode())[1]


def sign_in_with(client: Client, user: User, held: str):
    fields = {"username": user.username, "password": PASSWORD, "held": held}
    return client.post(reverse("accounts:login"), fields)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_form_sent_too_late_comes_back_after_signing_in(clerk, user_of, is_known: bool):
    clerk.get(reverse(KEEP))
    if is_known:
        age(clerk, idle=1801)
    else:
        clerk.session.flush()
    late = clerk.post("/records/x/?area=1", TYPED) if is_known else clerk.post(reverse("web:suggest"), TYPED)
    assert late.status_code == 401
    assert "没有丢失" in late.content.decode() and "新名称" not in late.content.decode()
    wrong = clerk.post(reverse("accounts:login"), {"username": "x", "password": "y", "held": held_in(late)})
    assert wrong.status_code == 422 and held_in(wrong) == held_in(late)
    page = sign_in_with(clerk, user_of(Role.STREET_CLERK), held_in(wrong)).content.decode()
    assert "继续提交" in page
    assert re.findall(r'name="(\w+)" value="([^"]*)"', page.split("<main")[1])[-3:] == [
        ("name", "新名称"),
        ("kinds", "a"),
        ("kinds", "b"),
    ]
    assert ('action="/records/x/?area=1"' in page) is is_known
    assert "Secret-9" not in page


@pytest.mark.parametrize("is_known", [True, False])
def test_another_user_does_not_get_it(clerk, user_of, is_known: bool):
    clerk.get(reverse(KEEP))
    if is_known:
        age(clerk, idle=1801)
    else:
        clerk.session.flush()
    held = held_in(clerk.post("/records/x/", TYPED))
    answer = sign_in_with(clerk, user_of(Role.COUNTY_STAFF), held)
    assert (answer.status_code, answer.url) == (302, reverse("console:home"))
    assert "属于另一位用户" in clerk.get(answer.url).content.decode()


def test_what_nobody_sent_is_not_kept(db):
    answer = Client().post(reverse("web:suggest"), TYPED)
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("accounts:login"))


def test_who_signed_in_elsewhere_meanwhile_gets_it_without_the_password(clerk, user_of):
    age(clerk, idle=1801)
    held = held_in(clerk.post("/records/x/", TYPED))
    clerk.force_login(user_of(Role.STREET_CLERK))
    assert "继续提交" in clerk.post(reverse("accounts:login"), {"held": held}).content.decode()


@pytest.mark.parametrize("token", ["", "x", "eHh4", "é"])
def test_a_forged_token_is_nothing(clerk, user_of, token: str):
    clerk.session.flush()
    assert sign_in_with(clerk, user_of(Role.STREET_CLERK), token).status_code == 302


def test_a_form_of_another_site_is_not_carried(user_of):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_of(Role.STREET_CLERK))
    age(client, idle=1801)
    answer = client.post("/records/x/", TYPED, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 302


def test_an_empty_form_and_a_page_are_only_sent_to_sign_in(clerk):
    age(clerk, idle=1801)
    assert clerk.post("/records/x/").status_code == 302
