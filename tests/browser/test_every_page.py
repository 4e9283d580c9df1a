"""Every page for every role on a small screen: it fits, also with the largest letters, keeps WCAG 2.2 AA,
and the browser has nothing to complain of."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.policies.findings import refresh
from tests.browser.axe import violations
from tests.factories import Tree
from tests.pages import ROUTES, pages_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOOKED_AT_BY_ALL = {"console:home"}
"""Pages that each role sees differently; others are looked at as the first of these roles only."""
ROLES = [
    Role.COUNTY_STAFF,
    Role.STREET_CLERK,
    *(r for r in Role if r not in (Role.COUNTY_STAFF, Role.STREET_CLERK)),
]
REGISTRIES = {"communities", "grids", "members"}
"""Registries whose pages stand for those of all: the community's own, a plain one, and one with persons."""
WITH_OBJECT = [
    ("console:division", ["610104001001"]),
    ("communities:detail", ["610104002002"]),
    ("policies:checkup", ["610104002002"]),
    ("policies:overview", ["610104001"]),
    ("policies:document", ["shaanxi-2019"]),
    ("policies:standard", ["SX-VOL-02"]),
    ("policies:targets", ["610104001001"]),
    ("policies:target", ["610104", "SX-FAC-01"]),
]
"""Variants of pages: other levels, no data."""


_WIDEST = """() => [...document.body.querySelectorAll("*")]
    .filter(node => node.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter(node => !node.parentElement.closest(".grid"))
    .slice(0, 4).map(node => node.outerHTML.slice(0, 120)).join(" | ")"""


@pytest.fixture
def tree_with_findings(filled_tree: Tree) -> Tree:
    refresh(path="", on=today())
    return filled_tree


def pages_first_seen_by(role: Role, users: dict[Role, User], tree: Tree) -> Iterator[tuple[str, str]]:
    """Names and addresses of the pages to look at as one role."""
    earlier = [users[each] for each in ROLES[: ROLES.index(role)]]
    for route in ROUTES:
        admitted = route.policy.admits(users[role])
        seen = any(route.policy.admits(user) for user in earlier)
        if not admitted or (seen and route.name not in LOOKED_AT_BY_ALL):
            continue
        for name, url in pages_of(route, tree, users[role], role):
            slug = name.partition(" ")[2]
            if not slug or slug in REGISTRIES:
                yield name, url


def faults(visitor, url: str) -> list[str]:
    """What is wrong with one page; the visitor's own list keeps what the browser says."""
    response = visitor.open(url)
    found = [] if response.status == 200 else [f"{url}: {response.status}"]
    found += [f"{url}: {violation}" for violation in violations(visitor.page)]
    for size in ("m", "xl"):
        visitor.page.evaluate("size => { document.documentElement.dataset.fs = size }", size)
        if visitor.is_wider_than_the_screen():
            widest = visitor.page.evaluate(_WIDEST)
            found.append(f"{url}: scrolls sideways with letters of size {size}: {widest}")
    return found


def expect_none(found: list[str]) -> None:
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def is_page(client: Client, url: str) -> bool:
    """Whether an address answers with a page, not with a file, a part of one or the way to another."""
    response = client.get(url)
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return response.status_code == 200 and is_html and b"<html" in response.content


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value)
def test_every_page_of_every_role(visit, tree_with_findings, user_of, sign_in, role):
    visitor, users = visit(), {each: user_of(each) for each in ROLES}
    visitor.sign_in_as(users[role])
    client = sign_in(users[role])
    found, opened = [], set()
    for name, url in pages_first_seen_by(role, users, tree_with_findings):
        if name not in opened and is_page(client, url):
            opened.add(name)
            found += [f"{role} {name} {fault}" for fault in faults(visitor, url)]
    assert "console:home" in opened
    expect_none(found)


def test_other_faces_of_pages(visit, tree_with_findings, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.COUNTY_STAFF))
    found = [fault for name, args in WITH_OBJECT for fault in faults(visitor, reverse(name, args=args))]
    expect_none(found)


def test_sign_in_page(visit, tree):
    expect_none(faults(visit(), reverse("accounts:login")))


def test_what_these_tests_look_for_would_be_seen(visit, tree):
    visitor = visit()
    visitor.open(reverse("accounts:login"))
    assert not visitor.is_wider_than_the_screen()
    visitor.page.evaluate(
        """() => {
            const wide = document.createElement("div");
            wide.style.width = "3000px";
            wide.innerHTML = "<img src='/static/img/icon.svg'>";
            document.querySelector("main").append(wide);
            const script = document.createElement("script");
            script.textContent = "1";
            document.body.append(script);
            console.error("a complaint");
        }"""
    )
    assert visitor.is_wider_than_the_screen()
    assert any(violation.startswith("image-alt") for violation in violations(visitor.page))
    seen = "\n".join(visitor.problems)
    assert "CSP: script-src" in seen and "a complaint" in seen
    visitor.problems.clear()
