"""Every route of the project names a policy and a name; strangers are sent to the sign-in page."""

import pytest
from django.test import Client

from governance.web.policy import Policy, Route, walk_urlconf

ROUTES = list(walk_urlconf())


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.pattern)
def test_route_has_policy_and_name(route: Route):
    assert isinstance(route.policy, Policy), f"{route.pattern}: the view names no policy"
    assert not route.name.endswith(":"), f"{route.pattern}: the route has no name"


def test_the_only_public_page_is_the_sign_in_page():
    public = {route.name for route in ROUTES if route.policy.public}
    assert public == {"accounts:login"}


@pytest.mark.parametrize("path", ["/", "/no-such-page/", "/divisions/61/", "/audit/"])
def test_strangers_learn_nothing(tree, path):
    response = Client().get(path)
    assert response.status_code in (302, 404)
    if response.status_code == 302:
        assert response.url.startswith("/login/?next=")
