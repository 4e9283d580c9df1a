"""Whom a record type is about: the divisions of its level where its document applies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Q, QuerySet

from governance.divisions.models import Division
from governance.divisions.paths import is_under, path_length, under
from governance.ledgers.catalogue import Ledger, ledgers
from governance.ledgers.sheets import jurisdiction

AreaCondition = Callable[[Sequence[str]], Q]
_area_condition: list[AreaCondition] = []


def register_area_condition(condition: AreaCondition) -> None:
    """How divisions of some area types are found: communities know their own."""
    _area_condition[:] = [condition]


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


def count_subjects(some: Sequence[Ledger], path: str) -> dict[str, int]:
    """How many subjects each record type has below a path, by slug; equal questions are asked once."""
    asked: dict[tuple[object, ...], int] = {}
    found = {}
    for ledger in some:
        key = (ledger.level, narrowed(ledger, path), *ledger.record.area_types)
        if key not in asked:
            asked[key] = subjects(ledger, path).count()
        found[ledger.slug] = asked[key]
    return found
