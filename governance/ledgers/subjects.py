"""Whom a record type is about: the divisions of its level where its document applies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from governance.divisions.models import Division, Level
from governance.divisions.paths import is_under, path_length, under, within
from governance.ledgers.catalogue import Ledger, ledgers
from governance.ledgers.sheets import jurisdiction

AreaCondition = Callable[[Sequence[str]], Q]
_area_condition: list[AreaCondition] = []


def register_area_condition(condition: AreaCondition) -> None:
    """How divisions of some area types are found: communities know their own."""
    _area_condition[:] = [condition]


def is_of_another_area(division: Division, types: Sequence[str], all_types: Sequence[str]) -> bool:
    """Whether a community is known to be of another area type; one that nobody entered yet is not."""
    if not types or not _area_condition:
        return False
    others = [each for each in all_types if each not in types]
    return Division.objects.filter(_area_condition[0](others), pk=division.pk).exists()


def narrowed(ledger: Ledger, path: str) -> str | None:
    """The part of a division where a record type is used, as a path; None where it is not."""
    own, _ = jurisdiction(ledger)
    if is_under(path, own):
        return path
    return own if is_under(own, path) else None


def used_in(paths: Iterable[str]) -> list[Ledger]:
    """The record types that are used anywhere below some paths, in the order of the packs."""
    wanted = list(paths)
    return [
        ledger
        for ledger in ledgers().values()
        if any(narrowed(ledger, path) is not None and _reaches(ledger, path) for path in wanted)
    ]


def _reaches(ledger: Ledger, path: str) -> bool:
    """Whether a division of the level can lie at or below a path."""
    return len(path) <= path_length(ledger.level)


def subjects(ledger: Ledger, path: str) -> QuerySet[Division]:
    """The divisions below a path that the record type asks of, in path order."""
    inside = narrowed(ledger, path)
    if inside is None:
        return Division.objects.none()
    rows = Division.objects.current().filter(under(inside), level=ledger.level)
    if ledger.record.area_types and _area_condition:
        rows = rows.filter(_area_condition[0](ledger.record.area_types))
    return rows.order_by("path")


def area_flag(kind: Sequence[str]) -> Any:
    """1 for divisions of some area types, 0 for others, as an expression."""
    if not _area_condition:
        return Value(1)
    return Case(When(_area_condition[0](kind), then=1), default=0)


class Census:
    """How many subjects the record types have below some paths, and since when they exist (one statement)."""

    def __init__(self, some: Sequence[Ledger], paths: Sequence[str]) -> None:
        self.paths = paths
        self._columns = {
            kind: f"kind_{number}"
            for number, kind in enumerate(sorted({tuple(each.record.area_types) for each in some} - {()}))
        }
        rows = Division.objects.current().filter(within(paths), level__in={each.level for each in some})
        flags = {name: area_flag(kind) for kind, name in self._columns.items()}
        rows = rows.order_by().annotate(county=Substr("path", 1, path_length(Level.COUNTY)), **flags)
        grouped = rows.values("level", "county", "opened_on", *flags).annotate(number=Count("pk"))
        self._groups: list[dict[str, Any]] = list(grouped) if some else []

    def _of(self, ledger: Ledger) -> Iterator[dict[str, Any]]:
        parts = [part for path in self.paths if (part := narrowed(ledger, path)) is not None]
        flag = self._columns.get(tuple(ledger.record.area_types))
        for group in self._groups:
            if group["level"] != ledger.level or (flag and not group[flag]):
                continue
            county = group["county"]
            if any(is_under(county, part) or is_under(part, county) for part in parts):
                yield group

    def count(self, ledger: Ledger, founded_by: date | None = None) -> int:
        """All subjects today, or those that existed on a day; an unknown founding day is long ago."""
        return sum(
            group["number"]
            for group in self._of(ledger)
            if founded_by is None or group["opened_on"] is None or group["opened_on"] <= founded_by
        )
