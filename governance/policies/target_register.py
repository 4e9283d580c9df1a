"""目标台账 of a division: every target and deadline that speaks of it, and what a day says of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db.models import Q

from governance.divisions.models import Division, Level
from governance.divisions.paths import is_under
from governance.policies.comparisons import AtLeast, AtMost, comparison_for
from governance.policies.evaluation.community import explained_rows, traces_of
from governance.policies.evaluation.relation import Relation, live_relation, stored_relation
from governance.policies.evaluation.resolve import Rule, rules_for
from governance.policies.evaluation.store import live_run, rules_of
from governance.policies.evaluation.trace import Trace
from governance.policies.evaluation.upper import upper_results, yearly_counts
from governance.policies.models import EvaluationRun, Measure, PolicyDocument, Standard
from governance.policies.models.documents import DocumentStatus, MeasureKind
from governance.policies.models.runs import RunKind
from governance.policies.outcomes import Outcome
from governance.policies.targets import Pace, TargetState, pace_of, state_of, year_state
from governance.policies.units import as_text, printed

MOST_YEARS = 10
SOON = timedelta(days=30)
DUE_SECONDS = 3600
_KINDS = (MeasureKind.TARGET, MeasureKind.DEADLINE)


def is_quota(standard: Standard | None) -> bool:
    return standard is not None and standard.upper.get("kind") == "quota"


def is_target(measure: Measure) -> bool:
    """Targets and deadlines, whatever has a due day, and yearly quotas."""
    standard: Standard | None = getattr(measure, "standard", None)
    return measure.kind in _KINDS or measure.due_on is not None or is_quota(standard)


@dataclass(frozen=True)
class TargetLine:
    """One target of a division on a day; `trace` is None where nothing measures it here."""

    measure: Measure
    on: date
    level: int
    trace: Trace | None = None
    pace: Pace | None = None

    @property
    def standard(self) -> Standard | None:
        return getattr(self.measure, "standard", None)

    @property
    def document(self) -> PolicyDocument:
        return self.measure.document

    @property
    def is_quota(self) -> bool:
        return is_quota(self.standard)

    @property
    def is_yearly(self) -> bool:
        """Due anew at the end of every year."""
        return self.is_quota or self.measure.recurring == "yearly"

    @property
    def is_contribution(self) -> bool:
        """A yearly quota of a higher division, to which this one only adds."""
        return self.is_quota and self.standard is not None and self.standard.upper["level"] != self.level

    @property
    def due(self) -> date | None:
        """The day that decides; that of the current year for what is due every year."""
        if self.is_yearly:
            return date(self.on.year, 12, 31)
        return self.measure.due_on

    @property
    def due_text(self) -> str:
        if self.is_yearly:
            return f"每年 12-31（本年 {self.on.year}）"
        due, early = self.measure.due_on, self.measure.due_early_on
        if due is None:
            return "未定期限"
        return f"{early:%Y-%m-%d} 至 {due:%Y-%m-%d}" if early else f"{due:%Y-%m-%d}"

    @property
    def outcome(self) -> Outcome | None:
        return self.trace.outcome if self.trace else None

    @cached_property
    def state(self) -> TargetState:
        return state_of(due=self.due, on=self.on, outcome=self.outcome)

    @property
    def value_text(self) -> str:
        if self.trace is None or self.trace.outcome is None:
            return "—"
        return self.trace.value_text

    @property
    def required_text(self) -> str:
        return self.trace.required_text if self.trace else "—"

    @property
    def note(self) -> str:
        """What a reader must know to read the line rightly, in words."""
        notes = []
        if not self.document.binds:
            notes.append(f"{self.document.get_status_display()}，只供参考")
        if self.standard is None:
            notes.append("平台尚无核查指标，须人工登记结果")
        elif self.trace is None:
            notes.append("当日没有适用的标准或社区")
        elif self.trace.outcome is None:
            notes.append("只按社区核查，本级没有合计值")
        elif self.outcome == Outcome.DATA_ERROR:
            notes.append("数据有误，请核对")
        if self.is_contribution:
            notes.append(
                "省级年度任务，本级只计贡献数" if self._of_province else "上级年度任务，本级只计贡献数"
            )
        if self.state == TargetState.OPEN and self.outcome == Outcome.MET and not self.is_yearly:
            notes.append("已提前达到")
        if self.state in (TargetState.ACHIEVED, TargetState.MISSED, TargetState.NO_DATA) and self.standard:
            notes.append("期满后作为底线继续核查")
        return "；".join(notes)

    @property
    def _of_province(self) -> bool:
        return self.standard is not None and self.standard.upper.get("level") == Level.PROVINCE

    @property
    def remedy(self) -> str:
        return self.trace.remedy if self.trace else ""

    @property
    def pace_text(self) -> str:
        """应达 9.20%，实际 8.10%，落后; empty without a pace."""
        if self.pace is None or self.trace is None:
            return ""
        unit = self.trace.unit
        expected = as_text(printed(self.pace.expected, unit), unit)
        ahead = self.pace.is_ahead
        if ahead is None:
            return f"当日应达 {expected}，暂无数据"
        return f"当日应达 {expected}，实际 {self.value_text}，{'不落后' if ahead else '落后'}"


@dataclass(frozen=True)
class YearLine:
    """A past year of a quota: what was counted, and what had been asked for."""

    year: int
    count: int | None
    quota: Fraction
    judged: bool

    @property
    def state(self) -> TargetState:
        return year_state(self.count, self.quota)


@dataclass(frozen=True)
class Register:
    """The targets of a division on a day, in the order of documents and due days."""

    division: Division
    on: date
    lines: list[TargetLine]
    relation: Relation


def target_measures(division: Division) -> list[Measure]:
    """Targets of documents that hold for the division or for a part of it."""
    rows = Measure.objects.select_related("document__jurisdiction", "clause", "standard")
    rows = rows.order_by("document", "order")
    path = division.path
    return [
        measure
        for measure in rows
        if is_target(measure)
        and (
            is_under(path, measure.document.jurisdiction.path)
            or (division.level != Level.COMMUNITY and is_under(measure.document.jurisdiction.path, path))
        )
    ]


def _standards() -> list[Standard]:
    """All of them, read once for today's results and for those of the first freeze."""
    rows = Standard.objects.select_related("measure__document__jurisdiction", "measure__clause")
    return list(rows.prefetch_related("values"))


