"""Values of standards about higher divisions themselves: a county's budget, a prefecture's pilots.

Each community inherits the figures of the divisions it lies in (governance/ledgers/figures.py), so these
standards read the same rows as all others. `{"kind": "units", "level": n}`: a division of the level is judged
by its own figure; above it counts the share of those that meet the standard, below it the figure is shown.
`{"kind": "stages"}`: stages with a day each, every one counted in the divisions of its level.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from governance.divisions.paths import path_length
from governance.policies.comparisons import AtLeast, Measured, Stages
from governance.policies.comparisons.stages import NOUNS
from governance.policies.evaluation.rule import Rule
from governance.policies.evaluation.trace import Trace, explain
from governance.policies.indicators import Indicator
from governance.policies.outcomes import NO_RESULT, Outcome

OWN_KINDS = frozenset({"units", "stages"})


def _unit(level: int) -> str:
    """The division of a level that a row lies in."""
    return f"substr(path, 1, {path_length(level)})"


def _distinct(condition: str, level: int) -> str:
    return f"COUNT(DISTINCT CASE WHEN {condition} THEN {_unit(level)} END)"


def _names(rule: Rule) -> list[str]:
    return list(dict.fromkeys([*rule.indicator.inputs, *rule.comparison.named()]))


def own_columns(rule: Rule, k: int, letter: str) -> list[str]:
    """Sums over the communities that tell what the divisions above them have.

    All communities of a division have the same figure: its sum over the number of them is the figure.
    """
    if isinstance(rule.comparison, Stages):
        columns = []
        for number, stage in enumerate(rule.comparison.stages):
            applies = f"{letter} <> '{NO_RESULT}'"
            for mark, condition in (
                ("u", applies),
                ("h", f"{applies} AND {stage.input} IS NOT NULL"),
                ("t", f"{applies} AND {stage.reached}"),
            ):
                columns.append(f"{_distinct(condition, stage.at)} AS {mark}{k}_{number}")
        return columns
    level = int(rule.standard.upper["level"])
    judged, indicator = f"{letter} = 'I'", rule.indicator
    met = rule.comparison.letter_sql(Measured(indicator.numerator, indicator.denominator, rule.unit), "N")
    applies, reached = f"{letter} NOT IN ('{NO_RESULT}', 'A')", f"{judged} AND {met} = 'M'"
    return [
        f"SUM(CASE WHEN {judged} THEN 1 ELSE 0 END) AS j{k}",
        f"SUM(CASE WHEN {judged} THEN ({indicator.numerator}) END) AS n{k}",
        f"SUM(CASE WHEN {judged} THEN ({indicator.denominator}) END) AS m{k}",
        *(f"SUM({name}) AS i{k}_{name}, COUNT({name}) AS c{k}_{name}" for name in _names(rule)),
        f"{_distinct(applies, level)} AS u{k}",
        f"{_distinct(judged, level)} AS h{k}",
        f"{_distinct(reached, level)} AS t{k}",
    ]


def own_trace(rule: Rule, k: int, row: dict[str, Any], level: int, fail: Outcome) -> Trace:
    """The result of a division of any level."""
    if isinstance(rule.comparison, Stages):
        return _staged(rule, rule.comparison, k, row, level)
    of = int(rule.standard.upper["level"])
    if level < of:
        return _share(rule, _Units(*(int(row[f"{mark}{k}"] or 0) for mark in "uht")), of, row, fail)
    row = {**row, **{name: _each(row[f"i{k}_{name}"], row[f"c{k}_{name}"]) for name in _names(rule)}}
    numerator, denominator = (_each(row[f"{mark}{k}"], row[f"j{k}"]) for mark in "nm")
    if not row[f"j{k}"]:
        outcome = Outcome.NO_DATA if row[f"u{k}"] else Outcome.NOT_APPLICABLE
    elif level > of:
        outcome = Outcome.INFORMATION
    else:
        assert numerator is not None and denominator is not None
        met = rule.comparison.judge(rule.unit.value(numerator, denominator), row) if denominator else None
        outcome = Outcome.NOT_APPLICABLE if met is None else Outcome.MET if met else fail
    return explain(rule=rule, outcome=outcome, numerator=numerator, denominator=denominator, row=row)


def _each(total: Any, number: Any) -> int | None:
    return int(total) // int(number) if number and total is not None else None


@dataclass(frozen=True)
class _Units:
    """Divisions of a level: all, those with data, those that are where they should be."""

    all: int
    known: int
    reached: int

    def text(self, level: int) -> str:
        left, missing = self.known - self.reached, self.all - self.known
        texts = [f"还有 {left} 个{NOUNS[level]}未达标"] if left else []
        texts += [f"{missing} 个{NOUNS[level]}缺数据"] if missing else []
        return "，".join(texts)


def _as_share(rule: Rule, name: str, formula: str) -> Rule:
    """The same standard as a share of divisions or stages, all of which are asked for."""
    covered = Indicator(
        code=f"{rule.indicator.code}_coverage",
        name=name,
        unit="percent",
        formula=formula,
        numerator="0",
        inputs=(),
    )
    return replace(rule, indicator=covered, comparison=AtLeast(value=Fraction(100)))


def _share(rule: Rule, units: _Units, of: int, row: dict[str, Any], fail: Outcome) -> Trace:
    """How many divisions of the level below meet the standard."""
    noun = NOUNS[of]
    share = _as_share(
        rule, f"{rule.indicator.name}达标{noun}占比", f"达标{noun}数 ÷ 适用{noun}数（缺数据的计入分母）"
    )
    if not units.all:
        outcome = Outcome.NOT_APPLICABLE
    elif not units.known:
        outcome = Outcome.NO_DATA
    else:
        outcome = Outcome.MET if units.reached == units.all else fail
    value = (units.reached, units.all) if units.known else (None, None)
    trace = explain(rule=share, outcome=outcome, numerator=value[0], denominator=value[1], row=row)
    return replace(trace, remedy=f"{text}。" if (text := units.text(of)) else "")


def _staged(rule: Rule, stages: Stages, k: int, row: dict[str, Any], level: int) -> Trace:
    """Stages of this level and of those below it: late ones fail, open ones warn."""
    counted = []
    for number, stage in enumerate(stages.stages):
        units = [int(row[f"{mark}{k}_{number}"] or 0) for mark in "uht"]
        if level == stage.at:
            # A whole put together from its parts counts itself once for each of them.
            units = [min(each, 1) for each in units]
        if level <= stage.at and units[0]:
            counted.append((stage, _Units(*units)))
    outcome = _outcome_of(rule, counted)
    known = sum(units.known for _, units in counted)
    reached, asked = (sum(getattr(units, name) for _, units in counted) for name in ("reached", "all"))
    share = _as_share(rule, "各阶段完成率", "已完成的阶段任务数 ÷ 全部阶段任务数（缺数据的计入分母）")
    trace = explain(
        rule=share,
        outcome=outcome,
        numerator=reached if known else None,
        denominator=asked if known else None,
        row=row,
    )
    open_ = [(stage, units) for stage, units in counted if units.reached < units.all]
    told = [f"{stage.by:%Y-%m-%d}前{stage.says}：{units.text(stage.at)}" for stage, units in open_]
    return replace(trace, remedy=f"{'；'.join(told)}。" if told else "")


def _outcome_of(rule: Rule, counted: Sequence[tuple[Any, _Units]]) -> Outcome:
    if not counted:
        return Outcome.NOT_APPLICABLE
    if not any(units.known for _, units in counted):
        return Outcome.NO_DATA
    behind = [(stage, units) for stage, units in counted if units.reached < units.known]
    if any(stage.is_due(rule.on) for stage, _ in behind):
        return Outcome.NOT_MET
    if behind:
        return Outcome.WARNING
    return Outcome.MET if all(units.known == units.all for _, units in counted) else Outcome.NO_DATA
