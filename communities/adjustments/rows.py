"""The rows of some communities that follow an adjustment, of all registries, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from governance.divisions.transfers import Transfer, whole_by_kind

MOST_SUMS = 3


@dataclass(frozen=True)
class Row:
    """One row that goes to a successor.

    `told` is what it is called, `key` what may be there once in a community; `sums` are by the fields of its
    transfer.
    """

    kind: str
    pk: int
    division_id: int
    told: str
    key: str
    sums: tuple[int | None, ...] = ()

    @property
    def transfer(self) -> Transfer:
        return whole_by_kind()[self.kind]

    @property
    def label(self) -> str:
        return self.transfer.tell(" ".join(self.told.split())) or self.transfer.label


def _query(transfer: Transfer, divisions: Q, on: date) -> QuerySet[Any, Any]:
    sums: list[Any] = [F(name) for name in transfer.sums]
    sums += [Value(None)] * (MOST_SUMS - len(sums))
    rows = transfer.model._base_manager.filter(divisions, transfer.moving(on)).order_by()
    return rows.annotate(
        **{f"sum_{k}": Cast(each, BigIntegerField()) for k, each in enumerate(sums)},
        row_kind=Cast(Value(transfer.kind), CharField()),
        row_told=transfer.text(transfer.told),
        row_key=transfer.text(transfer.key),
    ).values_list("row_kind", "pk", "division_id", "row_told", "row_key", "sum_0", "sum_1", "sum_2")


def rows_of(divisions: Sequence[int], on: date, kind: str = "") -> list[Row]:
    """Rows of communities (by id) that follow on a day, ordered as they are shown; of one kind or of all."""
    transfers = [each for name, each in whole_by_kind().items() if kind in ("", name)]
    wanted = Q(division_id__in=divisions)
    first, *others = [_query(each, wanted, on) for each in transfers]
    found = first.union(*others, all=True) if others else first
    places = {name: place for place, name in enumerate(whole_by_kind())}
    rows = [
        Row(str(name), pk, division, told or "", key or "", sums)
        for name, pk, division, told, key, *sums in found
    ]
    order = {pk: place for place, pk in enumerate(divisions)}
    return sorted(rows, key=lambda row: (places[row.kind], order[row.division_id], row.told, row.pk))
