"""How an indicator is compared with a standard's value: one class per kind, each also its schema."""

import json
from functools import lru_cache
from typing import Any

from governance.policies.comparisons.bands import Bands
from governance.policies.comparisons.base import Comparison, Measured
from governance.policies.comparisons.classes import SizeClass
from governance.policies.comparisons.inputs import (
    AtLeastInput,
    AtMostInput,
    EachAtLeast,
    EqualShares,
    Falls,
    Rises,
)
from governance.policies.comparisons.nominal import Ideal, Matching, Nominal, Recorded
from governance.policies.comparisons.stages import Stages
from governance.policies.comparisons.thresholds import AtLeast, AtLeastPer, AtMost, Between, FeasibleBetween

COMPARISONS: dict[str, type[Comparison]] = {
    comparison.kind: comparison
    for comparison in (
        AtLeast,
        AtLeastPer,
        AtMost,
        Between,
        FeasibleBetween,
        Bands,
        Nominal,
        Ideal,
        Recorded,
        Matching,
        AtLeastInput,
        AtMostInput,
        Rises,
        Falls,
        EqualShares,
        EachAtLeast,
        SizeClass,
        Stages,
    )
}

__all__ = [
    "COMPARISONS",
    "AtLeast",
    "AtLeastInput",
    "AtLeastPer",
    "AtMost",
    "AtMostInput",
    "Bands",
    "Between",
    "Comparison",
    "EachAtLeast",
    "EqualShares",
    "Falls",
    "FeasibleBetween",
    "Ideal",
    "Matching",
    "Measured",
    "Nominal",
    "Recorded",
    "Rises",
    "SizeClass",
    "Stages",
    "comparison_for",
]


def comparison_for(kind: str, parameters: dict[str, Any]) -> Comparison:
    """The comparison of a stored value; parameters were validated when the pack was loaded.

    Comparisons never change, so equal parameters give the same object, made once a process.
    """
    return _comparison(kind, json.dumps(parameters, sort_keys=True, default=str))


@lru_cache(maxsize=2048)
def _comparison(kind: str, text: str) -> Comparison:
    return COMPARISONS[kind].model_validate(json.loads(text))
