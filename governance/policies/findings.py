"""Findings follow the live run: opened when a standard is first missed, closed when it no longer is.

What people wrote about a finding (responsible, due day, notes) is none of evaluation's business: no statement
here touches it.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction

from governance.divisions.paths import next_path
from governance.policies.evaluation.rule import Rule
from governance.policies.evaluation.store import make_known, refresh_live, rules_of
from governance.policies.models import EvaluationRun, Finding, FindingChange, Scorecard
from governance.policies.outcomes import FINDING_LETTERS, LETTERS, severity


def _within(path: str, alias: str) -> tuple[str, list[str]]:
    return (f" AND {alias}.path >= %s AND {alias}.path < %s", [path, next_path(path)]) if path else ("", [])


def _meanings(rules: list[Rule]) -> tuple[str, list[Any]]:
    """A table of what each letter at each place makes: standard, outcome, severity; binding rules only.

    A standard with local values means in each part of the tree what the value there says; a value beside a
    wider rule makes nothing, so that a community has one finding of a standard.
    """
    rows: list[Any] = []
    for position, rule in enumerate(rules, start=1):
        if not rule.for_communities:
            continue
        for low, high, judging in rule.pieces():
            for letter in FINDING_LETTERS if judging.binds else ():
                level = severity(LETTERS[letter], judging.binding).value
                rows.append((position, low, high, letter, rule.standard.pk, LETTERS[letter].value, level))
    # The first row, which no letter meets, gives the columns names and, on PostgreSQL, types.
    first = (
        "SELECT 1 AS place, CAST('' AS varchar(12)) AS low, CAST('' AS varchar(12)) AS high,"
        " CAST('?' AS varchar(1)) AS letter, CAST(0 AS bigint) AS standard_id,"
        " CAST('' AS varchar(14)) AS outcome, CAST('' AS varchar(5)) AS severity"
    )
    text = first + " UNION ALL SELECT %s, %s, %s, %s, %s, %s, %s" * len(rows)
    return text, [value for row in rows for value in row]


@transaction.atomic
def refresh(*, path: str, on: date) -> None:
    """Re-evaluate everything below `path` and open, change and close findings, in one statement each."""
    run, path = refresh_live(path=path, on=on)
    _follow(run, path, on)
    make_known(path, Finding, columns="path, standard_id, division_id, resolved_on, outcome, severity")


def _follow(run: EvaluationRun, path: str, on: date) -> None:
    finding, score = Finding._meta.db_table, Scorecard._meta.db_table
    rules = rules_of(run)
    meanings, params = _meanings(rules)
    of_findings, finding_range = _within(path, "f")
    of_scores, score_range = _within(path, "s")
    means = "m.letter = substr(s.letters, m.place, 1)"
    if any(rule.variants for rule in rules):
        means += " AND s.path >= m.low AND s.path < m.high"
    wanted = (
        f"WITH m AS ({meanings}), w AS (SELECT s.division_id, s.path, m.standard_id, m.outcome, m.severity "
        f"FROM {score} s JOIN m ON {means} WHERE s.run_id = %s{of_scores})"
    )
    wanted_params = [*params, run.pk, *score_range]
    same = "f.division_id = w.division_id AND f.standard_id = w.standard_id AND f.resolved_on IS NULL"
    earlier = f"SELECT MAX(p.id) FROM {finding} p WHERE p.path = w.path AND p.standard_id = w.standard_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH m AS ({meanings}) UPDATE {finding} AS f SET resolved_on = %s WHERE f.resolved_on IS NULL"
            f"{of_findings} AND NOT EXISTS (SELECT 1 FROM {score} s JOIN m ON {means} "
            "WHERE s.run_id = %s AND s.path = f.path AND m.standard_id = f.standard_id)",
            [*params, on, *finding_range, run.pk],
        )
        cursor.execute(
            f"INSERT INTO {FindingChange._meta.db_table} (finding_id, changed_on, before, after) "
            f"{wanted} SELECT f.id, %s, f.outcome, w.outcome FROM {finding} f "
            f"JOIN w ON {same} WHERE f.outcome <> w.outcome{of_findings}",
            [*wanted_params, on, *finding_range],
        )
        cursor.execute(
            f"{wanted} UPDATE {finding} AS f SET outcome = w.outcome, severity = w.severity FROM w "
            f"WHERE {same}{of_findings} AND (f.outcome <> w.outcome OR f.severity <> w.severity)",
            [*wanted_params, *finding_range],
        )
        cursor.execute(
            f"{wanted} INSERT INTO {finding} (division_id, path, standard_id, outcome, severity, opened_on, "
            "previous_id, responsible) SELECT w.division_id, w.path, w.standard_id, w.outcome, w.severity, "
            f"%s, ({earlier}), '' FROM w LEFT JOIN {finding} f ON {same} WHERE f.id IS NULL",
            [*wanted_params, on],
        )
