"""Evaluating rows as they would be, or as they were: a pure read, nothing is written.

A table is shadowed by a common table expression of its own name, so the statements of the apps' cards and the
rules stay what they are. Rows named by a condition get other values in some columns; a copy is a further row
made from one that exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Model

from governance.policies.evaluation.sql import Sql

Values = Mapping[str, Any]
"""Column → value; days as text."""


@dataclass(frozen=True)
class Changed:
    """Rows of a model with other values; `ids` of different changes are disjoint."""

    ids: frozenset[int]
    values: Values


@dataclass
class Supposed:
    """What is supposed, by model."""

    changed: dict[type[Model], list[Changed]] = field(default_factory=dict)
    copies: dict[type[Model], list[Changed]] = field(default_factory=dict)

    def change(self, model: type[Model], ids: Iterable[int], values: Values) -> None:
        if found := frozenset(ids):
            self.changed.setdefault(model, []).append(Changed(found, values))

    def copy(self, model: type[Model], of: int, values: Values) -> None:
        """A further row like the one of an id."""
        self.copies.setdefault(model, []).append(Changed(frozenset({of}), values))

    def __bool__(self) -> bool:
        return bool(self.changed or self.copies)

    def tables(self) -> Sql:
        """The shadowing expressions, to stand after WITH."""
        models = dict.fromkeys([*self.changed, *self.copies])
        parts = [_table(model, self.changed.get(model, []), self.copies.get(model, [])) for model in models]
        return Sql(", ".join(each.text for each in parts), tuple(p for each in parts for p in each.params))


def _condition(ids: Iterable[int]) -> str:
    return f"id IN ({', '.join(str(int(each)) for each in sorted(ids))})"


def _table(model: type[Model], changed: list[Changed], copies: list[Changed]) -> Sql:
    quote = connection.ops.quote_name
    name = quote(model._meta.db_table)
    # SQLite takes the bare name for the expression itself, PostgreSQL for the table.
    stored = f"main.{name}" if connection.vendor == "sqlite" else name
    columns = [str(each.column) for each in model._meta.concrete_fields]
    plain = ", ".join(quote(each) for each in columns)
    others = [each for group in changed for each in group.ids]
    where = f" WHERE NOT ({_condition(others)})" if others else ""
    text, params = f"SELECT {plain} FROM {stored}{where}", []
    for group in (*changed, *copies):
        shown = ", ".join("%s" if each in group.values else quote(each) for each in columns)
        params += [group.values[each] for each in columns if each in group.values]
        text += f" UNION ALL SELECT {shown} FROM {stored} WHERE {_condition(group.ids)}"
    return Sql(f"{name} AS NOT MATERIALIZED ({text})", tuple(params))


History = Callable[[str, date], Supposed | None]
_histories: list[History] = []


def register_history(history: History) -> None:
    """`history(path, on)`: rows below a path that stood elsewhere on a day before today."""
    if history not in _histories:
        _histories.append(history)


def as_they_were(path: str, on: date) -> Supposed | None:
    """What must be supposed so that the communities of a past day have their own rows again."""
    for history in _histories:
        if found := history(path, on):
            return found
    return None


def shadowed(sql: Sql, supposed: Supposed | None) -> Sql:
    """A statement that reads the tables as supposed; one that begins with WITH keeps its own expressions."""
    if not supposed:
        return sql
    tables = supposed.tables()
    rest = f", {sql.text[5:]}" if sql.text.startswith("WITH ") else f" {sql.text}"
    return Sql(f"WITH {tables.text}{rest}", tables.params + sql.params)
