"""三、标准落实和目标完成情况: every standard with its clause, and the dated targets."""

from governance.policies.evaluation.resolve import Rule
from governance.policies.evaluation.trace import Trace
from governance.policies.outcomes import Outcome, applicable
from governance.reports.context import ReportContext
from governance.reports.document.model import Block, Cell, Column, Paragraph, Table
from governance.reports.figures import Measured, share

_COUNTED = (Outcome.MET, Outcome.NOT_MET, Outcome.WARNING, Outcome.NO_DATA)


def _standard_row(measured: Measured, trace: Trace, rule: Rule) -> tuple[Cell, ...]:
    """One standard; `rule` asks of a community what the trace counts."""
    counts = trace.counts
    met = measured.number(
        f"share.{trace.code}",
        f"{trace.title}：达标社区占适用社区的比例",
        share(counts.get(Outcome.MET.value, 0), applicable(counts)),
        "%",
        trace.code,
    )
    return (
        trace.title,
        f"{trace.citation}",
        rule.comparison.wording(rule.unit),
        *(measured.count(trace.code, outcome) for outcome in _COUNTED),
        met,
    )


def build_standards(context: ReportContext) -> list[Block]:
    measured = context.measured
    traces = [
        trace
        for trace in context.result.traces
        if trace.rule.for_communities and trace.binds and _is_listed(trace)
    ]
    if not traces:
        return [Paragraph.of("本期没有可核查的标准。")]
    rules = {rule.code: rule.at(context.division.path) for rule in context.relation.rules}
    documents = {
        trace.rule.local.number if trace.rule.local else trace.document.code: trace.source_title
        for trace in traces
    }
    sources = "；".join(f"{code}为《{title}》" for code, title in documents.items())
    return [
        Paragraph.of(
            "本期按社区逐项核查标准",
            measured.number("standards_checked", "核查标准数", len(traces), "项"),
            "，各项标准的达标情况见下表。",
        ),
        Table(
            caption="各项标准达标情况",
            columns=(
                Column("标准", 2.3, "left"),
                Column("依据", 1.7, "left"),
                Column("要求", 2.4, "left"),
                Column("达标", 1, "right"),
                Column("未达标", 1.15, "right"),
                Column("预警", 1, "right"),
                Column("缺数据", 1.15, "right"),
                Column("达标率", 1.3, "right"),
            ),
            rows=tuple(_standard_row(measured, trace, rules[trace.code]) for trace in traces),
            source=f"依据栏：{sources}。达标率以适用的社区为分母，缺数据的社区计入分母。",
        ),
    ]


def _is_listed(trace: Trace) -> bool:
    """Standards that judge somebody here. One whose data are all missing is listed with the rest, or the
    units below would not add up to the whole."""
    return trace.rule.comparison.judges and set(trace.counts) != {Outcome.NOT_APPLICABLE.value}


def build_targets(context: ReportContext) -> list[Block]:
    """Values that the division has of its own, against what is required here."""
    measured = context.measured
    traces = [trace for trace in context.result.traces if trace.outcome is not None and trace.binds]
    if not traces:
        return []
    rows = tuple(
        (
            trace.rule.indicator.name,
            f"{trace.citation}",
            trace.required_text,
            f"{trace.rule.standard.due_on or trace.rule.standard.measure.recurring_text or '长期'}",
            measured.value(trace.code),
            trace.outcome.label if trace.outcome else "",
        )
        for trace in traces
    )
    achieved = sum(trace.outcome == Outcome.MET for trace in traces)
    return [
        Paragraph.of(
            "辖区层面的目标",
            measured.number("targets", "目标数", len(traces), "项"),
            "，已实现",
            measured.number("targets_met", "已实现目标数", achieved, "项"),
            "。已过期限的目标继续作为底线要求。",
        ),
        Table(
            caption="辖区目标完成情况",
            columns=(
                Column("目标", 2.6, "left"),
                Column("依据", 1.7, "left"),
                Column("要求", 1.8, "left"),
                Column("期限", 1.5),
                Column("实际", 1.9, "right"),
                Column("结果", 1.3),
            ),
            rows=rows,
        ),
    ]
