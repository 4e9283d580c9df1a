"""Keeping an evaluation as a run: inputs in the apps' cards, outcomes as letters, all by INSERT … SELECT."""

from collections.abc import Sequence
from datetime import date

from django.db import connection, models, transaction

from governance.divisions.models import Level
from governance.divisions.paths import path_length, under
from governance.policies.evaluation.relation import card_select, letters_sql, narrow_select, stored_inputs
from governance.policies.evaluation.resolve import Rule, rules_for
from governance.policies.indicators import cards
from governance.policies.models import EvaluationRun, Scorecard, Standard, StandardValue
from governance.policies.models.runs import RunKind


def _fill(run: EvaluationRun, path: str, rules: Sequence[Rule]) -> None:
    with connection.cursor() as cursor:
        for card in cards():
            if card.narrow:
                select = narrow_select(card, path=path, on=run.on, head=str(run.pk))
                cursor.execute(
                    f"INSERT INTO {card.model._meta.db_table} (run_id, division_id, path, code, value) "
                    f"{select.text}",
                    list(select.params),
                )
                continue
            columns = ", ".join(["run_id", "division_id", "path", *(item.name for item in card.inputs)])
            select = card_select(card, path=path, on=run.on, head=f"{run.pk}, d.id, d.path")
            cursor.execute(
                f"INSERT INTO {card.model._meta.db_table} ({columns}) {select.text}", list(select.params)
            )
        make_known(path, *(card.model for card in cards()))
        inputs = stored_inputs(run.pk, path, letters=False)
        cursor.execute(
            f"INSERT INTO {Scorecard._meta.db_table} (run_id, division_id, path, letters) "
            f"SELECT {run.pk}, i.division_id, i.path, {letters_sql(rules, '')} FROM ({inputs.text}) i",
            list(inputs.params),
        )
    make_known(path, Scorecard)


def make_known(path: str, *stored: type[models.Model], columns: str = "run_id, path") -> None:
    """Tell PostgreSQL's planner of many new rows.

    It would take a run it has not seen for a single row and join the cards by nested loops: minutes instead
    of a second, until autovacuum comes by.
    """
    if connection.vendor == "postgresql" and len(path) <= path_length(Level.COUNTY):
        with connection.cursor() as cursor:
            for model in stored:
                cursor.execute(f"ANALYZE {model._meta.db_table} ({columns})")


def _clear(run: EvaluationRun, path: str) -> None:
    stored: list[type[models.Model]] = [Scorecard, *(card.model for card in cards())]
    for model in stored:
        model._default_manager.filter(under(path), run=run).delete()


@transaction.atomic
def store_frozen(*, on: date, path: str = "") -> EvaluationRun:
    """A new run that never changes; the values it used become immutable."""
    rules = rules_for(path=path, on=on)
    run = EvaluationRun.objects.create(kind=RunKind.FROZEN, on=on, standards=[rule.code for rule in rules])
    _fill(run, path, rules)
    values = [rule.value.pk for rule in rules]
    StandardValue.objects.filter(pk__in=values, used_on=None).update(used_on=on)
    return run


@transaction.atomic
def refresh_live(*, path: str, on: date) -> tuple[EvaluationRun, str]:
    """Bring the live run up to date below `path`; everything when the rules or the day changed.

    Returns the run and the path below which it was brought up to date.
    """
    rules = rules_for(path="", on=on)
    codes = [rule.code for rule in rules]
    run = EvaluationRun.objects.select_for_update().filter(kind=RunKind.LIVE).first()
    if run is None:
        run = EvaluationRun.objects.create(kind=RunKind.LIVE, on=on, standards=codes)
        path = ""
    elif run.on != on or run.standards != codes:
        run.on, run.standards = on, codes
        run.save(update_fields=["on", "standards"])
        path = ""
    _clear(run, path)
    _fill(run, path, rules)
    return run, path


def live_run() -> EvaluationRun | None:
    return EvaluationRun.objects.filter(kind=RunKind.LIVE).first()


def rules_of(run: EvaluationRun, standards: Sequence[Standard] | None = None) -> list[Rule]:
    """The rules of a run in the order of its letters; `standards` are all there are, if at hand.

    Raises `KeyError` for a run with a standard that is no longer in the catalogue.
    """
    by_code = {rule.code: rule for rule in rules_for(path="", on=run.on, standards=standards)}
    return [by_code[code] for code in run.standards]
