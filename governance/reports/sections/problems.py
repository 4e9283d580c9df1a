"""五、存在的主要问题 and 六、下一步工作: drawn from the standards missed most."""

from governance.policies.evaluation.trace import Trace
from governance.policies.models import TaskUnit
from governance.policies.outcomes import Outcome, Severity, severity
from governance.reports.context import ReportContext
from governance.reports.document.model import Block, Paragraph, Step, Steps

_NAMED = 6


def _missed(context: ReportContext) -> list[Trace]:
    """Binding standards by the number of communities that miss them, mandatory ones first."""
    traces = [
        trace
        for trace in context.result.traces
        if trace.binds and trace.rule.for_communities and _failing(trace)
    ]
    return sorted(traces, key=lambda trace: (_rank(trace), -_failing(trace), trace.code))


def _failing(trace: Trace) -> int:
    return trace.counts.get(Outcome.NOT_MET.value, 0)


def _rank(trace: Trace) -> int:
    return list(Severity).index(severity(Outcome.NOT_MET, trace.binding))


def build_problems(context: ReportContext) -> list[Block]:
    measured = context.measured
    if not context.result.communities:
        return [Paragraph.of("暂无可供分析的数据。")]
    missed = _missed(context)
    if not missed:
        return [Paragraph.of("本期核查未发现未达标事项。")]
    blocks: list[Block] = [
        Paragraph.of(
            "本期共有",
            measured.number("standards_missed", "存在未达标社区的标准数", len(missed), "项"),
            "标准存在未达标社区，主要是：",
        )
    ]
    blocks += [
        Paragraph.of(
            f"{trace.title}（{trace.citation}）：未达标社区",
            measured.count(trace.code, Outcome.NOT_MET),
            "，缺数据",
            measured.count(trace.code, Outcome.NO_DATA),
            "。",
        )
        for trace in missed[:_NAMED]
    ]
    return blocks


def build_next_steps(context: ReportContext) -> list[Block]:
    measured, missed = context.measured, _missed(context)[:_NAMED]
    units = _responsible_units(missed)
    steps = [
        Step(
            runs=(
                f"针对“{trace.title}”未达标的",
                measured.count(trace.code, Outcome.NOT_MET),
                "社区，逐一落实整改，对照要求补齐。",
            ),
            responsible=units.get(trace.rule.standard.measure.task_id or 0, ""),
        )
        for trace in missed
    ]
    if context.result.counts[Outcome.NO_DATA.value]:
        steps.append(
            Step(
                runs=(
                    "组织街道补录缺失数据，消除缺数据",
                    measured.outcome(Outcome.NO_DATA),
                    "，使各项标准都能判定。",
                )
            )
        )
    if not steps:
        return [Paragraph.of("继续巩固现有成果，按期更新台账。")]
    return [Steps(items=tuple(steps))]


def _responsible_units(traces: list[Trace]) -> dict[int, str]:
    """Names of the units that answer for the tasks of the standards, in the order of the document."""
    tasks = {trace.rule.standard.measure.task_id for trace in traces} - {None}
    names: dict[int, list[str]] = {}
    for unit in TaskUnit.objects.filter(task__in=tasks).order_by("task", "order"):
        names.setdefault(unit.task_id, []).append(unit.name)
    return {task: "、".join(units) for task, units in names.items()}
