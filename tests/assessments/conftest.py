"""A street with a draft of its yearly scheme, and who works on it."""

from collections.abc import Callable
from datetime import date

import pytest

from assessments.choices import Direction, Source
from assessments.drafting import Draft, Item, draft_scheme
from assessments.lifecycle import enact
from assessments.models import Criterion, Scheme, Score
from governance.accounts.models import User
from governance.accounts.roles import Role
from tests.factories import Tree, make_division

ITEMS = (
    Item("居民自治", 3_000),
    Item("公共服务", 3_000, Source.THIRD_PARTY),
    Item("群众满意度", 4_000, Source.RESIDENTS, "入户测评"),
)
DAY = date(2026, 1, 10)


@pytest.fixture
def clerk(user_of: Callable[..., User]) -> User:
    return user_of(Role.STREET_CLERK)


@pytest.fixture
def lead(user_of: Callable[..., User]) -> User:
    return user_of(Role.STREET_LEAD)


@pytest.fixture
def draft(clerk: User, tree: Tree) -> Scheme:
    return draft_scheme(
        user=clerk,
        division=tree.street,
        draft=Draft(2026, Direction.DOWN, "2026年度考核方案", "青办发〔2026〕1号", 3_500, ITEMS),
    )


@pytest.fixture
def scheme(draft: Scheme, lead: User) -> Scheme:
    """The scheme in force, nobody scored yet; two communities are in it."""
    return enact(user=lead, scheme=draft, on=DAY)


@pytest.fixture
def upward(clerk: User, lead: User, tree: Tree) -> Scheme:
    """A scheme by which the communities of the street, three of them, assess it."""
    make_division("610104001003", "第三社区", tree.street)
    draft = Draft(2026, Direction.UP, "社区评议街道", items=ITEMS)
    return enact(user=lead, scheme=draft_scheme(user=clerk, division=tree.street, draft=draft), on=DAY)


def score_all(scheme: Scheme, value_c: int = 9_000) -> None:
    """Every criterion of every community, the later communities a hundredth less."""
    criteria = list(Criterion.objects.filter(scheme=scheme))
    for place, assessment in enumerate(scheme.assessments.order_by("path")):
        for criterion in criteria:
            Score.objects.create(assessment=assessment, criterion=criterion, value_c=value_c - place)