def relation_on(path: str, on: date | None, today: date, standards: Sequence[Standard]) -> Relation:
    """What is stored, for the current day; another day is evaluated live, with its targets only."""
    if on is None or on == today:
        run = live_run()
        if run is not None:
            try:
                return stored_relation(run=run, path=path, rules=rules_of(run, standards))
            except KeyError:
                pass
    day = on or today
    rules = rules_for(path=path, on=day, standards=standards)
    rules = [rule for rule in rules if is_target(rule.standard.measure)]
    return live_relation(path=path, on=day, rules=rules)


def results(relation: Relation, division: Division) -> dict[str, Trace]:
    """The traces of a division by standard, whatever its level."""
    if division.level == Level.COMMUNITY:
        rows = explained_rows(relation)
        traces = traces_of(relation, rows[0]) if rows else []
    else:
        measured = upper_results(relation=relation, level=division.level)
        traces = measured[0].traces if measured else []
    return {trace.code: trace for trace in traces}


def register(*, division: Division, on: date | None, today: date) -> Register:
    """Every target of a division; `on` None: the current day."""
    standards = _standards()
    relation = relation_on(division.path, on, today, standards)
    traces = results(relation, division)
    day = relation.on
    lines = [
        TargetLine(measure, day, int(division.level), traces.get(measure.code))
        for measure in target_measures(division)
    ]
    if division.level == Level.COMMUNITY:
        lines = [line for line in lines if line.standard is None or not line.standard.upper.get("only")]
    return Register(division, day, with_paces(lines, division, standards), relation)


def with_paces(
    lines: Sequence[TargetLine], division: Division, standards: Sequence[Standard]
) -> list[TargetLine]:
    """The same lines with the pace of those that have a start: of the pack, the year or the first freeze."""
    frozen: Any = None
    found = []
    for line in lines:
        if _is_paced(line) and not _start_of(line) and frozen is None:
            frozen = first_frozen(division, standards)
        found.append(replace(line, pace=_pace(line, frozen)) if _is_paced(line) else line)
    return found


def _is_paced(line: TargetLine) -> bool:
    """Open, with a figure to reach."""
    trace = line.trace
    return (
        line.state == TargetState.OPEN
        and trace is not None
        and trace.outcome is not None
        and not line.is_contribution
        and trace.unit.code != "yes_no"
        and isinstance(trace.rule.comparison, AtLeast | AtMost)
    )


