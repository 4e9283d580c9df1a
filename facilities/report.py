"""The facility registry's part of the half-year report."""

from governance.policies.outcomes import Outcome
from governance.reports.context import ReportContext
from governance.reports.document.model import Block, Paragraph, Run


def build(context: ReportContext) -> list[Block]:
    if not context.result.communities:
        return []
    m = context.measured
    runs: list[Run] = [
        "建有社区综合服务设施",
        m.total("service_facilities"),
        "，建筑面积",
        m.total("building_area_c"),
        "，其中居民活动面积",
        m.total("activity_area_c"),
        "，室外活动广场",
        m.total("outdoor_area_c"),
        "；本年建成城镇社区服务站",
        m.total("stations_opened"),
        "、农村社区服务中心",
        m.total("rural_centres_opened"),
    ]
    if m.trace("LH-FAC-01"):
        runs += [
            "。设施面积达标的社区",
            m.count("LH-FAC-01", Outcome.MET),
            "，未达标的",
            m.count("LH-FAC-01", Outcome.NOT_MET),
            "；室外广场未达标的",
            m.count("LH-FAC-02", Outcome.NOT_MET),
        ]
    return [Paragraph.of(*runs, "。")]
