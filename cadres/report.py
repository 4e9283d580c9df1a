"""The cadre registries' part of the half-year report."""

from governance.policies.outcomes import Outcome
from governance.reports.context import ReportContext
from governance.reports.document.model import Block, Paragraph, Run


def build(context: ReportContext) -> list[Block]:
    if not context.result.communities:
        return []
    m = context.measured
    runs: list[Run] = [
        "社区两委在任",
        m.total("two_committee_persons"),
        "（占职数），其中交叉任职",
        m.total("cross_members"),
        "；书记通过法定程序兼任主任的社区占",
        m.value("SX-PTY-03"),
        "，实行两委交叉任职的社区占",
        m.value("SX-CAD-02"),
        "。现有社区工作者",
        m.total("workers"),
    ]
    if m.trace("LH-CAD-09"):
        runs += [
            "，按城镇常住人口计配备水平为",
            m.value("LH-CAD-09"),
            "；两委人数超过上限的社区",
            m.count("LH-CAD-06", Outcome.NOT_MET),
        ]
    return [Paragraph.of(*runs, "。")]
