"""Default deny: a policy on every route, strangers sign in first, 403 and an event without the action."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.views.generic import View

from governance.accounts.roles import Action, Role
from governance.audit.models import Event, EventKind
from governance.web.policy import AUTHENTICATED, PUBLIC, Needs, Policy, PolicyMixin, walk_urlconf

SAMPLE = pytest.mark.urls("tests.governance.web.urls")


def test_every_route_of_the_portal_names_a_policy() -> None:
    without = [route.pattern for route in walk_urlconf() if not isinstance(route.policy, Policy)]
    assert without == []


def test_the_walk_sees_a_forgotten_view() -> None:
    routes = {route.pattern: route for route in walk_urlconf("tests.governance.web.urls")}
    assert routes["/forgotten/"].policy is None
    assert routes["/public/"].policy == PUBLIC
    assert routes["/audit/"].policy == Needs(Action.READ_AUDIT)
    assert routes["/list/"].policy == Needs(Action.VIEW)
    assert routes["/"].name == "console:home"


def test_a_class_without_policy_cannot_become_a_view() -> None:
    class Page(PolicyMixin, View):
        pass

    with pytest.raises(ImproperlyConfigured):
        Page.as_view()


def test_needs_names_at_least_one_action() -> None:
    with pytest.raises(ImproperlyConfigured):
        Needs()


def test_a_subclass_may_set_another_policy() -> None:
    class Page(PolicyMixin, View):
        policy = AUTHENTICATED

    class Narrow(Page):
        policy = Needs(Action.ADD)

    assert Narrow.as_view().policy == Needs(Action.ADD)  # type: ignore[attr-defined]
    assert Page.as_view().login_required is True  # type: ignore[attr-defined]


@SAMPLE
@pytest.mark.django_db
def test_strangers_see_public_pages_only() -> None:
    client = Client()
    assert client.get("/public/").content == b"public"
    for path in ("/", "/audit/", "/list/", "/detail/9901/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/login/?next={path}"


@SAMPLE
@pytest.mark.django_db
def test_a_forgotten_policy_closes_the_page(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.COUNTY_LEAD, "某区")
    with pytest.raises(ImproperlyConfigured):
        client.get("/forgotten/")


@SAMPLE
def test_without_the_action_403_and_one_event(sign_in: Callable[..., Client]) -> None:
    answer = sign_in(Role.STREET_CLERK, "甲街道").get("/audit/")
    assert answer.status_code == 403
    event = Event.objects.get(kind=EventKind.REFUSAL)
    assert event.username == "someone"
    assert event.request_id == answer.headers["X-Request-ID"]
    assert event.detail == {"method": "GET", "path": "/audit/"}


@SAMPLE
def test_with_the_action_the_page(sign_in: Callable[..., Client]) -> None:
    assert sign_in(Role.AUDIT_ADMIN, "某省").get("/audit/").content == b"audit"


@SAMPLE
@pytest.mark.parametrize(
    "header", [{"HX-Request": "true"}, {"X-Requested-With": "fetch"}, {"X-Requested-With": "XMLHttpRequest"}]
)
def test_a_script_is_told_that_the_session_is_over(db: None, header: dict[str, str]) -> None:
    answer = Client().get("/list/", headers=header)
    assert answer.status_code == 204
    assert answer.headers["X-Session"] == "ended" and answer.headers["HX-Trigger"] == "session-ended"
    assert answer.headers["Cache-Control"] == "no-store"
