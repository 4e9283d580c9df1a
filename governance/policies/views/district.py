"""What 辖区概览 shows of a division: itself and its parts, now and at the last freeze, and their league."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from governance.divisions.models import Division, Level
from governance.policies.evaluation.relation import Relation, live_relation, stored_relation
from governance.policies.evaluation.resolve import catalogue, rules_for
from governance.policies.evaluation.store import rules_of
from governance.policies.evaluation.trace import Trace
from governance.policies.evaluation.upper import UpperResult, results_of_sums, upper_sums, whole_of_sums
from governance.policies.models import EvaluationRun, Standard
from governance.policies.models.runs import RunKind
from governance.policies.outcomes import Outcome, applicable
from governance.web.charts import Part
from governance.web.formats import MISSING, percent

ODD = (Outcome.INFEASIBLE, Outcome.DATA_ERROR)
FROZEN_SECONDS = 3600
_RUNS_READ = 12
"""The live run and the frozen ones of the last years; corrections make several of a period."""

Wanted = Callable[[Trace], bool]


def odd(counts: Mapping[str, int]) -> int:
    return sum(counts.get(outcome, 0) for outcome in ODD)


def parts_of(counts: Mapping[str, int]) -> list[Part]:
    """The pieces of a bar, in the order of the table's columns."""
    return [
        Part("达标", counts.get(Outcome.MET, 0), "green"),
        Part("未达标", counts.get(Outcome.NOT_MET, 0), "red"),
        Part("预警", counts.get(Outcome.WARNING, 0), "amber"),
        Part("异常", odd(counts), "fault"),
        Part("缺数据", counts.get(Outcome.NO_DATA, 0), "light"),
    ]


def completeness(counts: Mapping[str, int]) -> str:
    """Share of applicable results whose data were there."""
    whole = applicable(counts)
    return percent(whole - counts.get(Outcome.NO_DATA, 0), whole) if whole else MISSING


def difference_text(now: int, before: int | None) -> str:
    """较上期 +3, 较上期 -2, 与上期持平; empty without a figure of last time."""
    if before is None:
        return ""
    return f"较上期 {now - before:+,}" if now != before else "与上期持平"


@dataclass(frozen=True)
class Measurement:
    """A division and its parts on a day, read from one relation."""

    on: date
    own: UpperResult
    units: Mapping[str, UpperResult]
    codes: frozenset[str] = field(default_factory=frozenset)


def _sums(relation: Relation, path: str, level: int, key: str) -> list[dict[str, Any]]:
    """Raw sums of the parts; those of a frozen run never change, so they are kept for a while."""
    if not key:
        return upper_sums(relation=relation, level=level)
    name = f"{key}:{path}:{level}"
    kept = cache.get(name)
    if kept is None:
        kept = upper_sums(relation=relation, level=level)
        cache.set(name, kept, FROZEN_SECONDS)
    return kept


def measure(
    relation: Relation, division: Division, children: Sequence[Division], *, key: str = ""
) -> Measurement:
    """One statement for each level that occurs among the parts; the whole is their sum.

    `key` names a relation that never changes.
    """
    levels = sorted({int(child.level) for child in children}) or [int(division.level)]
    sums = {level: _sums(relation, division.path, level, key) for level in levels}
    own = whole_of_sums(relation.rules, sums[levels[0]], path=division.path, level=division.level)
    units = {
        each.path: each for level in levels for each in results_of_sums(relation.rules, sums[level], level)
    }
    codes = frozenset(rule.code for rule in relation.rules)
    return Measurement(relation.on, own or UpperResult(division.path, 0, {}, []), units, codes)


def relations(path: str) -> tuple[Relation, Relation | None, str]:
    """The current and the frozen relation, and the key of the frozen one.

    What is stored below a path now (evaluated live while nothing is) and in the last frozen period.
    """
    standards = catalogue()
    # Frozen runs follow the live one, newest first: its kind sorts last.
    runs = list(
        EvaluationRun.objects.filter(Q(kind=RunKind.LIVE) | Q(kind=RunKind.FROZEN)).order_by(
            "-kind", "-on", "-pk"
        )[:_RUNS_READ]
    )
    today = timezone.localdate()
    live = next((run for run in runs if run.kind == RunKind.LIVE), None)
    now = _stored(live, path, standards) if live else None
    if now is None:
        now = live_relation(path=path, on=today, rules=rules_for(path=path, on=today, standards=standards))
    frozen = next((run for run in runs if run.kind == RunKind.FROZEN and run.on < now.on), None)
    if frozen is None:
        return now, None, ""
    return now, _stored(frozen, path, standards), f"frozen-sums:{frozen.pk}"


