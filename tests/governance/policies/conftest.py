"""The small tree with the policy packs loaded."""

import pytest

from governance.policies.loader import load_policies
from tests.factories import Tree


@pytest.fixture
def measured_tree(tree: Tree) -> Tree:
    """The tree of `tree`, measurable: all packs are loaded."""
    load_policies()
    return tree
