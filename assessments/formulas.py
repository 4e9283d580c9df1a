"""The score of an assessment (D38), in exact integers of hundredths."""

from collections.abc import Sequence

WHOLE = 10_000
"""All weights together, in hundredths of a percent; also the highest score, in hundredths of a point."""


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def weighted_score(pairs: Sequence[tuple[int, int | None]]) -> int | None:
    """Σ weight × score from pairs of both, in hundredths, rounded half up.

    None as long as a criterion has no score: what is missing is never zero. The weights must make up `WHOLE`.
    """
    if not pairs or any(score is None for _, score in pairs):
        return None
    return _half_up(sum(weight * (score or 0) for weight, score in pairs), WHOLE)


def mean(values: Sequence[int]) -> int | None:
    """The average in the unit of the values, rounded half up; None without any."""
    return _half_up(sum(values), len(values)) if values else None
