"""Keeping an evaluation as a run: inputs in the apps' cards, outcomes as letters, all by INSERT … SELECT."""

from collections.abc import Sequence
from datetime import date

from django.db import connection, models, transaction

from governance.divisions.models import Level
from governance.divisions.paths import common_path, path_length, under
from governance.policies.evaluation.letters import joined, letters_sql
from governance.policies.evaluation.relation import card_select, inputs_of, narrow_select, stored_inputs
from governance.policies.evaluation.resolve import Rule, rules_for
from governance.policies.evaluation.spans import span_of, spans_of
from governance.policies.evaluation.sql import Sql
from governance.policies.indicators import cards
from governance.policies.models import EvaluationRun, LocalValue, Scorecard, Standard, StandardValue
from governance.policies.models.runs import RunKind
from governance.policies.outcomes import NO_RESULT


def _fill(run: EvaluationRun, path: str, rules: Sequence[Rule]) -> None:
    with connection.cursor() as cursor:
        for card in cards():
            table = card.model._meta.db_table
            select: Sql | None
            if card.narrow is None:
                columns = ", ".join(item.name for item in card.inputs)
                select = card_select(card, path=path, on=run.on, head=f"{run.pk}, d.id, d.path")
            else:
                columns, wanted = "figures", inputs_of(rules, span_of(path))
                select = narrow_select(card, wanted=wanted, path=path, on=run.on, head=str(run.pk))
            if select is not None:
                cursor.execute(
                    f"INSERT INTO {table} (run_id, division_id, path, {columns}) {select.text}",
                    list(select.params),
                )
        make_known(path, *(card.model for card in cards()))
        for span in spans_of(path, rules):
            inputs = stored_inputs(run.pk, span, letters=False, figures=inputs_of(rules, span))
            cursor.execute(
                f"INSERT INTO {Scorecard._meta.db_table} (run_id, division_id, path, letters) "
                f"SELECT {run.pk}, i.division_id, i.path, {letters_sql(rules, span)} FROM ({inputs.text}) i",
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
    values, local = _values_of(rules)
    run = EvaluationRun.objects.create(
        kind=RunKind.FROZEN, on=on, standards=[rule.code for rule in rules], local_values=local
    )
    _fill(run, path, rules)
    StandardValue.objects.filter(pk__in=values, used_on=None).update(used_on=on)
    LocalValue.objects.filter(pk__in=local, used_on=None).update(used_on=on)
    return run


def _values_of(rules: Sequence[Rule]) -> tuple[list[int], list[int]]:
    """Ids of the packs' values that some rules use, and of the local ones."""
    used = [each for rule in rules for each in rule.everywhere]
    packs = [each.value.pk for each in used if each.local is None]
    return packs, sorted(each.local.pk for each in used if each.local is not None)


@transaction.atomic
def refresh_live(*, path: str, on: date) -> tuple[EvaluationRun, str]:
    """Bring the live run up to date below `path`; everything when the standards or the day changed.

    Where local values began or ended only their divisions are measured again. Returns the run and the path
    below which it was brought up to date.
    """
    rules = rules_for(path="", on=on)
    codes, (_, local) = [rule.code for rule in rules], _values_of(rules)
    run = EvaluationRun.objects.select_for_update().filter(kind=RunKind.LIVE).first()
    if run is None:
        run = EvaluationRun.objects.create(kind=RunKind.LIVE, on=on, standards=codes, local_values=local)
        path = ""
    elif run.on != on or _shared(run.standards) != _shared(codes):
        path = ""
    else:
        changed = LocalValue.objects.filter(pk__in=set(run.local_values) ^ set(local))
        path = common_path([path, *changed.order_by().values_list("path", flat=True)])
        if path and run.standards != codes:
            _realign(run, codes)
    if (run.on, run.standards, run.local_values) != (on, codes, local):
        run.on, run.standards, run.local_values = on, codes, local
        run.save(update_fields=["on", "standards", "local_values"])
    _clear(run, path)
    _fill(run, path, rules)
    return run, path


def _shared(codes: Sequence[str]) -> list[str]:
    """The rules that judge, without those of a division beside them."""
    return [code for code in codes if "@" not in code]


def _realign(run: EvaluationRun, codes: Sequence[str]) -> None:
    """Move the letters of a run to where its rules stand now; a rule that was not there has no result."""
    places = {code: place for place, code in enumerate(run.standards, start=1)}
    pieces: list[list[int]] = []
    for place in (places.get(code, 0) for code in codes):
        if pieces and place and pieces[-1][0] and place == sum(pieces[-1]):
            pieces[-1][1] += 1
        else:
            pieces.append([place, 1])
    letters = [f"substr(letters, {start}, {size})" if start else f"'{NO_RESULT}'" for start, size in pieces]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Scorecard._meta.db_table} SET letters = {joined(letters)} WHERE run_id = %s", [run.pk]
        )


def live_run() -> EvaluationRun | None:
    return EvaluationRun.objects.filter(kind=RunKind.LIVE).first()


def rules_of(run: EvaluationRun, standards: Sequence[Standard] | None = None) -> list[Rule]:
    """The rules of a run in the order of its letters, with the local values that it used, whatever came
    afterwards; `standards` are all there are, if at hand.

    Raises `KeyError` for a run with a standard that is no longer in the catalogue.
    """
    beside = [code for code in run.standards if "@" in code]
    rules = rules_for(path="", on=run.on, standards=standards, used=run.local_values, beside=beside)
    by_code = {rule.code: rule for rule in rules}
    return [by_code[code] for code in run.standards]
