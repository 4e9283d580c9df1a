"""Every page for every role on a small screen: no sideways scrolling, no complaint of the browser."""

import pytest
from django.urls import reverse

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.policies.findings import refresh
from governance.web.policy import Route, walk_urlconf
from tests.factories import Tree

pytestmark = pytest.mark.browser


def shows_a_page(route: Route) -> bool:
    """Whether its address alone opens it: no object is named in it, and it is not for POST only."""
    view = getattr(route.view, "view_class", route.view)
    return "<" not in route.pattern and "get" in getattr(view, "http_method_names", ["get"])


PLAIN = [route for route in walk_urlconf() if shows_a_page(route)]
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


def test_what_these_tests_look_for_would_be_seen(visit, tree):
    visitor = visit()
    visitor.open(reverse("accounts:login"))
    assert not visitor.is_wider_than_the_screen()
    visitor.page.evaluate(
        """() => {
            const wide = document.createElement("div");
            wide.style.width = "3000px";
            wide.textContent = "宽";
            document.querySelector("main").append(wide);
            const script = document.createElement("script");
            script.textContent = "1";
            document.body.append(script);
            console.error("a complaint");
        }"""
    )
    assert visitor.is_wider_than_the_screen()
    seen = "\n".join(visitor.problems)
    assert "CSP: script-src" in seen and "a complaint" in seen
    visitor.problems.clear()
