"""The one SELECT behind every evaluation: a row per community with its inputs and its outcome letters.

Live rows are computed from the apps' tables, stored ones read from a run's cards; everything above reads
both alike.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models import Q

from governance.divisions.models import Division, Level
from governance.divisions.paths import path_range, under
from governance.policies.evaluation.letters import letters_sql
from governance.policies.evaluation.rule import Rule
from governance.policies.evaluation.spans import Span, span_of
from governance.policies.evaluation.sql import Sql
from governance.policies.evaluation.supposed import Supposed, as_they_were, shadowed
from governance.policies.indicators import Card, Input, all_inputs, cards
from governance.policies.models import EvaluationRun, Scorecard

_LOW, _HIGH = "<low>", "<high>"
"""Stand for the range of a subtree in statements that are kept."""


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


def _joins(card: Card, held: Sequence[Input], path: str, on: date, division_ids: Sequence[int] | None) -> Sql:
    names = tuple(item.name for item in held)
    if division_ids is not None:
        return _written(card, names, on, under(path) & Q(division_id__in=division_ids))
    return _placed(_joins_somewhere(card, names, on, is_all=not path), path)


def _placed(known: Sql, path: str) -> Sql:
    """A kept statement with the range of a subtree where its marks stand."""
    low, high = path_range(path) or ("", "")
    places = {_LOW: low, _HIGH: high}
    return Sql(known.text, tuple(places.get(each, each) for each in known.params))


def _somewhere(*, is_all: bool) -> Q:
    """What is asked of paths in a statement that is kept."""
    return Q() if is_all else Q(path__gte=_LOW, path__lt=_HIGH)


@lru_cache(maxsize=128)
def _joins_somewhere(card: Card, names: tuple[str, ...], on: date, *, is_all: bool) -> Sql:
    """The joins of a card with marks where the range of paths stands.

    Kept, because Django takes longer to write them than the database to answer them.
    """
    return _written(card, names, on, _somewhere(is_all=is_all))


@lru_cache(maxsize=512)
def _rows_somewhere(card: Card, names: tuple[str, ...], on: date, *, is_all: bool) -> Sql:
    """The rows of one kind of a narrow card, kept like the joins."""
    assert card.narrow is not None
    (rows,) = card.narrow(names, on).values()
    return Sql(*rows(_somewhere(is_all=is_all)))


def _written(card: Card, names: Sequence[str], on: date, where: Q) -> Sql:
    if card.narrow is None:
        pieces = {alias: _subquery(source(on).filter(where)) for alias, source in card.sources.items()}
    else:
        pieces = {alias: Sql(*rows(where)) for alias, rows in card.narrow(names, on).items()}
    text, params = "", ()
    for alias, piece in pieces.items():
        text += f" LEFT JOIN ({piece.text}) {alias} ON {alias}.division_id = d.id"
        params += piece.params
    return Sql(text, params)


def card_select(
    card: Card, *, path: str, on: date, division_ids: Sequence[int] | None = None, head: str = "d.id, d.path"
) -> Sql:
    """One app's inputs of the communities in a subtree, computed live."""
    base, joins = _communities(path, on, division_ids), _joins(card, card.inputs, path, on, division_ids)
    inputs = ", ".join(f"{item.sql} AS {item.name}" for item in card.inputs)
    text = f"SELECT {head}, {inputs} FROM ({base.text}) d{joins.text}"
    return shadowed(Sql(text, base.params + joins.params), as_they_were(path, on))


def narrow_select(card: Card, *, wanted: Collection[str], path: str, on: date, head: str) -> Sql | None:
    """A row (head, id, path, figures) for each community with a known input of a narrow card, computed live.

    Rows of one kind make few of the inputs, so each kind is grouped by itself: every row would be asked for
    every input otherwise, and kinds without any row cost no more than a look into an index.
    """
    assert card.narrow is not None
    kinds: dict[str, list[str]] = {}
    for item in card.inputs:
        if item.name in wanted:
            kinds.setdefault(item.rows, []).append(item.name)
    if not kinds:
        return None
    groups, each, params = [], [], ()
    for number, names in enumerate(kinds.values()):
        piece = _placed(_rows_somewhere(card, tuple(names), on, is_all=not path), path)
        groups.append(f"g{number} AS ({piece.text})")
        params += piece.params
        each += [f"SELECT division_id, '{name}' AS code, {name} AS value FROM g{number}" for name in names]
    base = _communities(path, on, None)
    collect = "jsonb_object_agg" if connection.vendor == "postgresql" else "json_group_object"
    made = Sql(
        f"WITH {', '.join(groups)} SELECT {head}, d.id, d.path, {collect}(u.code, u.value) "
        f"FROM ({' UNION ALL '.join(each)}) u JOIN ({base.text}) d ON d.id = u.division_id "
        "WHERE u.value IS NOT NULL GROUP BY d.id, d.path",
        params + base.params,
    )
    return shadowed(made, as_they_were(path, on))