def _start_of(line: TargetLine) -> tuple[date, Fraction] | None:
    """The day and figure written in the pack; a yearly count begins at nothing every year."""
    if line.is_quota:
        return date(line.on.year, 1, 1), Fraction(0)
    pace = line.standard.pace if line.standard else {}
    return (date.fromisoformat(pace["start"]), Fraction(pace["baseline"])) if pace else None


def first_frozen(
    division: Division, standards: Sequence[Standard]
) -> tuple[date, dict[str, Trace]] | tuple[None, dict[str, Trace]]:
    """The first frozen run that can still be read, and what it says of a division."""
    run = EvaluationRun.objects.filter(kind=RunKind.FROZEN).order_by("on", "pk").first()
    if run is None:
        return None, {}
    try:
        rules = rules_of(run, standards)
    except KeyError:  # a standard of that time is no longer in the catalogue
        return None, {}
    return run.on, results(stored_relation(run=run, path=division.path, rules=rules), division)


def _pace(line: TargetLine, frozen: tuple[date | None, dict[str, Trace]] | None) -> Pace | None:
    assert line.trace is not None
    start = _start_of(line)
    if start is None and frozen is not None and frozen[0] is not None and frozen[0] < line.on:
        before = frozen[1].get(line.measure.code)
        if before is not None and before.exact is not None:
            start = frozen[0], before.exact
    if start is None or line.due is None:
        return None
    early = None if line.is_yearly else line.measure.due_early_on
    return pace_of(
        on=line.on,
        start=start[0],
        baseline=start[1],
        dues=[early, line.due] if early else [line.due],
        target=line.trace.rule.comparison.value,  # type: ignore[attr-defined]
        actual=line.trace.exact,
        falls=isinstance(line.trace.rule.comparison, AtMost),
    )


@dataclass(frozen=True)
class Due:
    """A target whose day comes soon, and where it holds."""

    code: str
    title: str
    path: str
    on: date
    level: int | None = None
    """The only level that answers for it, where one does."""


def targets_due(on: date) -> list[Due]:
    """Targets of documents in force due within a month; asked once an hour, as the home page shows them."""
    key = f"targets-due:{on}"
    kept: list[Due] | None = cache.get(key)
    if kept is None:
        last = on + SOON
        rows = Measure.objects.filter(
            Q(due_on__gte=on, due_on__lte=last) | Q(standard__upper__kind="quota"),
            document__status=DocumentStatus.IN_FORCE,
        )
        kept = []
        for measure in rows.select_related("document__jurisdiction", "standard").order_by("due_on", "code"):
            quota = is_quota(getattr(measure, "standard", None))
            due = date(on.year, 12, 31) if quota else measure.due_on
            if due is not None and due <= last:
                level = measure.standard.upper["level"] if quota else None
                path = measure.document.jurisdiction.path
                kept.append(Due(measure.code, measure.title, path, due, level))
        cache.set(key, kept, DUE_SECONDS)
    return kept


def past_years(line: TargetLine, division: Division) -> list[YearLine]:
    """The full years of a quota that are over, newest first: counted by the dates of today's rows (D26)."""
    if not line.is_quota or line.trace is None:
        return []
    standard = line.trace.rule.standard
    rules = [
        rule for rule in (_rule_of_year(line.trace.rule, standard, year) for year in _years(line)) if rule
    ]
    counts = yearly_counts(rules=rules, path=division.path)
    return [
        YearLine(rule.on.year, counts.get(rule.on.year), rule.comparison.value, not line.is_contribution)  # type: ignore[attr-defined]
        for rule in reversed(rules)
    ]


def _years(line: TargetLine) -> range:
    """Full years only: the one in which the value came into force counts when it did on its first day."""
    assert line.trace is not None and line.standard is not None
    began = min(value.effective_from for value in line.trace.rule.standard.values.all())
    first = began.year if (began.month, began.day) == (1, 1) else began.year + 1
    return range(max(first, line.on.year - MOST_YEARS), line.on.year)


def _rule_of_year(rule: Rule, standard: Standard, year: int) -> Rule | None:
    last = date(year, 12, 31)
    value = standard.value_on(last)
    if value is None or value.parameters is None:
        return None
    comparison = comparison_for(standard.comparison, value.parameters)
    return replace(rule, value=value, comparison=comparison, on=last)
