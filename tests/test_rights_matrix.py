"""Rights matrix: route × role × method × object (own, child, sibling, parent, foreign, missing).

It walks the URLconf, so a new route is covered by itself. What is asserted of every route:

- a stranger is sent to the sign-in page;
- a role that the policy does not admit gets 403, whatever the object, and each refusal is logged;
- an object outside the user's divisions gets the same answer, byte for byte, as one that does not exist, and
  on GET that answer is 404;
- an object inside them never fails, is never 403 on GET, and somebody really reaches the page.

`tests/matrix.py` says how the objects of a route are made.
"""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from governance.accounts.models import User
from governance.accounts.roles import Action, Role
from governance.accounts.scope import scope_of
from governance.audit.models import Event, EventKind
from governance.divisions.models import Division
from governance.web.policy import Needs, Route, walk_urlconf
from tests.factories import LEVEL_OF_ROLE, Tree, make_user_of_role
from tests.matrix import MISSING, PUBLIC_KWARGS, Case, Kwargs, kwargs_maker
from tests.snapshot import made_once

ROUTES = list(walk_urlconf())
METHODS = ("get", "post")
FEW = (Role.STREET_CLERK, Role.DEPARTMENT, Role.SECURITY_ADMIN)
"""Roles of the quick loop: one that enters, one that only reads, one without any data."""
WHO = [
    pytest.param(FEW, id="few roles", marks=pytest.mark.quick_part),
    pytest.param(tuple(Role), id="all roles", marks=pytest.mark.slow),
]

# Who may do what is decided in Python; tests/test_statements.py opens the pages on either database.
pytestmark = pytest.mark.one_database
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_MISSING = {"code": "659999999999", "pk": 999_999_999}


def parameters(route: Route) -> list[str]:
    return _PARAMETER.findall(route.pattern)


def missing_kwargs(route: Route, like: Kwargs) -> Kwargs:
    """Keywords like given ones of an object that does not exist."""
    if route.name in MISSING:
        return MISSING[route.name]
    return like | {name: value for name, value in _MISSING.items() if name in like}


def places(role: Role, tree: Tree) -> Iterator[tuple[str, Division]]:
    """Divisions as seen from the division of a role; a community has no child."""
    own = tree[LEVEL_OF_ROLE[role]]
    yield "own", own
    for name, rows in (
        ("child", Division.objects.filter(parent=own)),
        ("sibling", Division.objects.filter(parent=own.parent).exclude(pk=own.pk)),
        ("foreign", Division.objects.under(tree.foreign_county.path).filter(level=own.level)),
    ):
        division = rows.exclude(path=own.path).first()
        if division is not None:
            yield name, division
    yield "parent", own.parent


def admitted(route: Route, user: User) -> bool:
    return route.policy.admits(user)


def is_inside(route: Route, user: User, division: Division) -> bool:
    """Whether the division is one where the user may do what the route is for."""
    actions = route.policy.actions if isinstance(route.policy, Needs) else (Action.VIEW,)
    return any(scope_of(user).may(action, division.path) for action in actions)


def answer(response: HttpResponse) -> tuple[int, bytes]:
    """Status and body, without the number of the request."""
    number = response.headers["X-Request-ID"].encode()
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, body.replace(number, b"-")


class Visitor:
    """One user of a role, signed in again whenever a route has ended the session."""

    def __init__(self, user: User, session: str) -> None:
        self.user = user
        self.refused = 0
        self.client = Client()
        self.client.cookies[settings.SESSION_COOKIE_NAME] = session
        self.absent: dict[str, tuple[int, bytes]] = {}

    def send(self, method: str, route: Route, kwargs: Kwargs) -> HttpResponse:
        response = getattr(self.client, method)(reverse(route.name, kwargs=kwargs))
        assert response.status_code < 500
        self.refused += response.status_code == 403
        if method == "post" and SESSION_KEY not in self.client.session:
            self.client.force_login(self.user)
        return response

    def answer_for_missing(self, method: str, route: Route, like: Kwargs) -> tuple[int, bytes]:
        """What the route says of an object that does not exist (asked once)."""
        if method not in self.absent:
            self.absent[method] = answer(self.send(method, route, missing_kwargs(route, like)))
        return self.absent[method]


@pytest.fixture
def visitors(tree: Tree) -> dict[Role, Visitor]:
    made = made_once("a signed-in user of each role", lambda: _signed_in(tree))
    return {role: Visitor(user, session) for role, (user, session) in made.items()}


