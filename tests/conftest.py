"""Fixtures shared by all tests."""

import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.management.commands import flush
from django.test import Client

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.models import Division
from governance.policies.loader import load_policies
from tests.factories import Tree, make_tree, make_user, make_user_of_role
from tests.registry import fill_tree
from tests.snapshot import made_once, refill

pytest_plugins = ["tests.workers"]

SignIn = Callable[[User], Client]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-statements",
        action="store_true",
        help="write tests/statements.json anew (see tests/statements.py)",
    )


TOGETHER = ("tests/demo/", "tests/test_equal_on_both_databases.py")
"""What loads something large once: all of it goes to one process of a run. Other tests go one by one."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Like `--dist loadgroup`, whose marks the pytest of today does not hand on."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)

    return Scheduling(config, log)


@pytest.hookimpl(trylast=True)  # after -m and -k
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what another test of the same run shows already.

    With TEST_ONLY_DATABASE set, that is what no database can change: the second run is on PostgreSQL.
    """
    whole = {_function(item) for item in items if item.get_closest_marker("slow")}
    kept, left_out = [], []
    for item in items:
        is_shown = item.get_closest_marker("quick_part") is not None and _function(item) in whole
        (left_out if is_shown or _is_for_one_database(item) else kept).append(item)
    # The longest first: one that begins last keeps a process waiting for the others.
    parts: dict[str, list[pytest.Item]] = {"browser": [], "slow": [], "": []}
    for item in kept:
        parts[next((name for name in parts if name and item.get_closest_marker(name)), "")].append(item)
    items[:] = [*parts["browser"], *_mixed(parts["slow"]), *parts[""]]
    config.hook.pytest_deselected(items=left_out)


def _mixed(items: list[pytest.Item]) -> list[pytest.Item]:
    """What mostly waits for workers spread evenly among what keeps a processor busy, else in order."""
    groups: dict[bool, list[tuple[float, pytest.Item]]] = {}
    for waits in (True, False):
        group = [item for item in items if ("start_worker" in getattr(item, "fixturenames", ())) is waits]
        groups[waits] = [(place / len(group), item) for place, item in enumerate(group)]
    return [item for _, item in sorted([*groups[False], *groups[True]], key=lambda placed: placed[0])]


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives as long as the run: it took a sixth of the time of pages."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _function(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _is_for_one_database(item: pytest.Item) -> bool:
    if not os.environ.get("TEST_ONLY_DATABASE"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    asks = bool(fixtures & {"db", "transactional_db"}) or item.get_closest_marker("django_db") is not None
    return not asks or any(item.get_closest_marker(name) for name in ("browser", "one_database"))


@pytest.fixture(scope="session", autouse=True)
def _flushed_quickly() -> Iterator[None]:
    """Tests that commit end with a flush, after which Django asks all handlers of `post_migrate` anew."""
    emit = flush.emit_post_migrate_signal
    flush.emit_post_migrate_signal = lambda *args, **kwargs: refill(lambda: emit(*args, **kwargs))
    yield
    flush.emit_post_migrate_signal = emit


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Counts of the menu are cached for a minute; a test must not see another's."""
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_expires(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where statements are counted, nothing cached for seconds may run out on a slow machine and add one."""
    if "statements" in request.node.name:
        monkeypatch.setattr(LocMemCache, "_has_expired", lambda cache, key: key not in cache._cache)


@pytest.fixture
def tree(db) -> Tree:
    """陕西省 › 西安市 › 莲湖区 with 2 streets and 4 communities, and the foreign 新城区 beside it."""
    return made_once("tree", make_tree)


@pytest.fixture
def measured_tree(tree: Tree) -> Tree:
    """The tree of `tree`, measurable: all packs are loaded."""
    made_once("policies", load_policies)
    return tree


@pytest.fixture
def filled_tree(measured_tree: Tree) -> Tree:
    """The tree of `measured_tree` with data: see `fill_tree`."""
    made_once("ledgers", lambda: fill_tree(measured_tree))
    return measured_tree


@pytest.fixture
def user_of(tree: Tree) -> Callable[..., User]:
    """`user_of(Role.STREET_CLERK)`, or with a division of one's own: `user_of(role, division)`."""
    made: dict[tuple[Role, str], User] = {}

    def make(role: Role, division: Division | None = None) -> User:
        key = (role, division.code if division else "")
        if key not in made:
            made[key] = (
                make_user_of_role(role, tree)
                if division is None
                else make_user(f"{role.value}-{division.code}", role, division)
            )
        return made[key]

    return make


@pytest.fixture
def sign_in() -> SignIn:
    """`sign_in(user)`: a client with the user's session, without the sign-in page."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def client_of(user_of: Callable[..., User], sign_in: SignIn) -> Callable[..., Client]:
    """`client_of(Role.COUNTY_STAFF)`: a client signed in as a user of the role."""

    def make(role: Role, division: Division | None = None) -> Client:
        return sign_in(user_of(role, division))

    return make