def _stored(run: EvaluationRun, path: str, standards: Sequence[Standard]) -> Relation | None:
    """A run read back; None when one of its standards has gone."""
    try:
        return stored_relation(run=run, path=path, rules=rules_of(run, standards))
    except KeyError:
        return None


def counted(result: UpperResult | None, wanted: Wanted) -> dict[str, int]:
    """Outcomes of communities summed over the standards wanted; where two values of a standard stand side
    by side the wider one counts."""
    total: Counter[str] = Counter()
    for trace in result.traces if result else ():
        if trace.rule.for_communities and not trace.rule.is_beside and wanted(trace):
            total.update(trace.counts)
    return dict(total)


@dataclass(frozen=True)
class UnitLine:
    """One unit below in the league; `before` has the counts of the last frozen period, None without one."""

    division: Division
    communities: int
    counts: Mapping[str, int]
    before: Mapping[str, int] | None
    url: str
    own: Trace | None = None
    """The unit's own result of the one standard looked at."""
    rank: int | None = None

    @property
    def share(self) -> Fraction | None:
        """Met results over results that apply; None where nothing applies."""
        whole = applicable(self.counts)
        return Fraction(self.counts.get(Outcome.MET, 0), whole) if whole else None

    @property
    def is_judged(self) -> bool:
        """Whether any result had its data; a unit that has entered nothing takes no place."""
        return applicable(self.counts) > self.counts.get(Outcome.NO_DATA, 0)

    @property
    def share_text(self) -> str:
        return percent(self.counts.get(Outcome.MET, 0), applicable(self.counts) or None)

    @property
    def complete_text(self) -> str:
        return completeness(self.counts)

    @property
    def change_text(self) -> str:
        before = None if self.before is None else self.before.get(Outcome.MET, 0)
        return difference_text(self.counts.get(Outcome.MET, 0), before)

    @property
    def cells(self) -> list[int]:
        counts = self.counts
        return [counts.get(each, 0) for each in (Outcome.MET, Outcome.NOT_MET, Outcome.WARNING)] + [
            odd(counts),
            counts.get(Outcome.NO_DATA, 0),
        ]

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.counts)


def unit_url(division: Division) -> str:
    name = "policies:checkup" if division.level == Level.COMMUNITY else "policies:overview"
    return reverse(name, kwargs={"code": division.code})


def ranked(lines: Sequence[UnitLine]) -> list[UnitLine]:
    """Units by share of met results, equal shares with the same rank, units without data last."""
    ordered = sorted(lines, key=lambda line: (not line.is_judged, -(line.share or 0), line.division.path))
    found: list[UnitLine] = []
    for place, line in enumerate(ordered, start=1):
        rank = None
        if line.is_judged:
            tied = found and found[-1].share == line.share
            rank = found[-1].rank if tied else place
        found.append(
            UnitLine(line.division, line.communities, line.counts, line.before, line.url, line.own, rank)
        )
    return found


def league(
    children: Sequence[Division],
    now: Measurement,
    before: Measurement | None,
    wanted: Wanted,
    *,
    query: str = "",
    code: str = "",
) -> list[UnitLine]:
    """The units in order; `query` keeps the choice of standards in their links, `code` names the only one.

    Last time is compared over the standards that both periods have.
    """
    lines = []
    for child in children:
        result = now.units.get(child.path)
        past = None
        if before is not None:
            past = comparable(before.units.get(child.path), now, wanted)
        own = next((trace for trace in result.traces if trace.code == code), None) if result else None
        keeps = query if child.level < Level.COMMUNITY else ""
        lines.append(
            UnitLine(
                child,
                result.communities if result else 0,
                counted(result, wanted),
                past,
                unit_url(child) + keeps,
                own if own is not None and own.outcome is not None else None,
            )
        )
    return ranked(lines)


def comparable(result: UpperResult | None, now: Measurement, wanted: Wanted) -> dict[str, int] | None:
    """The counts of last time over the standards that still hold; None where the unit was not measured."""
    if result is None:
        return None
    return counted(result, lambda trace: trace.code in now.codes and wanted(trace))