def _signed_in(tree: Tree) -> dict[Role, tuple[User, str]]:
    users = {}
    for role in Role:
        client, user = Client(), make_user_of_role(role, tree)
        client.force_login(user)
        users[role] = (user, client.cookies[settings.SESSION_COOKIE_NAME].value)
    return users


@pytest.mark.parametrize("roles", WHO)
@pytest.mark.parametrize("route", [r for r in ROUTES if not parameters(r)], ids=lambda r: r.pattern)
def test_route_without_object(route: Route, roles: tuple[Role, ...], visitors: dict[Role, Visitor]):
    visitors = {role: visitors[role] for role in roles}
    reached = _check_stranger(route, {})
    for visitor in visitors.values():
        for method in METHODS:
            response = visitor.send(method, route, {})
            if not admitted(route, visitor.user):
                assert response.status_code == 403, (visitor.user, method)
            elif method == "get":
                assert response.status_code in (200, 302, 405), (visitor.user, response.status_code)
            reached |= response.status_code in (200, 302)
    assert reached or roles == FEW, "nobody reaches this page"
    _check_refusals(visitors)


@pytest.mark.parametrize("roles", WHO)
@pytest.mark.parametrize("route", [r for r in ROUTES if parameters(r)], ids=lambda r: r.pattern)
def test_route_with_object(route: Route, roles: tuple[Role, ...], tree: Tree, visitors: dict[Role, Visitor]):
    visitors = {role: visitors[role] for role in roles}
    if route.name in PUBLIC_KWARGS:
        reached = _check_public_object(route, PUBLIC_KWARGS[route.name](tree), visitors)
        assert reached or roles == FEW, "nobody reaches this page"
        return
    make = kwargs_maker(route, parameters(route))
    assert make is not None, (
        f"{route.name}: the matrix does not know how to build the object of {route.pattern}; "
        "add a maker of its model or its keywords to tests/matrix.py"
    )
    reached, stranger_checked = False, False
    for role, visitor in visitors.items():
        for place, division in places(role, tree):
            if not admitted(route, visitor.user) and place not in ("own", "foreign"):
                continue  # refused before any object is looked at
            inside = is_inside(route, visitor.user, division)
            kwargs = make(Case(division=division, visitor=visitor.user, is_own=inside, tree=tree))
            if kwargs is None:
                continue
            if not stranger_checked:
                _check_stranger(route, kwargs)
                stranger_checked = True
            reached |= _check_object(route, visitor, place, kwargs, inside)
    assert reached or roles == FEW, "nobody reaches this page"
    _check_refusals(visitors)


def _check_object(route: Route, visitor: Visitor, place: str, kwargs: Kwargs, inside: bool) -> bool:
    """One object of one visitor; whether it was reached."""
    reached = False
    for method in METHODS:
        where = (visitor.user.username, place, method)
        response = visitor.send(method, route, kwargs)
        if not admitted(route, visitor.user):
            assert response.status_code == 403, where
            continue
        if inside:
            assert method == "post" or response.status_code != 403, where
            reached |= response.status_code in (200, 302)
            continue
        assert answer(response) == visitor.answer_for_missing(method, route, kwargs), where
        assert response.status_code in ((404, 405) if method == "get" else (403, 404, 405)), where
    return reached


def _check_public_object(route: Route, kwargs: Kwargs, visitors: dict[Role, Visitor]) -> bool:
    """An object that is the same for everybody; whether somebody reached it."""
    _check_stranger(route, kwargs)
    reached = False
    for visitor in visitors.values():
        for method in METHODS:
            response = visitor.send(method, route, kwargs)
            if not admitted(route, visitor.user):
                assert response.status_code == 403, (visitor.user, method)
            else:
                assert method == "post" or response.status_code in (200, 302, 405), visitor.user
                reached |= response.status_code in (200, 302)
    _check_refusals(visitors)
    return reached


def _check_stranger(route: Route, kwargs: Kwargs) -> bool:
    """Strangers see public pages only; whether this one was reached."""
    for method in METHODS:
        response = getattr(Client(), method)(reverse(route.name, kwargs=kwargs))
        if route.policy.public:
            assert response.status_code < 500
        else:
            assert response.status_code == 302
            assert response.url.startswith(reverse("accounts:login"))
    return route.policy.public


def _check_refusals(visitors: dict[Role, Visitor]) -> None:
    """Every 403 stands in the audit log under the name of who was refused."""
    for visitor in visitors.values():
        logged = Event.objects.filter(kind=EventKind.REFUSAL, username=visitor.user.username)
        assert logged.count() == visitor.refused, visitor.user
