"""The one SELECT behind every evaluation: a row per community with its inputs and its outcome letters.

Live rows are computed from the apps' tables, stored ones read from a run's cards; everything above reads
both alike.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models
from django.db.models import Q

from governance.divisions.models import Division, Level
from governance.divisions.paths import next_path, under
from governance.policies.comparisons import Measured
from governance.policies.comparisons.conditions import condition_sql
from governance.policies.evaluation.rule import Rule, end_of
from governance.policies.indicators import Card, all_inputs, cards
from governance.policies.models import EvaluationRun, Scorecard
from governance.policies.outcomes import NO_RESULT


@dataclass(frozen=True)
class Sql:
    """A piece of SQL with its parameters."""

    text: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Relation:
    """`sql` yields division_id, path, all inputs, and `letters` in the order of `rules`.

    `computed`: letters are worked out by the query, so every mention of them would work them out again
    (70 times the cost for a county) unless the rows are made once.
    """

    sql: Sql
    rules: tuple[Rule, ...]
    on: date
    computed: bool = False

    def rows(self, columns: str = "*", tail: str = "", params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of `SELECT columns FROM relation tail` as dictionaries."""
        if self.computed:
            text = f"WITH r AS MATERIALIZED ({self.sql.text}) SELECT {columns} FROM r {tail}"
        else:
            text = f"SELECT {columns} FROM ({self.sql.text}) r {tail}"
        with connection.cursor() as cursor:
            cursor.execute(text, [*self.sql.params, *params])
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _subquery(queryset: models.QuerySet[Any, Any]) -> Sql:
    text, params = queryset.order_by().query.sql_with_params()
    return Sql(text, params)


def _communities(path: str, on: date, division_ids: Sequence[int] | None) -> Sql:
    """The communities that exist on a day in a subtree."""
    queryset = (
        Division.objects.filter(under(path), level=Level.COMMUNITY)
        .filter(Q(opened_on=None) | Q(opened_on__lte=on), Q(closed_on=None) | Q(closed_on__gt=on))
        .values("id", "path")
    )
    if division_ids is not None:
        queryset = queryset.filter(pk__in=division_ids)
    return _subquery(queryset)


def _joins(card: Card, path: str, on: date, division_ids: Sequence[int] | None) -> Sql:
    text, params = "", ()
    for alias, source in card.sources.items():
        queryset = source(on).filter(under(path))
        if division_ids is not None:
            queryset = queryset.filter(division_id__in=division_ids)
        piece = _subquery(queryset)
        text += f" LEFT JOIN ({piece.text}) {alias} ON {alias}.division_id = d.id"
        params += piece.params
    return Sql(text, params)


def card_select(
    card: Card, *, path: str, on: date, division_ids: Sequence[int] | None = None, head: str = "d.id, d.path"
) -> Sql:
    """One app's inputs of the communities in a subtree, computed live."""
    base, joins = _communities(path, on, division_ids), _joins(card, path, on, division_ids)
    inputs = ", ".join(f"{item.sql} AS {item.name}" for item in card.inputs)
    return Sql(f"SELECT {head}, {inputs} FROM ({base.text}) d{joins.text}", base.params + joins.params)


def live_inputs(
    path: str,
    on: date,
    division_ids: Sequence[int] | None = None,
    wanted: Collection[str] | None = None,
) -> Sql:
    """The inputs of all apps, computed live, or those wanted only: tables that give none of them are not
    asked."""
    base = _communities(path, on, division_ids)
    inputs, joins, params = [], "", base.params
    for card in cards():
        held = [item for item in card.inputs if wanted is None or item.name in wanted]
        if not held:
            continue
        inputs += [f"{item.sql} AS {item.name}" for item in held]
        piece = _joins(card, path, on, division_ids)
        joins, params = joins + piece.text, params + piece.params
    columns = ", ".join(["d.id AS division_id", "d.path AS path", *inputs])
    return Sql(f"SELECT {columns} FROM ({base.text}) d{joins}", params)


