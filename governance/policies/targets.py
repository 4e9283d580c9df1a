"""Targets on a day: whether they are due, what became of them, and whether they keep pace (pure, D26, D37).

A target is closed from the day after its due day (the later one where there are two, G25) and goes on as a
standing floor (G26): its state is that of the day asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db import models

from governance.policies.outcomes import Outcome


class TargetState(models.TextChoices):
    OPEN = "open", "未到期"
    ACHIEVED = "achieved", "已到期，达成"
    MISSED = "missed", "已到期，未达成"
    NO_DATA = "no_data", "已到期，缺数据"
    UNDATED = "undated", "未定期限"
    NOT_APPLICABLE = "not_applicable", "不适用"


STATE_COLOURS: dict[str, str] = {
    TargetState.OPEN: "blue",
    TargetState.ACHIEVED: "green",
    TargetState.MISSED: "red",
    TargetState.NO_DATA: "amber",
    TargetState.UNDATED: "grey",
    TargetState.NOT_APPLICABLE: "grey",
}
_MISSED = {Outcome.NOT_MET, Outcome.WARNING, Outcome.INFEASIBLE}


def is_past(due: date | None, on: date) -> bool:
    """The due day itself is still in time."""
    return due is not None and on > due


def state_of(*, due: date | None, on: date, outcome: Outcome | None) -> TargetState:
    """What a day says of a target; what could not be told (missing, contradictory) is no result."""
    if outcome == Outcome.NOT_APPLICABLE:
        return TargetState.NOT_APPLICABLE
    if due is None:
        return TargetState.UNDATED
    if not is_past(due, on):
        return TargetState.OPEN
    if outcome == Outcome.MET:
        return TargetState.ACHIEVED
    return TargetState.MISSED if outcome in _MISSED else TargetState.NO_DATA


def year_state(count: int | None, quota: Fraction) -> TargetState:
    """A year that is over: its count against the yearly quota (D26)."""
    if count is None:
        return TargetState.NO_DATA
    return TargetState.ACHIEVED if count >= quota else TargetState.MISSED


@dataclass(frozen=True)
class Curve:
    """The straight line from the baseline on the first day to the target on the due day."""

    start: date
    baseline: Fraction
    due: date
    target: Fraction
    falls: bool = False
    """Whether less is better (不超过)."""

    def expected(self, on: date) -> Fraction:
        """What should be there by a day: the baseline until the start, the target from the due day on."""
        if on >= self.due:
            return self.target
        if on <= self.start:
            return self.baseline
        passed = Fraction((on - self.start).days, (self.due - self.start).days)
        return self.baseline + (self.target - self.baseline) * passed

    def keeps(self, actual: Fraction, on: date) -> bool:
        """Whether a figure is on the line or ahead of it, or has reached the target already."""
        expected = self.expected(on)
        if self.falls:
            return actual <= max(expected, self.target)
        return actual >= min(expected, self.target)


@dataclass(frozen=True)
class Pace:
    """Where a figure should stand on a day, and where it stands; the last curve is that of the later day."""

    on: date
    curves: tuple[Curve, ...]
    actual: Fraction | None

    @property
    def last(self) -> Curve:
        return self.curves[-1]

    @property
    def expected(self) -> Fraction:
        return self.last.expected(self.on)

    @property
    def is_ahead(self) -> bool | None:
        """None without a figure."""
        return None if self.actual is None else self.last.keeps(self.actual, self.on)


def pace_of(
    *,
    on: date,
    start: date,
    baseline: Fraction,
    dues: Sequence[date],
    target: Fraction,
    actual: Fraction | None,
    falls: bool = False,
) -> Pace | None:
    """The pace towards each due day, earliest first; None where no time lies between."""
    curves = tuple(Curve(start, baseline, due, target, falls) for due in sorted(dues) if due > start)
    return Pace(on, curves, actual) if curves else None
