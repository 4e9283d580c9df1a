"""An office that works on cases."""

import pytest

from tests.governance.workflows.makers import Office


@pytest.fixture
def office(measured_tree, user_of) -> Office:
    return Office(measured_tree, user_of)