def _pivot(card: Card, run_id: int, path: str) -> Sql:
    """The rows of a narrow card as one row for each community."""
    columns = ", ".join(
        f"MAX(CASE WHEN code = '{item.name}' THEN value END) AS {item.name}" for item in card.inputs
    )
    text = f"SELECT path, {columns} FROM {card.model._meta.db_table} WHERE run_id = %s"
    params: tuple[Any, ...] = (run_id,)
    if path:
        text += " AND path >= %s AND path < %s"
        params += (path, next_path(path))
    return Sql(f"{text} GROUP BY path", params)


def narrow_select(card: Card, *, path: str, on: date, head: str) -> Sql:
    """One row (head, id, path, code, value) for each known input of a narrow card, computed live."""
    ((_, source),) = card.sources.items()
    piece = _subquery(source(on).filter(under(path)))
    base = _communities(path, on, None)
    each = " UNION ALL ".join(
        f"SELECT division_id, '{item.name}' AS code, {item.name} AS value FROM g" for item in card.inputs
    )
    return Sql(
        f"WITH g AS ({piece.text}) SELECT {head}, d.id, d.path, u.code, u.value FROM ({each}) u "
        f"JOIN ({base.text}) d ON d.id = u.division_id WHERE u.value IS NOT NULL",
        piece.params + base.params,
    )


def stored_inputs(run_id: int, path: str, *, letters: bool) -> Sql:
    """The inputs kept by a run, with its letters if they are stored already.

    The `|| ''` keeps SQLite from passing the range of `c0.path` on to the other tables: it would search
    them by that range, row by row, instead of by the path of the row.
    """
    first, *others = cards()
    columns = ["c0.division_id AS division_id", "c0.path AS path"]
    tables = f"{first.model._meta.db_table} c0"
    params: list[Any] = []
    for number, card in enumerate((first, *others)):
        columns += [f"c{number}.{item.name} AS {item.name}" for item in card.inputs]
        if card.narrow:
            piece = _pivot(card, run_id, path)
            tables += f" LEFT JOIN ({piece.text}) c{number} ON c{number}.path = c0.path"
            params += piece.params
        elif number:
            tables += (
                f" JOIN {card.model._meta.db_table} c{number}"
                f" ON c{number}.path = c0.path || '' AND c{number}.run_id = %s"
            )
            params.append(run_id)
    if letters:
        columns.append("s.letters AS letters")
        tables += f" JOIN {Scorecard._meta.db_table} s ON s.path = c0.path || '' AND s.run_id = %s"
        params.append(run_id)
    where = "c0.run_id = %s"
    params.append(run_id)
    if path:
        where += " AND c0.path >= %s AND c0.path < %s"
        params += [path, next_path(path)]
    return Sql(f"SELECT {', '.join(columns)} FROM {tables} WHERE {where}", tuple(params))


def _range(path: str) -> str:
    """Path condition with digits only, so it may stand in the SQL text."""
    return f"(path >= '{path}' AND path < '{end_of(path)}')"


def letter_sql(rule: Rule, scope: str) -> str:
    """The outcome letter of one rule for one community: that of the narrowest value which judges there."""
    own = _letter_sql(rule, scope)
    if not rule.variants:
        return own
    whens = [f"WHEN {_range(each.path)} THEN {_letter_sql(each, each.path)}" for each in rule.variants]
    return f"CASE {' '.join(reversed(whens))} ELSE {own} END"


