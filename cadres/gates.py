"""What cases ask of the cadre registries."""

from __future__ import annotations

from collections.abc import Iterable

from cadres.models import TwoCommitteeMember
from governance.workflows.hooks import Finishing, register_gate


def members_registered(doing: Finishing) -> Iterable[str]:
    """The elected members stand in the registry of the community: party and committee (LH-EST-10)."""
    if doing.case.result_id is None:
        yield "社区还没有批准设立，不能登记选举结果。"
        return
    rows = TwoCommitteeMember.objects.active_on(doing.on).filter(division=doing.case.result_id)
    posts = list(rows.values_list("party_post", "committee_post"))
    if not any(party for party, _ in posts):
        yield "“两委”成员里还没有党组织成员，请先在社区档案登记当选的人。"
    if not any(committee for _, committee in posts):
        yield "“两委”成员里还没有居委会成员，请先在社区档案登记当选的人。"


def register() -> None:
    register_gate("members_registered", members_registered)
