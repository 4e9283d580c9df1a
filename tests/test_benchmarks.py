"""The reference of the benchmarks follows the packs; how fast anything is, is not tested (docs/speed.md)."""

import pytest

from benchmarks import handwritten, synthetic
from benchmarks.agreement import differences
from benchmarks.ground import COUNTY, ON, PROVINCE, Ground
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.models import Division
from governance.divisions.registry import make_communities
from governance.policies.evaluation.resolve import rules_for
from governance.policies.evaluation.rule import Rule
from governance.policies.evaluation.store import store_frozen
from tests.factories import Tree, make_division

STREETS = ("610104001", "610104002", "610102001")
"""Two of Lianhu, and one where its standards have no result."""
EACH = 40


def _rules(code: str) -> list[Rule]:
    return rules_for(path=Division.objects.by_code(code).path, on=ON)


@pytest.mark.parametrize("place", [PROVINCE, COUNTY])
def test_the_handwritten_statement_knows_the_standards_of_its_place(measured_tree: Tree, place: str) -> None:
    rules = _rules(place)
    assert {rule.code for rule in rules} == set(handwritten.CODES)
    assert {rule.code for rule in rules if rule.is_of_division} == handwritten.OF_DIVISIONS
    assert {rule.code for rule in rules if rule.conditions.from_approval} == handwritten.FROM_APPROVAL


def test_both_sides_of_the_benchmark_agree_on_every_letter(measured_tree: Tree, user_of) -> None:
    for street in STREETS:
        for number in range(100, 100 + EACH):
            make_division(f"{street}{number}", f"演示{number}", measured_tree[street])
    make_communities()
    user: User = user_of(Role.COUNTY_STAFF)
    ground = Ground(Division.objects.by_code(PROVINCE), user, rows=1_000)
    synthetic.fill(ground)
    path = ground.province.path

    run = store_frozen(on=ON, path=path)
    handwritten.make_table(path)
    handwritten.insert(path)

    assert len(handwritten.letters()) == len(ground.communities()) > EACH * len(STREETS)
    assert dict(differences(run)) == {}
    letters = {letter for row in handwritten.letters().values() for letter in row.values()}
    assert letters == set("MNWDAEI-"), "not every outcome occurs"
