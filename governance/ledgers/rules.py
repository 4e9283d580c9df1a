"""Gates over a whole entry, as the pack states them: which faults an entry has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from governance.policies.record_schema import Answer, RecordRule

Ask = Callable[[str], Any]
"""Gives the value of a field (or of an own date) by its key."""


def _is(value: Any, answer: Answer) -> bool:
    return value in answer if isinstance(answer, list) else value == answer


def _number(ask: Ask, given: str | int) -> Any:
    return ask(given) if isinstance(given, str) else given


def speaks(rule: RecordRule, ask: Ask) -> bool:
    """Whether a rule is about an entry at all."""
    return all(_is(ask(key), answer) for key, answer in rule.when.items()) and all(map(ask, rule.given))


def faults(rule: RecordRule, ask: Ask) -> Iterator[str]:
    """Keys of the fields at which a rule is broken; none when it does not speak or is kept.

    What is missing breaks only a rule that asks for it to be filled, answered, positive or held. What lies
    beyond the entry (`earlier`, `attached`) is asked by `chain`.
    """
    if not speaks(rule, ask):
        return
    for key in rule.filled:
        if ask(key) in (None, "", []):
            yield key
    for key, answer in rule.equals.items():
        if not _is(ask(key), answer):
            yield key
    for key in rule.positive:
        if not (ask(key) or 0) > 0:
            yield key
    for key, words in rule.holds.items():
        if set(words) - set(ask(key) or ()):
            yield key
    yield from _compared(rule, ask)


def _compared(rule: RecordRule, ask: Ask) -> Iterator[str]:
    for late, early in rule.not_before.items():
        first, second = ask(early), ask(late)
        if first and second and second < first:
            yield late
    for late, (early, days) in rule.days_after.items():
        first, second = ask(early), ask(late)
        if first and second and second < first + timedelta(days=days):
            yield late
    for key, (whole, *parts) in rule.left.items():
        total, taken = ask(whole), [ask(part) or 0 for part in parts]
        if total is not None and ask(key) is not None and ask(key) != max(0, total - sum(taken)):
            yield key
    for key, given in rule.at_most.items():
        value, most = ask(key), _number(ask, given)
        if value is not None and most is not None and value > most:
            yield key
    for key, given in rule.at_least.items():
        value, least = ask(key), _number(ask, given)
        if value is not None and least is not None and value < least:
            yield key