def _letter_sql(rule: Rule, scope: str) -> str:
    """The letter by one value alone; the order of the cases is the rule of precedence."""
    standard, comparison, indicator = rule.standard, rule.comparison, rule.indicator
    measured = Measured(indicator.numerator, indicator.denominator, rule.unit)
    conditions = condition_sql(rule.conditions)
    cases: list[tuple[str, str]] = []
    if len(rule.path) > len(scope):
        cases.append((f"NOT {_range(rule.path)}", NO_RESULT))
    cases += [(_range(path), NO_RESULT) for path in rule.replaced_in]
    cases.append(("area_type IS NULL", "D"))
    if standard.area_types:
        areas = ", ".join(f"'{area}'" for area in standard.area_types)
        cases.append((f"area_type NOT IN ({areas})", "A"))
    cases += [(condition, "A") for condition in conditions.excluded]
    cases += [(condition, "D") for condition in conditions.unknown]
    if indicator.invalid:
        cases.append((indicator.invalid, "E"))
    cases.append((f"({indicator.numerator}) IS NULL OR ({indicator.denominator}) IS NULL", "D"))
    cases += [(f"{name} IS NULL", "D") for name in (*comparison.bases(), *comparison.needed())]
    cases += [(f"{name} IS NULL OR {name} = ''", "D") for name in comparison.choices()]
    if indicator.denominator != "1":
        cases.append((f"({indicator.denominator}) = 0", "A"))
    cases += [(f"{name} = 0", "A") for name in comparison.bases()]
    whens = " ".join(f"WHEN {condition} THEN '{letter}'" for condition, letter in cases)
    return f"CASE {whens} ELSE {_judged(rule, measured)} END"


def _judged(rule: Rule, measured: Measured) -> str:
    """The letter of a community whose data are there and that the rule speaks of."""
    if not rule.for_communities:
        return "'I'"
    warned = rule.comparison.letter_sql(measured, "W")
    if not rule.is_due:
        return warned
    failed = rule.comparison.letter_sql(measured, "N")
    if not rule.conditions.only_warns:
        return failed
    areas = ", ".join(f"'{area}'" for area in rule.conditions.only_warns)
    return f"CASE WHEN area_type IN ({areas}) THEN {warned} ELSE {failed} END"


def letters_sql(rules: Sequence[Rule], scope: str) -> str:
    """All letters in one string, in the order of the rules."""
    return joined([letter_sql(rule, scope) for rule in rules]) if rules else "''"


def joined(parts: list[str]) -> str:
    """Strings one after the other, in pairs of pairs: SQLite refuses an expression a thousand terms deep."""
    if len(parts) <= 8:
        return " || ".join(parts)
    half = len(parts) // 2
    return f"({joined(parts[:half])}) || ({joined(parts[half:])})"


def live_relation(
    *,
    path: str,
    on: date,
    rules: Sequence[Rule],
    division_ids: Sequence[int] | None = None,
    wanted: Collection[str] | None = None,
) -> Relation:
    """Evaluate the communities of a subtree (or some of them) from today's tables, storing nothing.

    `wanted` limits the inputs to some; whoever reads the relation must not ask for others then.
    """
    inputs = live_inputs(path, on, division_ids, wanted)
    text = f"SELECT i.*, {letters_sql(rules, path)} AS letters FROM ({inputs.text}) i"
    return Relation(Sql(text, inputs.params), tuple(rules), on, computed=True)


def stored_relation(*, run: EvaluationRun, path: str, rules: Sequence[Rule]) -> Relation:
    """Read a run back; `rules` must be those of the run in its order (see store.rules_of)."""
    return Relation(stored_inputs(run.pk, path, letters=True), tuple(rules), run.on)


def narrowed(relation: Relation, codes: Collection[str]) -> Relation:
    """The same rows with the letters of some rules only: counting the others is most of the cost.

    Letters that the query works out itself are left as they are; those put together here are made once for
    each row, or every mention of them would put them together again (141 s for a province, not 2).
    """
    kept = [(place, rule) for place, rule in enumerate(relation.rules, start=1) if rule.code in codes]
    if relation.computed or not kept or len(kept) == len(relation.rules):
        return relation
    letters = " || ".join(f"substr(letters, {place}, 1)" for place, _ in kept)
    columns = ", ".join(["division_id", "path", *all_inputs()])
    text = f"SELECT {columns}, {letters} AS letters FROM ({relation.sql.text}) w"
    rules = tuple(rule for _, rule in kept)
    return Relation(Sql(text, relation.sql.params), rules, relation.on, computed=True)
