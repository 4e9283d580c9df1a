"""Conditions on which a standard applies to a community, beyond the area type.

A condition that is false makes the standard not applicable; one that cannot be told (missing input) makes
it no_data, unless another one is false already. `only_warns` names area types that the text does not speak
of and that are measured by the figure of another: missing it there is a warning, never a failure (G11).
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

FOUNDING = "is_founding"
"""The input that says whether a community is approved but not yet on the ledger."""


class Limits(BaseModel):
    """Bounds of an input, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    min: int | None = None
    max: int | None = None


class Conditions(BaseModel):
    """`inputs`: bounds by input name. `new_since`: new communities only, founded on or after the day, or
    marked by hand (G13). `from_approval`: communities still being set up are measured too; the others wait
    until they are on the ledger (E1: staff and elections count from the approval)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    inputs: dict[str, Limits] = {}
    new_since: date | None = None
    from_approval: bool = False
    only_warns: tuple[Literal["urban", "town", "rural"], ...] = ()


def conditions_for(stored: dict[str, Any]) -> Conditions:
    """The conditions of a stored standard; equal ones are the same object, made once a process."""
    return _conditions(json.dumps(stored, sort_keys=True))


@lru_cache(maxsize=1024)
def _conditions(text: str) -> Conditions:
    return Conditions.model_validate(json.loads(text))


@dataclass(frozen=True)
class ConditionSql:
    """SQL conditions under which the standard surely does not apply, or cannot be told."""

    excluded: list[str]
    unknown: list[str]


def condition_sql(conditions: Conditions) -> ConditionSql:
    excluded, unknown = [], []
    for name, limits in conditions.inputs.items():
        unknown.append(f"{name} IS NULL")
        if limits.min is not None:
            excluded.append(f"{name} < {limits.min}")
        if limits.max is not None:
            excluded.append(f"{name} > {limits.max}")
    if conditions.new_since:
        day = conditions.new_since.isoformat()
        unknown.append("(is_new_build IS NULL AND founded_on IS NULL)")
        excluded.append(f"(is_new_build = 0 OR (is_new_build IS NULL AND founded_on < '{day}'))")
    return ConditionSql(excluded, unknown)
