"""What apps above add to procedures by name, from their `apps.py`: gates that must be open, and effects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.accounts.models import User
from governance.workflows.models import Case


@dataclass(frozen=True)
class Finishing:
    """A step about to be finished. `values` are its own; `answers` those of all steps, as `step.field`."""

    case: Case
    step: str
    values: Mapping[str, Any]
    answers: Mapping[str, Any]
    user: User
    on: date


Gate = Callable[[Finishing], Iterable[str]]
"""Gives what is missing, in words for the user; nothing when the gate is open."""

Effect = Callable[[Finishing], None]
"""What finishing the step does to other rows, in its transaction; `ValidationError` refuses it."""

gates: dict[str, Gate] = {}
effects: dict[str, Effect] = {}


def register_gate(name: str, gate: Gate) -> None:
    """Make a gate known; a second one of the same name is a programming error."""
    if gates.setdefault(name, gate) is not gate:
        raise ValueError(f"gate registered twice: {name}")


def register_effect(name: str, effect: Effect) -> None:
    """Make an effect known; a second one of the same name is a programming error."""
    if effects.setdefault(name, effect) is not effect:
        raise ValueError(f"effect registered twice: {name}")
