"""Every page for every role on a small screen: no sideways scrolling, no complaint of the browser."""

import pytest
from django.urls import reverse

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.policies.findings import refresh
from governance.web.policy import Route, walk_urlconf
from tests.factories import Tree

pytestmark = pytest.mark.browser

PLAIN = [route for route in walk_urlconf() if "<" not in route.pattern]
WITH_OBJECT = [
    ("console:division", ["610104"]),
    ("console:division", ["610104001001"]),
    ("communities:detail", ["610104001001"]),
    ("communities:detail", ["610104002002"]),
    ("policies:checkup", ["610104001001"]),
    ("policies:checkup", ["610104002002"]),
    ("policies:overview", ["610104"]),
    ("policies:overview", ["610104001"]),
    ("policies:document", ["lianhu-2024"]),
    ("policies:document", ["shaanxi-2019"]),
    ("policies:standard", ["LH-SIZE-01"]),
    ("policies:standard", ["SX-VOL-02"]),
]


@pytest.fixture
def tree_with_findings(filled_tree: Tree) -> Tree:
    refresh(path="", on=today())
    return filled_tree


def faults(visitor, url: str) -> list[str]:
    """What is wrong with one page; the visitor's own list keeps what the browser says."""
    response = visitor.open(url)
    if response.status == 405:
        return []  # takes POST only
    found = [] if response.status == 200 else [f"{url}: {response.status}"]
    if visitor.is_wider_than_the_screen():
        found.append(f"{url}: scrolls sideways")
    return found


def admitted(role: Role, user) -> list[Route]:
    return [route for route in PLAIN if route.policy.admits(user)]


def test_every_page_of_every_role_fits_the_screen(visit, tree_with_findings, user_of):
    found = []
    for role in Role:
        visitor = visit()
        user = user_of(role)
        for route in admitted(role, user):
            visitor.sign_in_as(user)
            found += [f"{role}: {fault}" for fault in faults(visitor, reverse(route.name))]
    assert found == []


def test_pages_about_one_thing_fit_the_screen(visit, tree_with_findings, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.COUNTY_STAFF))
    found = [fault for name, args in WITH_OBJECT for fault in faults(visitor, reverse(name, args=args))]
    assert found == []


def test_the_largest_letters_fit_too(visit, tree_with_findings, user_of):
    visitor = visit()
    user = user_of(Role.COUNTY_STAFF)
    visitor.sign_in_as(user)
    visitor.open(reverse("console:home"))
    visitor.page.locator(".fs button[data-size=xl]").click()
    assert visitor.page.locator("html").get_attribute("data-fs") == "xl"
    urls = [reverse(route.name) for route in admitted(Role.COUNTY_STAFF, user)]
    urls += [reverse(name, args=args) for name, args in WITH_OBJECT]
    assert [fault for url in urls for fault in faults(visitor, url)] == []
