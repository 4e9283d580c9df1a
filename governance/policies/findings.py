"""Findings follow the live run: opened when a standard is first missed, closed when it no longer is."""

from datetime import date

from django.db import connection, transaction

from governance.divisions.paths import next_path, under
from governance.policies.evaluation.resolve import Rule
from governance.policies.evaluation.store import refresh_live, rules_of
from governance.policies.models import EvaluationRun, Finding, Scorecard
from governance.policies.outcomes import FINDING_LETTERS, LETTERS, severity

_LETTERS = ", ".join(f"'{letter}'" for letter in FINDING_LETTERS)


def _path_sql(path: str, alias: str) -> tuple[str, list[str]]:
    return (f" AND {alias}.path >= %s AND {alias}.path < %s", [path, next_path(path)]) if path else ("", [])


@transaction.atomic
def refresh(*, path: str, on: date) -> None:
    """Re-evaluate everything below `path` and open, change and close findings, set by set."""
    run, path = refresh_live(path=path, on=on)
    rules = rules_of(run)
    binding = {k: rule for k, rule in enumerate(rules) if rule.document.binds and rule.for_communities}
    standards = [rule.standard.pk for rule in binding.values()]
    Finding.objects.filter(under(path), resolved_on=None).exclude(standard__in=standards).update(
        resolved_on=on
    )
    for position, rule in binding.items():
        _refresh_standard(run, rule, position, path, on)


def _refresh_standard(run: EvaluationRun, rule: Rule, position: int, path: str, on: date) -> None:
    finding, score = Finding._meta.db_table, Scorecard._meta.db_table
    letter = f"substr(s.letters, {position + 1}, 1)"
    within, range_params = _path_sql(path, "f")
    score_within, score_params = _path_sql(path, "s")
    standard = rule.standard.pk
    current = f"SELECT s.division_id, {letter} AS letter FROM {score} s WHERE s.run_id = %s{score_within}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {finding} AS f SET resolved_on = %s WHERE f.standard_id = %s AND f.resolved_on IS NULL"
            f"{within} AND f.division_id NOT IN (SELECT c.division_id FROM ({current}) c "
            f"WHERE c.letter IN ({_LETTERS}))",
            [on, standard, *range_params, run.pk, *score_params],
        )
        for code in FINDING_LETTERS:
            outcome = LETTERS[code]
            level = severity(outcome, rule.standard.binding)
            cursor.execute(
                f"UPDATE {finding} AS f SET outcome = %s, severity = %s WHERE f.standard_id = %s "
                f"AND f.resolved_on IS NULL AND f.outcome <> %s{within} AND f.division_id IN "
                f"(SELECT c.division_id FROM ({current}) c WHERE c.letter = %s)",
                [outcome, level, standard, outcome, *range_params, run.pk, *score_params, code],
            )
            cursor.execute(
                f"INSERT INTO {finding} (division_id, path, standard_id, outcome, severity, opened_on) "
                f"SELECT s.division_id, s.path, %s, %s, %s, %s FROM {score} s "
                f"LEFT JOIN {finding} f ON f.division_id = s.division_id AND f.standard_id = %s "
                f"AND f.resolved_on IS NULL "
                f"WHERE s.run_id = %s{score_within} AND {letter} = %s AND f.id IS NULL",
                [standard, outcome, level, on, standard, run.pk, *score_params, code],
            )
