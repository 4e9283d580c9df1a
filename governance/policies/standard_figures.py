"""Figures of measures that are standards or targets, and of those realised by a page or command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from governance.divisions.models import Division, Level
from governance.divisions.paths import under
from governance.policies.evaluation.community import explained_rows, traces_of
from governance.policies.evaluation.relation import Relation, narrowed
from governance.policies.evaluation.trace import Trace
from governance.policies.evaluation.upper import upper_results
from governance.policies.figures import WORST_FIRST, Figure, LeagueLine, below
from governance.policies.mechanisms import measure_state
from governance.policies.models import Finding, Measure, Standard
from governance.policies.outcomes import Outcome, applicable, severity
from governance.policies.presentation import standard_url
from governance.policies.views.common import current_relation

_SHOWN = (Outcome.MET, Outcome.NOT_MET, Outcome.WARNING, Outcome.NO_DATA, Outcome.DATA_ERROR)


def standard_of(measure: Measure) -> Standard | None:
    return getattr(measure, "standard", None)


def figures(measures: Sequence[Measure], division: Division, on: date) -> Mapping[str, Sequence[Figure]]:
    """The trace of each standard in a division, its communities by outcome, and its open findings."""
    standards = {each.code: standard for each in measures if (standard := standard_of(each)) is not None}
    if not standards:
        return {}
    relation = _relation(division, list(standards.values()))
    findings = _findings(division, on, standards)
    found = {}
    for trace in _own_traces(relation, division):
        if trace.code in standards:
            found[trace.code] = _figures_of(trace, division, on, findings.get(trace.code, {}))
    return found


def league(measure: Measure, division: Division, on: date) -> Sequence[LeagueLine] | None:
    """How each child division stands with a standard: one statement for each level among them."""
    standard, children = standard_of(measure), below(division)
    if standard is None or not children:
        return None
    relation = _relation(division, [standard])
    lines = []
    traces = _traces_below(relation, children)
    for child in children:
        trace = next((each for each in traces.get(child.path, []) if each.code == measure.code), None)
        if trace is not None:
            lines.append(_league_line(trace, child))
    return lines


def pages(measures: Sequence[Measure], division: Division, on: date) -> Mapping[str, Sequence[Figure]]:
    """Links to the pages, and names of the commands, that realise measures."""
    found = {}
    for measure in measures:
        items = [
            Figure(each.name, "" if each.kind == "page" else "命令", each.url)
            for each in measure_state(measure).realised_by
            if each.kind in {"page", "command"}
        ]
        if items:
            found[measure.code] = items
    return found


def division_outcome(trace: Trace) -> Outcome | None:
    """The division's own outcome, else the worst of its communities; None where none was measured."""
    if trace.outcome is not None:
        return trace.outcome
    return next((each for each in WORST_FIRST if trace.counts.get(each.value)), None)


def _relation(division: Division, standards: Sequence[Standard]) -> Relation:
    """The current results below a division, read once for each `Division` object, of some standards only."""
    kept: Relation | None = division.__dict__.get("_relation")
    if kept is None:
        kept = division.__dict__["_relation"] = current_relation(division.path)
    # How many communities miss a standard is counted from the letters of those it names.
    wanted = {each.measure_id for each in standards}
    codes = {rule.code for rule in kept.rules if rule.standard.measure_id in wanted}
    codes |= {
        other for rule in kept.rules if rule.code in codes for other in rule.standard.upper.get("of", ())
    }
    return narrowed(kept, codes)


def _own_traces(relation: Relation, division: Division) -> Sequence[Trace]:
    if division.level == Level.COMMUNITY:
        rows = explained_rows(relation)
        return traces_of(relation, rows[0]) if rows else []
    results = upper_results(relation=relation, level=division.level)
    return results[0].traces if results else []


