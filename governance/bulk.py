"""Writing many rows with few statements.

Django's `bulk_create` spends most of an import on asking every field about every value, and `bulk_update`
builds a CASE per field and row. Here the values of a column are converted by one function, and an UPDATE
joins a list of VALUES. Signals and `save()` are not run; neither are they by Django's bulk methods.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

_PARAMETERS = 30_000
"""Values in one statement: SQLite's own limit is 32,766 where a distribution has not raised it."""

_MANY = 500
"""From so many rows on PostgreSQL is given them by COPY."""

_PLAIN = {
    "CharField",
    "TextField",
    "BooleanField",
    "IntegerField",
    "SmallIntegerField",
    "BigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "PositiveBigIntegerField",
    "ForeignKey",
    "OneToOneField",
    "BigAutoField",
    "AutoField",
}
_NATIVE = (str, int, bool, type(None))


def _converter(field: Any, connection: Any) -> Callable[[Any], Any]:
    """A Python value to a parameter; plain values pass as they are."""
    if type(field).__module__.startswith("django.") and type(field).__name__ in _PLAIN:

        def plain(value: Any) -> Any:
            return value if type(value) in _NATIVE else field.get_db_prep_save(value, connection)

        return plain

    def prepared(value: Any) -> Any:
        return None if value is None else field.get_db_prep_save(value, connection)

    return prepared


def _parameters(rows: Sequence[Any], fields: Sequence[Any]) -> list[Any]:
    connection = connections[DEFAULT_DB_ALIAS]
    pairs = [(field.attname, _converter(field, connection)) for field in fields]
    return [convert(getattr(row, name)) for row in rows for name, convert in pairs]


_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _copied(value: Any) -> str:
    """A parameter as PostgreSQL's COPY reads it."""
    if value is None:
        return r"\N"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (bool, int, float, Decimal)):
        return str(value)
    # JSON comes wrapped for psycopg2; anything else that is no text would be a fault of ours.
    text = value if isinstance(value, str) else value.dumps(value.adapted)
    return str(text).translate(_ESCAPES)


def _copy(cursor: Any, table: str, columns: str, rows: Sequence[Any], fields: Sequence[Any]) -> None:
    """Rows into a PostgreSQL table; several times faster than VALUES, which it has to parse."""
    values = list(map(_copied, _parameters(rows, fields)))
    width = len(fields)
    lines = ("\t".join(values[start : start + width]) for start in range(0, len(values), width))
    with connections[DEFAULT_DB_ALIAS].wrap_database_errors:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("\n".join(lines) + "\n"))


def _values(rows: int, columns: int) -> str:
    return ", ".join([f"({', '.join(['%s'] * columns)})"] * rows)


def insert(model: type[models.Model], rows: Sequence[Any], *, with_ids: bool = True) -> None:
    """Insert new rows whose primary key the database gives; `with_ids` reads the keys back into the rows."""
    connection = connections[DEFAULT_DB_ALIAS]
    pk: Any = model._meta.pk
    fields: list[Any] = [field for field in model._meta.concrete_fields if field is not pk]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    tail = f" RETURNING {quote(pk.column)}" if with_ids else ""
    size = max(1, _PARAMETERS // len(fields))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            if connection.vendor == "postgresql" and not with_ids and len(some) >= _MANY:
                _copy(cursor, quote(model._meta.db_table), columns, some, fields)
                continue
            cursor.execute(
                f"INSERT INTO {quote(model._meta.db_table)} ({columns}) "
                f"VALUES {_values(len(some), len(fields))}{tail}",
                _parameters(some, fields),
            )
            if with_ids:
                for row, (key,) in zip(some, cursor.fetchall(), strict=True):
                    row.pk = key
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def update(model: type[models.Model], rows: Sequence[Any], names: Sequence[str]) -> None:
    """Write the named fields of existing rows."""
    connection = connections[DEFAULT_DB_ALIAS]
    meta = model._meta
    pk: Any = meta.pk
    fields: list[Any] = [pk, *(meta.get_field(name) for name in names)]
    quote = connection.ops.quote_name
    listed = ", ".join(f"c{index}" for index in range(len(fields)))
    settings = []
    for index, field in enumerate(fields[1:], 1):
        # PostgreSQL takes untyped literals in VALUES for text; SQLite would cast '2024-01-01' to 2024.
        value = f"v.c{index}"
        if connection.vendor == "postgresql":
            value = f"CAST({value} AS {field.db_type(connection)})"
        settings.append(f"{quote(field.column)} = {value}")
    table = quote(meta.db_table)
    size = max(1, _PARAMETERS // len(fields))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) >= _MANY:
            typed = [
                f"c{i} {field.db_type(connection) if i else field.rel_db_type(connection)}"
                for i, field in enumerate(fields)
            ]
            cursor.execute(f"CREATE TEMPORARY TABLE bulk_update ({', '.join(typed)})")
            for start in range(0, len(rows), size):
                _copy(cursor, "bulk_update", listed, rows[start : start + size], fields)
            cursor.execute(
                f"UPDATE {table} SET {', '.join(settings)} FROM bulk_update v "
                f"WHERE {table}.{quote(pk.column)} = v.c0"
            )
            cursor.execute("DROP TABLE bulk_update")
            return
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            cursor.execute(
                f"WITH v ({listed}) AS (VALUES {_values(len(some), len(fields))}) "
                f"UPDATE {table} SET {', '.join(settings)} FROM v WHERE {table}.{quote(pk.column)} = v.c0",
                _parameters(some, fields),
            )


@contextmanager
def without_collector() -> Iterator[None]:
    """A block that makes hundreds of thousands of objects, without the cyclic collector walking them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
