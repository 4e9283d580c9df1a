"""Results of communities: every applicable standard of one or of some, explained."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from governance.divisions.models import Division
from governance.policies.evaluation.relation import Relation, live_relation
from governance.policies.evaluation.resolve import Rule, rules_for
from governance.policies.evaluation.trace import Trace, explain
from governance.policies.outcomes import LETTERS, NO_RESULT


def _columns(rules: Sequence[Rule]) -> str:
    """All inputs and letters, and each rule's numerator and denominator as n0, m0, n1, m1 …"""
    extra = [
        f"({rule.indicator.numerator}) AS n{k}, ({rule.indicator.denominator}) AS m{k}"
        for k, rule in enumerate(rules)
    ]
    return ", ".join(["r.*", *extra])


def traces_of(relation: Relation, row: dict[str, Any]) -> list[Trace]:
    """The results of one row of a relation (selected with `explained_rows`)."""
    return [
        explain(
            rule=rule.at(row["path"]),
            outcome=LETTERS[row["letters"][k]],
            numerator=row[f"n{k}"],
            denominator=row[f"m{k}"],
            row=row,
        )
        for k, rule in enumerate(relation.rules)
        if row["letters"][k] != NO_RESULT and rule.for_communities
    ]


def explained_rows(relation: Relation, tail: str = "ORDER BY path") -> list[dict[str, Any]]:
    return relation.rows(_columns(relation.rules), tail)


def community_results(*, division: Division, on: date) -> list[Trace]:
    """Every standard of one community on a day, evaluated live; [] when it did not exist that day."""
    rules = rules_for(path=division.path, on=on)
    relation = live_relation(path=division.path, on=on, rules=rules)
    rows = explained_rows(relation)
    return traces_of(relation, rows[0]) if rows else []


def results_of_many(
    *, divisions: Sequence[Division], path: str, on: date, codes: Collection[str] | None = None
) -> dict[int, list[Trace]]:
    """Results of some communities below `path` by division id, in a constant number of statements.

    `codes` limits them to some standards, which is cheaper.
    """
    if not divisions:
        return {}
    rules = [rule for rule in rules_for(path=path, on=on) if codes is None or rule.code in codes]
    relation = live_relation(path=path, on=on, rules=rules, division_ids=[d.pk for d in divisions])
    return {row["division_id"]: traces_of(relation, row) for row in explained_rows(relation)}
