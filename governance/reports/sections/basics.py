"""一、基本情况: how many communities there are and how complete their data."""

from governance.policies.outcomes import Outcome
from governance.reports.context import ReportContext
from governance.reports.document.model import Block, Paragraph
from governance.reports.figures import share


def build(context: ReportContext) -> list[Block]:
    measured, result = context.measured, context.result
    if not result.communities:
        return [Paragraph.of(f"截至{_day(context)}，本辖区尚无社区数据。")]
    filled = int(context.relation.rows("COUNT(*) AS n", "WHERE area_type IS NOT NULL")[0]["n"])
    return [
        Paragraph.of(
            f"截至{_day(context)}，全辖区共有社区",
            measured.number("communities", "社区数", result.communities),
            "，其中已填报基础台账的",
            measured.number("communities_filled", "已填报社区数", filled),
            "，填报率",
            measured.number("filled_share", "台账填报率", share(filled, result.communities), "%"),
            "。对照现行政策文件逐社区核查，达标",
            measured.outcome(Outcome.MET),
            "、未达标",
            measured.outcome(Outcome.NOT_MET),
            "、预警",
            measured.outcome(Outcome.WARNING),
            "、缺数据",
            measured.outcome(Outcome.NO_DATA),
            "、数据有误",
            measured.outcome(Outcome.DATA_ERROR),
            "，适用项次的达标率为",
            measured.met_share(),
            "。",
        )
    ]


def _day(context: ReportContext) -> str:
    return f"{context.on.year}年{context.on.month}月{context.on.day}日"
