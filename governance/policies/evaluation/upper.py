"""Results of higher divisions: counts of outcomes, and values of their own (sums, coverage, quotas).

`Standard.upper` says which: {"kind": "ratio"} the sum over the sum (D22), {"kind": "sum"} the sum alone,
{"kind": "coverage", "value": n} the share of applicable communities that meet it, at least n % (100 unless
written; 0: no share is asked for, it is only shown), missing data staying in the denominator (D25),
{"kind": "shortfall", "of": [codes]} how many communities miss one of the standards named, {"kind": "quota",
"level": n} a yearly count judged at one level and shown elsewhere as a contribution (D26), {"kind": "units"}
and {"kind": "stages"} figures that higher divisions have themselves (own.py). A sum with a level is judged
there only, too. `"only"` means that communities have no result of their own, `"in_steps"` that no day is
named (逐步) or the year goes on: what is short warns.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import connection

from governance.divisions.models import Division
from governance.divisions.paths import path_length
from governance.policies.comparisons import AtLeast, Measured, Recorded
from governance.policies.comparisons.conditions import FOUNDING
from governance.policies.evaluation.own import OWN_KINDS, own_columns, own_trace
from governance.policies.evaluation.relation import Relation, live_relation
from governance.policies.evaluation.resolve import Rule, rules_for
from governance.policies.evaluation.trace import Trace, explain
from governance.policies.indicators import Indicator, all_inputs
from governance.policies.outcomes import JUDGED_LETTERS, LETTERS, Outcome

# Three counts to a 64-bit sum: looking at every letter once for each outcome was half the cost of a province.
_DIGIT = 10**6
"""More than there are communities in the country."""
_PACKS = tuple("".join(LETTERS)[start : start + 3] for start in range(0, len(LETTERS), 3))
_SUMMED_KINDS = {"ratio", "sum", "quota"}
_JUDGED = ", ".join(f"'{letter}'" for letter in JUDGED_LETTERS)


@dataclass
class UpperResult:
    """A higher division measured: communities, outcomes counted over all community results, and traces.

    Where two values of a standard stand side by side only the wider one is in `counts`, as it decides.
    """

    path: str
    communities: int
    counts: dict[str, int]
    traces: list[Trace]
    sums: dict[str, int | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "communities": self.communities,
            "counts": self.counts,
            "results": [{**trace.as_json(), "counts": dict(trace.counts)} for trace in self.traces],
        }


def _letter(k: int) -> str:
    return f"substr(letters, {k + 1}, 1)"


def _packed(k: int, letters: str) -> str:
    """One sum that counts several letters of a rule."""
    whens = " ".join(f"WHEN '{letter}' THEN {_DIGIT**place}" for place, letter in enumerate(letters))
    return f"SUM(CASE {_letter(k)} {whens} ELSE 0 END)"


def _counts(row: dict[str, Any], k: int) -> dict[str, int]:
    """Communities by outcome of a rule."""
    counts = {}
    for j, letters in enumerate(_PACKS):
        packed = int(row[f"c{k}_{j}"] or 0)
        for letter in letters:
            packed, counts[letter] = divmod(packed, _DIGIT)
    return {outcome.value: counts[letter] for letter, outcome in LETTERS.items()}


def _aggregates(rules: Sequence[Rule]) -> list[str]:
    columns = ["COUNT(*) AS communities"]
    for k, rule in enumerate(rules):
        columns += [f"{_packed(k, letters)} AS c{k}_{j}" for j, letters in enumerate(_PACKS)]
        kind = rule.standard.upper.get("kind")
        if kind in _SUMMED_KINDS:
            judged = f"{_letter(k)} IN ({_JUDGED})"
            columns.append(f"SUM(CASE WHEN {judged} THEN ({rule.indicator.numerator}) END) AS n{k}")
            columns.append(f"SUM(CASE WHEN {judged} THEN ({rule.indicator.denominator}) END) AS m{k}")
            columns += [f"SUM(CASE WHEN {judged} THEN {name} END) AS i{k}_{name}" for name in _summed(rule)]
        elif kind == "coverage" and not rule.for_communities:
            measured = Measured(rule.indicator.numerator, rule.indicator.denominator, rule.unit)
            met = f"{_letter(k)} = 'I' AND {rule.comparison.letter_sql(measured, 'N')} = 'M'"
            columns.append(f"SUM(CASE WHEN {met} THEN 1 ELSE 0 END) AS n{k}")
        elif kind in OWN_KINDS:
            columns += own_columns(rule, k, _letter(k))
        elif kind == "shortfall":
            missed = [
                f"{_letter(j)} = 'N'"
                for j, other in enumerate(rules)
                if other.code in rule.standard.upper["of"]
            ]
            condition = " OR ".join(missed) or "1 = 0"
            columns.append(f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS n{k}")
    for name, item in all_inputs().items():
        if item.additive:
            columns.append(f"SUM({name}) AS {name}")
    return columns


def _summed(rule: Rule) -> list[str]:
    """The inputs of an indicator and its comparison that may be summed."""
    names = dict.fromkeys([*rule.indicator.inputs, *rule.comparison.named()])
    return [name for name in names if all_inputs()[name].additive]


def upper_sums(*, relation: Relation, level: int) -> list[dict[str, Any]]:
    """Raw sums of all divisions of a level inside a relation, in path order (one statement)."""
    length = path_length(level)
    unit = f"substr(path, 1, {length})" if length else "''"
    columns = ", ".join([f"{unit} AS unit_path", *_aggregates(relation.rules)])
    group = f"GROUP BY {unit} ORDER BY 1" if length else ""
    return [row for row in relation.rows(columns, group) if row["communities"]]


def results_of_sums(rules: Sequence[Rule], rows: Sequence[dict[str, Any]], level: int) -> list[UpperResult]:
    """What raw sums of divisions of one level say."""
    return [_result(rules, row, level, row["unit_path"] or "") for row in rows]


def whole_of_sums(
    rules: Sequence[Rule], rows: Sequence[dict[str, Any]], *, path: str, level: int
) -> UpperResult | None:
    """The division at `path` from the raw sums of its parts, without asking the database again."""
    if not rows:
        return None
    whole: dict[str, Any] = {"unit_path": path}
    for name in rows[0].keys() - {"unit_path"}:
        known = [int(row[name]) for row in rows if row[name] is not None]
        whole[name] = sum(known) if known else None
    return _result(rules, whole, level, path)


def upper_results(*, relation: Relation, level: int) -> list[UpperResult]:
    """Measure all divisions of a level inside a relation in one statement, in path order."""
    return results_of_sums(relation.rules, upper_sums(relation=relation, level=level), level)


def _result(rules: Sequence[Rule], row: dict[str, Any], level: int, path: str) -> UpperResult:
    total: Counter[str] = Counter()
    traces = []
    for k, rule in enumerate(rules):
        counts = _counts(row, k)
        if rule.for_communities and not rule.is_beside:
            total.update(counts)
        counts = {outcome: count for outcome, count in counts.items() if count}
        if not counts:
            continue
        traces.append(_upper_trace(rule.at(path), k, row, counts, level))
    sums = {
        name: None if row[name] is None else int(row[name])
        for name, item in all_inputs().items()
        if item.additive
    }
    present = {outcome.value: total.get(outcome.value, 0) for outcome in Outcome}
    return UpperResult(path, int(row["communities"]), present, traces, sums)


def _upper_trace(rule: Rule, k: int, row: dict[str, Any], counts: dict[str, int], level: int) -> Trace:
    upper = rule.standard.upper
    kind = upper.get("kind")
    fail = Outcome.NOT_MET if rule.is_due and not upper.get("in_steps") else Outcome.WARNING
    if kind in OWN_KINDS:
        return own_trace(rule, k, row, level, fail)
    numerator: int | None = None
    denominator: int | None = 1
    outcome: Outcome | None = None
    if kind in _SUMMED_KINDS and row[f"n{k}"] is not None:
        # The inputs shown are those the value was made of: communities that could not be judged stay out.
        judged = sum(counts.get(LETTERS[letter].value, 0) for letter in JUDGED_LETTERS)
        row = {**row, **{name: row[f"i{k}_{name}"] for name in _summed(rule)}, "count": judged}
    if kind == "coverage" and not rule.for_communities:
        # Communities have no result of their own (a target of 40 % holds nothing against any one of them).
        met, judged = int(row[f"n{k}"] or 0), counts.pop(Outcome.INFORMATION.value, 0)
        split = {Outcome.MET.value: met, Outcome.NOT_MET.value: judged - met}
        counts |= {outcome: count for outcome, count in split.items() if count}
    missing = counts.get(Outcome.NO_DATA.value, 0)
    applicable = sum(counts.values()) - counts.get(Outcome.NOT_APPLICABLE.value, 0)
    if applicable == 0 and kind:
        outcome = Outcome.NOT_APPLICABLE
    elif kind == "ratio":
        numerator, denominator = row[f"n{k}"], row[f"m{k}"]
        outcome = _compared(rule, numerator, denominator, fail, row)
    elif kind == "sum":
        numerator = row[f"n{k}"]
        outcome = _compared(rule, numerator, 1, fail, row)
        if outcome != Outcome.NO_DATA and level != upper.get("level", level):
            outcome = Outcome.INFORMATION
    elif kind == "coverage":
        rule = _coverage_rule(rule)
        if applicable == missing:
            outcome = Outcome.NO_DATA
        else:
            numerator, denominator = counts.get(Outcome.MET.value, 0), applicable
            outcome = _compared(rule, numerator, denominator, fail, row)
    elif kind == "shortfall":
        numerator = int(row[f"n{k}"] or 0) if applicable > missing else None
        outcome = Outcome.NO_DATA if numerator is None else Outcome.MET if numerator == 0 else fail
    elif kind == "quota":
        numerator = row[f"n{k}"]
        # The year goes on until its last day, so a quota not yet reached warns; below its level it informs.
        outcome = _compared(rule, numerator, 1, Outcome.WARNING, row)
        if outcome != Outcome.NO_DATA and level != upper["level"]:
            outcome = Outcome.INFORMATION
    trace = explain(
        rule=rule,
        outcome=outcome,
        numerator=None if numerator is None else int(numerator),
        denominator=None if denominator is None else int(denominator),
        row=row,
        counts=counts,
        with_value=kind is not None,
    )
    if kind == "coverage":
        trace = replace(trace, remedy=_coverage_remedy(trace, share_of(rule), applicable, missing))
    return trace


def _coverage_remedy(trace: Trace, share: int, applicable: int, missing: int) -> str:
    """A pack's remedy speaks to one community; a higher division is told how many are left, and how many
    of them are enough where not all are asked for."""
    if trace.outcome not in {Outcome.NOT_MET, Outcome.WARNING, Outcome.NO_DATA}:
        return ""
    left = sum(trace.counts.get(each.value, 0) for each in (Outcome.NOT_MET, Outcome.WARNING))
    texts = [f"还有 {left} 个社区未达标"] if left else []
    texts += [f"{missing} 个社区缺数据"] if missing else []
    need = -(-share * applicable // 100) - trace.counts.get(Outcome.MET.value, 0)
    texts += [f"再有 {need} 个达标即达到 {share}%"] if share < 100 else []
    return f"{'，'.join(texts)}。" if texts else ""


def share_of(rule: Rule) -> int:
    """The share of communities, in %, that a coverage standard asks of a higher division."""
    return int(rule.standard.upper.get("value", 100))


def _compared(rule: Rule, numerator: Any, denominator: Any, fail: Outcome, row: dict[str, Any]) -> Outcome:
    """Compare sums, exactly; nothing judged means no data, unless nothing was applicable at all."""
    if numerator is None or denominator is None:
        return Outcome.NO_DATA
    if int(denominator) == 0:
        return Outcome.NOT_APPLICABLE
    value = rule.unit.value(int(numerator), int(denominator))
    if not rule.comparison.judges:
        return Outcome.INFORMATION
    met = rule.comparison.judge(value, row)
    return Outcome.NOT_APPLICABLE if met is None else Outcome.MET if met else fail


def _coverage_rule(rule: Rule) -> Rule:
    """The same standard as a share of communities."""
    name = rule.indicator.name
    covered = Indicator(
        code=f"{rule.indicator.code}_coverage",
        name=f"{name}达标社区占比",
        unit="percent",
        formula="达标社区数 ÷ 适用社区数（缺数据的社区计入分母）",
        numerator="0",
        inputs=(),
    )
    share = share_of(rule)
    comparison = AtLeast(value=Fraction(share)) if share else Recorded()
    return replace(rule, indicator=covered, comparison=comparison)


def yearly_counts(*, rules: Sequence[Rule], path: str) -> dict[int, int | None]:
    """What a quota counted below `path` by the days of its rules, one a year; None where nothing is known.

    One statement for all years, from today's rows by their dates.
    """
    parts: list[str] = []
    params: list[Any] = []
    for rule in rules:
        names = {
            "area_type",
            FOUNDING,
            "founded_on",
            "is_new_build",
            *rule.indicator.inputs,
            *rule.conditions.inputs,
        }
        relation = live_relation(path=path, on=rule.on, rules=[rule], wanted=names)
        counted = f"SUM(CASE WHEN letters IN ({_JUDGED}) THEN ({rule.indicator.numerator}) END)"
        parts.append(f"SELECT {rule.on.year} AS y, {counted} AS n FROM ({relation.sql.text}) r{rule.on.year}")
        params += relation.sql.params
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return {year: None if count is None else int(count) for year, count in cursor.fetchall()}


def division_result(*, division: Division, on: date) -> UpperResult:
    """One higher division measured live; an area without communities gives empty counts."""
    rules = rules_for(path=division.path, on=on)
    relation = live_relation(path=division.path, on=on, rules=rules)
    results = upper_results(relation=relation, level=division.level)
    if results:
        return results[0]
    return UpperResult(division.path, 0, {outcome.value: 0 for outcome in Outcome}, [])