def _traces_below(relation: Relation, children: Sequence[Division]) -> dict[str, Sequence[Trace]]:
    found: dict[str, Sequence[Trace]] = {}
    for level in sorted({int(child.level) for child in children}):
        if level == Level.COMMUNITY:
            found |= {row["path"]: traces_of(relation, row) for row in explained_rows(relation)}
        else:
            found |= {each.path: each.traces for each in upper_results(relation=relation, level=level)}
    return found


def _findings(division: Division, on: date, standards: Mapping[str, Standard]) -> dict[str, dict[str, Any]]:
    """Open findings and late ones by code of standard (one statement)."""
    codes = {standard.pk: code for code, standard in standards.items()}
    rows: Any = (
        Finding.objects.filter(under(division.path), resolved_on=None, standard__in=codes)
        .order_by()
        .values("standard")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=on)))
    )
    return {codes[row["standard"]]: row for row in rows}


def _figures_of(trace: Trace, division: Division, on: date, findings: Mapping[str, Any]) -> Sequence[Figure]:
    outcome = division_outcome(trace)
    figures = [
        Figure(
            label=trace.rule.indicator.name,
            value=_value(trace),
            url=_url(trace, division),
            note=_note(trace, on),
            late=int(_is_late(trace, outcome, on)),
            outcome=outcome or "",
            severity=_severity(trace, outcome),
        )
    ]
    if trace.counts and figures[0].value != _NONE_APPLIES:
        figures.append(Figure("社区核查结果", _counts_text(trace), f"{_url(trace, division)}#communities"))
    if findings.get("open"):
        late = findings["late"]
        query = urlencode({"area": division.code, "standard": trace.code})
        figures.append(
            Figure(
                "未消除的问题",
                f"{findings['open']} 个",
                f"{reverse('policies:findings')}?{query}",
                f"{late} 个超过整改期限" if late else "",
                late=late,
            )
        )
    return figures


_NONE_APPLIES = "没有适用的社区"


def _value(trace: Trace) -> str:
    """The figure itself; a higher division without one tells how many communities meet the standard."""
    if trace.value is not None or trace.outcome is not None:
        return trace.value_text
    count = applicable(trace.counts)
    return f"{trace.counts.get(Outcome.MET.value, 0)} / {count} 个社区达标" if count else _NONE_APPLIES


def _counts_text(trace: Trace) -> str:
    texts = [f"{each.label} {trace.counts[each.value]}" for each in _SHOWN if trace.counts.get(each.value)]
    return "，".join(texts) or _NONE_APPLIES


def _note(trace: Trace, on: date) -> str:
    note = f"要求{trace.required_text}"
    due = trace.rule.standard.due_on
    if due is None:
        return note
    return f"{note}；期限 {due:%Y-%m-%d}{'，已过期限' if on > due else ''}"


def _is_late(trace: Trace, outcome: Outcome | None, on: date) -> bool:
    """Whether a binding target is past its day and known to be missed."""
    due = trace.rule.standard.due_on
    return bool(trace.binds and due and on > due and outcome == Outcome.NOT_MET)


def _severity(trace: Trace, outcome: Outcome | None) -> str:
    if outcome is None or not trace.binds:
        return ""
    return severity(outcome, trace.binding).value


def _url(trace: Trace, division: Division) -> str:
    if division.level == Level.COMMUNITY:
        return f"{reverse('policies:checkup', kwargs={'code': division.code})}#{trace.code}"
    return f"{standard_url(trace.code)}?{urlencode({'area': division.code})}"


def _league_line(trace: Trace, child: Division) -> LeagueLine:
    outcome = division_outcome(trace)
    counted = bool(trace.counts)
    return LeagueLine(
        division=child,
        value=_value(trace),
        outcome=outcome or "",
        severity=_severity(trace, outcome),
        met=trace.counts.get(Outcome.MET.value, 0) if counted else None,
        total=applicable(trace.counts) if counted else None,
        url=_url(trace, child),
        note=_counts_text(trace) if counted else trace.remedy,
    )
