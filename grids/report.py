"""The grid registry's part of the half-year report."""

from governance.policies.outcomes import Outcome
from governance.reports.context import ReportContext
from governance.reports.document.model import Block, Paragraph


def build(context: ReportContext) -> list[Block]:
    if not context.result.communities:
        return []
    m = context.measured
    return [
        Paragraph.of(
            "划分在用网格",
            m.total("grid_count"),
            "，配备网格员",
            m.total("grid_staff"),
            "，网格覆盖常住户数比例",
            m.value("SX-GRID-08"),
            "；建有党支部或党小组的网格",
            m.total("grids_with_party_org"),
            "，占",
            m.value("SX-GRID-10"),
            "；已建电子地图的网格占",
            m.value("SX-GRID-11"),
            "。有居民网格超过名义户数的社区",
            m.count("SX-GRID-05", Outcome.WARNING),
            "，网格户数与社区户数矛盾、需核对的社区",
            m.count("SX-GRID-08", Outcome.DATA_ERROR),
            "。",
        )
    ]
