"""How the rows of every scoped model follow when communities are split, merged or closed.

Apps declare it in their `apps.py`, one `Transfer` for each model of `scoped_models()`; a test fails when one
has none. Whoever carries out an adjustment of communities works through the registry and knows no model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from django.db.models import CharField, F, Model, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from governance.divisions.registry import scoped_models


class Way(Enum):
    """What becomes of a model's rows."""

    WHOLE = "whole"
    """Each row goes, as it is, to one successor; its id and history stay."""
    FIGURES = "figures"
    """The one row of a community: a successor has its own, figures are apportioned, the old row stays."""
    WITH_ROW = "with_row"
    """The row hangs on another one (`object_type`, `object_id`) and goes where that goes."""
    STAYS = "stays"
    """What was true of the closed division, or is about a higher one: nothing moves."""


def still_valid(on: date) -> Q:
    """Rows that have not ended on a day; what ended before stays with the old community as its history."""
    return Q(voided_on=None) & (Q(ended_on=None) | Q(ended_on__gt=on))


def every_valid(on: date) -> Q:
    """Rows whose count does not stop with their end: all that were not voided."""
    return Q(voided_on=None)


def _itself(row: Any) -> type[Model]:
    return type(row)


@dataclass(frozen=True)
class Transfer:
    """One model.

    `label` is the registry's name, `why` says in words of users why its rows stay. Of WHOLE: `moving` are the
    rows that go on; `told` and `key` are texts of a row, what it is called and what is there once in a
    community; two of one key in a successor meet, and then the text field `renamed` of the later one is
    written anew by `rename(value, taken, from name)`, or without it nothing can be applied; `sums` are
    fields whose sums must not change; `names_persons`: told only to who may see persons; `kind_of` is the
    model under which events and attachments know a row. Of FIGURES: every field of the model stands in
    `figures` (apportioned), `copied` (taken over where all predecessors agree) or `dropped` (begins empty).
    """

    model: type[Model]
    way: Way
    label: str = ""
    why: str = ""
    order: int = 100
    moving: Callable[[date], Q] = still_valid
    told: Combinable | str = "name"
    key: Combinable | str = "name"
    renamed: str = ""
    rename: Callable[[str, set[str], str, int], str] | None = None
    sums: tuple[str, ...] = ()
    names_persons: bool = False
    kind_of: Callable[[Any], type[Model]] = _itself
    tell: Callable[[str], str] = str
    figures: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.model._meta.label_lower

    @property
    def slug(self) -> str:
        """The model in an address."""
        return str(self.model._meta.model_name)

    def text(self, what: Combinable | str) -> Any:
        return Cast(F(what) if isinstance(what, str) else what, CharField())

    def caption(self, name: str) -> str:
        """A field in the words of its form."""
        return str(self.model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


_transfers: dict[type[Model], Transfer] = {}


def register(*transfers: Transfer) -> None:
    for transfer in transfers:
        _transfers[transfer.model] = transfer


def stays(why: str, *models: type[Model]) -> None:
    """Declare models whose rows stay where they are."""
    register(*(Transfer(model, Way.STAYS, why=why) for model in models))


def registered(way: Way | None = None) -> tuple[Transfer, ...]:
    found = [each for each in _transfers.values() if way is None or each.way is way]
    return tuple(sorted(found, key=lambda each: (each.order, each.kind)))


def whole_by_kind() -> dict[str, Transfer]:
    """The models whose rows move, by label, in the order in which they are shown."""
    return {each.kind: each for each in registered(Way.WHOLE)}


def undeclared() -> list[type[Model]]:
    """Scoped models of which nobody has said what becomes of their rows."""
    return [model for model in scoped_models() if model not in _transfers]


def undecided(transfer: Transfer, shared: set[str]) -> set[str]:
    """Fields of an apportioned row of which nothing is said; `shared` are those every row has."""
    names = {each.name for each in transfer.model._meta.concrete_fields}
    return names - shared - {*transfer.figures, *transfer.copied, *transfer.dropped}


def with_origin(value: str, taken: set[str], origin: str, longest: int) -> str:
    """A name that is taken, told apart by where it came from: 活动室（原习武园社区）."""
    number = 1
    while True:
        ending = f"（原{origin}{number if number > 1 else ''}）"
        found = f"{value[: longest - len(ending)]}{ending}"
        if found not in taken:
            return found
        number += 1


def next_number(value: str, taken: set[str], origin: str, longest: int) -> str:
    """The number after the highest one, as wide as it was: 001 → 007; what is no number is told apart."""
    if not value.isdecimal():
        return with_origin(value, taken, origin, longest)
    highest = max((int(each) for each in taken if each.isdecimal()), default=0)
    return f"{highest + 1:0{len(value)}d}"