def live_inputs(
    path: str,
    on: date,
    division_ids: Sequence[int] | None = None,
    *,
    wanted: Collection[str] | None = None,
    figures: Collection[str] = (),
) -> Sql:
    """The inputs of all apps, computed live, or those wanted only: tables that give none of them are not
    asked. Of narrow cards `figures` are computed, the others are NULL."""
    base = _communities(path, on, division_ids)
    inputs, joins, params = [], "", base.params
    for card in cards():
        held = [item for item in card.inputs if wanted is None or item.name in wanted]
        if card.narrow is not None:
            inputs += [_unknown(item) for item in held if item.name not in figures]
            held = [item for item in held if item.name in figures]
        if not held:
            continue
        inputs += [f"{item.sql} AS {item.name}" for item in held]
        piece = _joins(card, held, path, on, division_ids)
        joins, params = joins + piece.text, params + piece.params
    columns = ", ".join(["d.id AS division_id", "d.path AS path", *inputs])
    return Sql(f"SELECT {columns} FROM ({base.text}) d{joins}", params)


def _unknown(item: Input) -> str:
    return f"CAST(NULL AS bigint) AS {item.name}"


def inputs_of(rules: Sequence[Rule], span: Span) -> set[str]:
    """The inputs that the rules which hold in a span look at."""
    return {
        name for rule in rules for each in rule.everywhere if span.meets(each.path) for name in each.inputs
    }


def _figure(name: str, alias: str) -> str:
    """One input out of the column `figures`; NULL where the community has no row or not this figure."""
    if connection.vendor == "postgresql":
        return f"CAST({alias}.figures ->> '{name}' AS bigint)"
    return f"json_extract({alias}.figures, '$.{name}')"


def stored_inputs(run_id: int, span: Span, *, letters: bool, figures: Collection[str]) -> Sql:
    """The inputs kept by a run, with its letters if they are stored already.

    Of narrow cards `figures` are read, the others are NULL.
    The `|| ''` keeps SQLite from passing the range of `c0.path` on to the other tables: it would search
    them by that range, row by row, instead of by the path of the row.
    """
    columns = ["c0.division_id AS division_id", "c0.path AS path"]
    tables = ""
    params: list[Any] = []
    for number, card in enumerate(cards()):
        alias = f"c{number}"
        held = card.inputs
        if card.narrow is not None:
            columns += [_unknown(item) for item in card.inputs if item.name not in figures]
            held = tuple(item for item in card.inputs if item.name in figures)
            columns += [f"{_figure(item.name, alias)} AS {item.name}" for item in held]
        else:
            columns += [f"{alias}.{item.name} AS {item.name}" for item in held]
        if not number:
            tables = f"{card.model._meta.db_table} {alias}"
        elif held:
            join = "JOIN" if card.narrow is None else "LEFT JOIN"
            tables += f" {join} {card.model._meta.db_table} {alias}"
            tables += f" ON {alias}.path = c0.path || '' AND {alias}.run_id = %s"
            params.append(run_id)
    if letters:
        columns.append("s.letters AS letters")
        tables += f" JOIN {Scorecard._meta.db_table} s ON s.path = c0.path || '' AND s.run_id = %s"
        params.append(run_id)
    where = "c0.run_id = %s"
    params.append(run_id)
    if not span.is_all:
        where += " AND c0.path >= %s AND c0.path < %s"
        params += [span.low, span.high]
    return Sql(f"SELECT {', '.join(columns)} FROM {tables} WHERE {where}", tuple(params))


def live_relation(
    *,
    path: str,
    on: date,
    rules: Sequence[Rule],
    division_ids: Sequence[int] | None = None,
    wanted: Collection[str] | None = None,
    supposed: Supposed | None = None,
) -> Relation:
    """Evaluate the communities of a subtree (or some of them) from today's tables, storing nothing.

    `wanted` limits the inputs to some; whoever reads the relation must not ask for others then. `supposed`:
    what to read instead of some rows; without it those of a past day are read as they were then.
    """
    span = span_of(path)
    figures = inputs_of(rules, span)
    inputs = live_inputs(path, on, division_ids, wanted=wanted, figures=figures)
    text = f"SELECT i.*, {letters_sql(rules, span)} AS letters FROM ({inputs.text}) i"
    supposed = as_they_were(path, on) if supposed is None else supposed
    return Relation(shadowed(Sql(text, inputs.params), supposed), tuple(rules), on, computed=True)


def stored_relation(*, run: EvaluationRun, path: str, rules: Sequence[Rule]) -> Relation:
    """Read a run back; `rules` must be those of the run in its order (see store.rules_of)."""
    span = span_of(path)
    inputs = stored_inputs(run.pk, span, letters=True, figures=inputs_of(rules, span))
    return Relation(inputs, tuple(rules), run.on)


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
