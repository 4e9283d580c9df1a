"""Rows that many tests begin with: made once a process by the real code, then put back as plain rows.

Every test still has its own transaction and may change what it likes. What is put back is byte for byte what
the maker wrote when it first ran, times of entry included.
"""

import copy
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, models, transaction

from governance.audit.models import Event

T = TypeVar("T")
Row = tuple[Any, ...]

_LEFT_ALONE = {"contenttypes.contenttype", "auth.permission"}
_NUMBERED_ANEW = {Event}
"""Rows that nothing refers to by number, and that other fixtures may have written before."""


@dataclass(frozen=True)
class _Table:
    """One table and what of its rows is kept."""

    name: str
    key: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, model: type[models.Model]) -> "_Table":
        quote = connection.ops.quote_name
        fields = [
            field for field in model._meta.local_concrete_fields if not getattr(field, "generated", False)
        ]
        if model in _NUMBERED_ANEW:
            fields = [field for field in fields if not field.primary_key]
        columns = tuple(quote(str(field.column)) for field in fields)
        return cls(quote(model._meta.db_table), quote(str(model._meta.pk.column)), columns)

    def rows(self) -> dict[Any, Row]:
        """Rows by key as the driver gives them (`+` keeps SQLite from making dates of text)."""
        shown = [f"+{name}" for name in self.columns] if connection.vendor == "sqlite" else self.columns
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {self.key}, {', '.join(shown)} FROM {self.name} ORDER BY {self.key}")
            return {row[0]: row[1:] for row in cursor.fetchall()}

    def add(self, rows: list[Row]) -> None:
        places = f"({', '.join(['%s'] * len(self.columns))})"
        at_once = max(1, 900 // len(self.columns))
        with connection.cursor() as cursor:
            for start in range(0, len(rows), at_once):
                part = rows[start : start + at_once]
                cursor.execute(
                    f"INSERT INTO {self.name} ({', '.join(self.columns)}) "
                    f"VALUES {', '.join([places] * len(part))}",
                    [value for row in part for value in row],
                )

    def remove(self, keys: list[Any]) -> None:
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute(f"DELETE FROM {self.name} WHERE {self.key} = %s", [key])

    def change(self, rows: dict[Any, Row]) -> None:
        sets = ", ".join(f"{column} = %s" for column in self.columns)
        with connection.cursor() as cursor:
            for key, row in rows.items():
                cursor.execute(f"UPDATE {self.name} SET {sets} WHERE {self.key} = %s", [*row, key])


@dataclass(frozen=True)
class _Written:
    """What a maker wrote into one table."""

    table: _Table
    added: list[Row]
    changed: dict[Any, Row]
    gone: list[Any]

    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.gone)

    def repeat(self) -> None:
        self.table.remove(self.gone)
        self.table.add(self.added)
        self.table.change(self.changed)


def _number_on(written: list[_Written]) -> None:
    """Let PostgreSQL number new rows behind those put back: a sequence sees only what it numbered itself."""
    if connection.vendor != "postgresql":
        return
    highest = []
    for part in written:
        table = part.table
        if part.added and table.key in table.columns:
            key = max(row[table.columns.index(table.key)] for row in part.added)
            if isinstance(key, int):
                highest.append((table.name, table.key.strip('"'), key))
    ask = "SELECT setval(s, GREATEST(nextval(s), %s)) FROM (SELECT pg_get_serial_sequence(%s, %s) AS s) q"
    with connection.cursor() as cursor:
        for name, column, key in highest:
            cursor.execute(ask, [key, name, column])


def _tables(left_alone: Container[str] = ()) -> list[_Table]:
    return [
        _Table.of(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in left_alone
    ]


_kept: dict[str, tuple[list[_Written], Any]] = {}


def made_once(name: str, make: Callable[[], T]) -> T:
    """What `make` writes and gives back: by `make` itself the first time, from memory afterwards.

    Its result must be copyable. When a number is taken (the test has made rows of its own before) `make` runs
    as if for the first time.
    """
    if name not in _kept:
        tables = _tables(_LEFT_ALONE)
        before = {table: table.rows() for table in tables}
        result = make()
        written = [_difference(table, before[table]) for table in tables]
        _kept[name] = ([part for part in written if not part.is_empty()], copy.deepcopy(result))
        return result
    written, result = _kept[name]
    try:
        with transaction.atomic():
            for part in written:
                part.repeat()
            _number_on(written)
    except IntegrityError:
        return make()
    return copy.deepcopy(result)


def _difference(table: _Table, before: dict[Any, Row]) -> _Written:
    after = table.rows()
    added = [row for key, row in after.items() if key not in before]
    changed = {key: row for key, row in after.items() if key in before and row != before[key]}
    return _Written(table, added, changed, [key for key in before if key not in after])


_after_flush: list[_Written] = []


def refill(emit_post_migrate: Callable[[], None]) -> None:
    """What signal handlers write into an emptied database: by themselves once a process, then from memory.

    Content types and permissions of some eighty models take a quarter of a second to find out anew.
    """
    if _after_flush:
        with transaction.atomic():
            for part in _after_flush:
                part.repeat()
            _number_on(_after_flush)
        ContentType.objects.clear_cache()
        return
    emit_post_migrate()
    written = [_Written(table, list(table.rows().values()), {}, []) for table in _tables()]
    _after_flush.extend(part for part in written if not part.is_empty())
