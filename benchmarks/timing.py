"""Measuring two ways of doing the same by turns, so that what else the machine does hits both."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """One line of output.

    `ours` and `reference` are seconds. With goal "≥ n" the ratio is reference ÷ ours (how many times faster
    we are), with "≤ n" it is ours ÷ reference (how many times as long we take). `sampled`: how many of
    `rows` the reference worked on, its time being extrapolated; None when all.
    """

    name: str
    against: str
    ours: float
    reference: float
    rows: int
    goal: str
    sampled: int | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        faster = self.goal.startswith("≥")
        return self.reference / self.ours if faster else self.ours / self.reference

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "name": self.name,
            "against": self.against,
            "ours": round(self.ours, 4),
            "reference": round(self.reference, 4),
            "ratio": round(self.ratio, 2),
            "goal": self.goal,
            "rows": self.rows,
        }
        if self.sampled is not None:
            found["reference_sampled"] = self.sampled
        return found | self.notes


def seconds(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def by_turns(*actions: Callable[[], Any], rounds: int) -> list[float]:
    """Best seconds of each action: whatever else the machine does can only add to them."""
    taken: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for action, times in zip(actions, taken, strict=True):
            times.append(seconds(action))
    return [min(times) for times in taken]


def emit(measurement: Measurement, database: str) -> None:
    """One JSON object a line on standard output."""
    print(json.dumps({**measurement.as_json(), "database": database}, ensure_ascii=False), flush=True)


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)
