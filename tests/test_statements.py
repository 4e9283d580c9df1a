"""Every page of every role: how many statements it takes, the same with much data as with little.

`tests/statements.py` says how to add a page to the committed numbers.
"""

import os

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.divisions.registry import make_communities
from governance.jobs.models import Job, JobStatus
from governance.policies.findings import refresh
from tests import statements
from tests.factories import Tree, make_division, make_user, make_user_of_role
from tests.pages import ROUTES, pages_of
from tests.registry import (
    add_compounds,
    add_facilities,
    add_grids,
    add_members,
    add_organisations,
    add_workers,
    fill_community,
)
from tests.snapshot import made_once

COMMUNITIES = 30
ROWS = 25
"""How much more of everything there is with much data."""


def _fill(division: Division, number: int) -> None:
    """One community with rows of every registry; it misses standards."""
    fill_community(division, households_resident=100 + number, population_resident=1000)
    add_grids(division, [{"households": 300, "party_org": "branch"}] * number)
    add_members(division, both=number)
    add_workers(division, number)
    add_facilities(division, [{"building_area_c": 27001}] * number)
    add_compounds(division, ["commercial"] * number)
    add_organisations(division, number)


def _signed_in(tree: Tree) -> dict[Role, tuple[User, str]]:
    users = {}
    for role in Role:
        client, user = Client(), make_user_of_role(role, tree)
        client.force_login(user)
        Job.objects.create(kind="count", key=f"count-{role}", requester_id=user.pk, status=JobStatus.DONE)
        users[role] = (user, client.cookies["sessionid"].value)
    return users


def _grow(tree: Tree, users: dict[Role, tuple[User, str]]) -> None:
    """Much more of what the lists show: communities, rows of one community, users, jobs, findings."""
    for number in range(COMMUNITIES):
        make_division(f"6101040010{50 + number}", f"新增{number}社区", tree.street)
        make_division(f"6101041{number:02}", f"新增{number}街道", tree.county)
    make_communities()
    for division in Division.objects.filter(parent=tree.street, name__startswith="新增"):
        _fill(division, 1)
    _add_rows(tree.community)
    for number in range(ROWS):
        make_user(f"further-{number}", Role.STREET_CLERK, tree.street)
    Job.objects.bulk_create(
        Job(kind="count", key=f"count-{role}-{number}", requester_id=user.pk, status=JobStatus.DONE)
        for role, (user, _) in users.items()
        for number in range(ROWS)
    )
    refresh(path="", on=today())


def _add_rows(division: Division) -> None:
    add_grids(division, [{"number": f"{200 + k}", "name": f"又第{k}网格"} for k in range(ROWS)])
    add_members(division, both=ROWS)
    add_workers(division, ROWS)
    add_facilities(division, [{"name": f"又一设施{k}"} for k in range(ROWS)])


@pytest.fixture
def users(filled_tree: Tree) -> dict[Role, tuple[User, str]]:
    made_once("findings", lambda: refresh(path="", on=today()))
    return made_once("users with a session and a job", lambda: _signed_in(filled_tree))


def _is_page(response: HttpResponse) -> bool:
    return response.status_code == 200 and response.headers["Content-Type"].startswith("text/html")


def _measure(
    tree: Tree, role: Role, user: User, session: str, expected: dict[str, int]
) -> tuple[dict[str, int], list[str]]:
    """Statements of every page that a role can open, and the pages that fail."""
    broken: list[str] = []
    cache.clear()
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = session
    client.get("/")  # fills the cache of the menu's counts
    taken: dict[str, int] = {}
    for route in ROUTES:
        if not route.policy.admits(user):
            continue
        for name, url in pages_of(route, tree, user, role):
            if name in taken:
                continue
            for _ in range(2):
                with CaptureQueriesContext(connection) as queries:
                    response = client.get(url)
                if response.status_code >= 500:
                    broken.append(f"{name}: fails for {role.value}")
                if not _is_page(response):
                    break
                taken[name] = len(queries)
                # What a process learns once, like content types, is no cost of the page: ask again.
                if len(queries) == expected.get(name):
                    break
    return taken, broken


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_pages_take_few_statements_whatever_the_rows(role: Role, filled_tree: Tree, users, request):
    user, session = users[role]
    baseline = statements.read()
    expected = {page: numbers[role.value] for page, numbers in baseline.items() if role.value in numbers}
    few = None
    if not os.environ.get("TEST_ONLY_DATABASE"):
        # What a page asks is written in Python: that it does not grow is shown by one of two runs.
        with transaction.atomic():
            few, _ = _measure(filled_tree, role, user, session, expected)
            transaction.set_rollback(True)
    made_once("much of everything", lambda: _grow(filled_tree, users))
    many, broken = _measure(filled_tree, role, user, session, expected)
    if request.config.getoption("--rewrite-statements"):
        statements.merge(role.value, many)
        baseline = statements.read()
    assert broken == []
    assert many.keys() == (expected if few is None else few).keys()
    assert statements.complaints(role.value, few or {}, many, baseline) == []


def test_every_line_names_a_page():
    routes = {route.name for route in ROUTES}
    gone = [page for page in statements.read() if page.partition(" ")[0] not in routes]
    assert gone == [], f"no such page any more; {statements.HOW}"


def test_what_is_missing_or_grows_is_told():
    baseline = {"a:list": {"clerk": 9}}
    found = statements.complaints("clerk", {"a:list": 9, "a:new": 3}, {"a:list": 10, "a:new": 3}, baseline)
    assert len(found) == 3
    assert "9 statements with little data, 10 with much" in found[0]
    assert "and 9 so far" in found[1]
    assert "a:new: no line" in found[2] and "--rewrite-statements" in found[2]
    assert "more than 15" in statements.complaints("clerk", {}, {"a:list": 16}, {"a:list": {"clerk": 16}})[0]
