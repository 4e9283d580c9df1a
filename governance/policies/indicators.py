"""Registries that apps fill: cards (inputs per community) and indicators (declared SQL over inputs).

An **input** is a raw integer (or code) of one community on one day, computed by an app from its own tables.
An **indicator** is a numerator and a denominator over inputs, as SQL that runs alike on SQLite and
PostgreSQL. No threshold stands here: those are data in the packs.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models

from governance.policies.units import UNITS


class UnknownIndicator(LookupError):
    """A pack names an indicator that no app declares."""


@dataclass(frozen=True)
class Input:
    """One column of a card.

    `sql` is an expression over the card's sources (aliases) that yields NULL where data are missing.
    `additive` inputs may be summed over communities. `rows` names the registry the figure comes from.
    `labels` gives the words users know for a coded input.
    """

    name: str
    label: str
    sql: str
    unit: str = "piece"
    rows: str = ""
    additive: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)


Rows = Callable[[models.Q], tuple[str, tuple[Any, ...]]]
"""Rows of communities (`division_id`) under a condition on path and division, as SQL with parameters."""
Narrow = Callable[[Collection[str], date], dict[str, Rows]]


@dataclass(frozen=True, eq=False)
class Card:
    """What one app knows of every community on a day.

    `sources` are querysets with one row per community (column `division_id`) for a day, by alias; `model`
    stores the inputs of a run in typed columns of the same names.

    A card of very many inputs of which each community has few gives `narrow` instead of `sources`: it makes
    the rows of some inputs by alias, and `model` stores those that are known as one JSON object (column
    `figures`), if there is any. Its inputs of the same `rows` come from the same rows, so under one alias.
    """

    model: type[models.Model]
    sources: dict[str, Callable[[date], models.QuerySet[Any, Any]]]
    inputs: tuple[Input, ...]
    narrow: Narrow | None = None


@dataclass(frozen=True)
class Indicator:
    """A computable measure, documented where it is declared.

    `numerator` and `denominator` are SQL over input names; NULL means missing, denominator 0 not applicable.
    `invalid` is a SQL condition under which the data contradict each other (data_error), with `invalid_text`
    telling the user what to check.
    """

    code: str
    name: str
    unit: str
    formula: str
    numerator: str
    inputs: tuple[str, ...]
    denominator: str = "1"
    invalid: str | None = None
    invalid_text: str = ""
    sources: tuple[str, ...] = field(default=())


_cards: list[Card] = []
_inputs: dict[str, Input] = {}
"""Inputs of the cards so far, put together when they are asked for."""
_indicators: dict[str, Indicator] = {}
Source = Callable[[], tuple[Card | None, tuple[Indicator, ...]]]
_sources: list[Source] = []


def register_card(card: Card) -> None:
    _cards.append(card)
    _inputs.clear()


def register_indicators(*indicators: Indicator) -> None:
    for indicator in indicators:
        if indicator.unit not in UNITS:
            raise ValueError(f"indicator {indicator.code}: unknown unit {indicator.unit}")
        if indicator.code in _indicators:
            raise ValueError(f"indicator {indicator.code} is declared twice")
        _indicators[indicator.code] = indicator


def register_source(source: Source) -> None:
    """Add a card and indicators that are made from data when anything is first measured."""
    _sources.append(source)


def _ask_sources() -> None:
    while _sources:
        card, indicators = _sources.pop()()
        if card is not None:
            register_card(card)
        register_indicators(*indicators)


def cards() -> tuple[Card, ...]:
    """All cards; those of data come last."""
    _ask_sources()
    return tuple(_cards)


def all_inputs() -> Mapping[str, Input]:
    """Inputs of all cards by name. Explaining a thousand results asks for them two thousand times."""
    known = cards()
    if not _inputs:
        _inputs.update({item.name: item for card in known for item in card.inputs})
    return _inputs


def all_indicators() -> Iterator[Indicator]:
    _ask_sources()
    return iter(_indicators.values())


def indicator(code: str) -> Indicator:
    """The indicator of a code; raises `UnknownIndicator`."""
    _ask_sources()
    try:
        return _indicators[code]
    except KeyError:
        raise UnknownIndicator(code) from None
