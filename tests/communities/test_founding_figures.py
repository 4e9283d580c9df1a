"""A community being set up: staff and elections count from the approval, the rest from the ledger on (E1)."""

from communities.choices import Establishment
from communities.models import Community
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.policies.evaluation.community import community_results
from governance.policies.evaluation.upper import division_result
from governance.policies.findings import refresh
from governance.policies.models import Finding
from governance.policies.outcomes import Outcome
from tests.factories import Tree
from tests.registry import add_members, fill_community


def _building(tree: Tree) -> Community:
    """Too small, without premises, and with a full committee."""
    fill_community(tree.community, households_resident=500, population_resident=1500)
    add_members(tree.community, both=5)
    Community.objects.filter(division=tree.community).update(establishment=Establishment.BUILDING)
    return Community.objects.get(division=tree.community)


def _outcomes(tree: Tree) -> dict:
    return {trace.rule.code: trace for trace in community_results(division=tree.community, on=today())}


def test_only_staff_is_measured_until_the_ledger(measured_tree: Tree):
    community = _building(measured_tree)
    before = _outcomes(measured_tree)
    assert before["LH-SIZE-01"].outcome == Outcome.NOT_APPLICABLE
    assert before["LH-SIZE-01"].remedy == "社区正在建设，列入台账后核查。"
    assert before["LH-CAD-03"].outcome == Outcome.MET
    assert before["SX-CAD-02"].outcome not in (Outcome.NOT_APPLICABLE, None)
    judged = {code for code, trace in before.items() if trace.outcome == Outcome.NOT_MET}
    assert all("-CAD-" in code or "-PTY-" in code for code in judged)
    community.establishment = ""
    community.save()
    after = _outcomes(measured_tree)
    assert after["LH-SIZE-01"].outcome == Outcome.NOT_MET and after["LH-CAD-03"].outcome == Outcome.MET


def test_it_is_no_compliant_community_and_none_that_fails(measured_tree: Tree):
    community = _building(measured_tree)
    fill_community(measured_tree["610104001002"], households_resident=3000, population_resident=9000)

    def counts() -> dict[str, int]:
        traces = division_result(division=measured_tree.street, on=today()).traces
        found = next(trace.counts for trace in traces if trace.rule.code == "LH-SIZE-01")
        return {outcome: number for outcome, number in found.items() if number}

    assert counts() == {"met": 1, "not_applicable": 1}
    community.establishment = ""
    community.save()
    assert counts() == {"met": 1, "not_met": 1}


def test_no_problem_is_opened_and_the_page_says_why(measured_tree: Tree, client_of):
    _building(measured_tree)
    refresh(path=measured_tree.county.path, on=today())
    assert not Finding.objects.filter(standard__measure__code="LH-SIZE-01").exists()
    code = measured_tree.community.code
    page = client_of(Role.STREET_CLERK).get(f"/checkup/{code}/")
    assert "社区正在建设，列入台账后核查。" in page.content.decode()
