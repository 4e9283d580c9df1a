"""The community registry's part of the half-year report."""

from governance.policies.outcomes import Outcome
from governance.reports.context import ReportContext
from governance.reports.document.model import Block, Paragraph


def build_basics(context: ReportContext) -> list[Block]:
    if not context.result.communities:
        return []
    m = context.measured
    return [
        Paragraph.of(
            "已填报社区常住户数",
            m.total("households_resident"),
            "，常住人口",
            m.total("population_resident"),
            "，其中城镇常住人口",
            m.total("population_urban_resident"),
            "；居住小区",
            m.total("compound_count"),
            "。",
        )
    ]


def build_progress(context: ReportContext) -> list[Block]:
    if not context.result.communities:
        return []
    m = context.measured
    return [
        Paragraph.of(
            "培育社区社会组织",
            m.total("organisation_count"),
            "，其中达到每社区数量目标的社区",
            m.count("LH-SOC-02", Outcome.MET),
            "。" if m.trace("LH-SOC-02") else "（本级未设数量目标）。",
            "注册志愿者",
            m.total("registered_volunteers"),
            "，占常住人口",
            m.value("SX-VOL-02"),
            "；设立环境和物业管理委员会的社区占",
            m.value("SX-PROP-03"),
            "。",
        )
    ]
