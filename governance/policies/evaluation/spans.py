"""Spans of the division tree: half-open ranges of paths in which the same rules hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from governance.policies.evaluation.rule import LAST_PATH, Rule, end_of


@dataclass(frozen=True)
class Span:
    """The communities with `low` <= path < `high`."""

    low: str
    high: str

    @property
    def is_all(self) -> bool:
        return not self.low and self.high == LAST_PATH

    def lies_in(self, path: str) -> bool:
        """Whether the whole span lies in the division at `path`."""
        return path <= self.low and self.high <= end_of(path)

    def meets(self, path: str) -> bool:
        """Whether some of the span lies in the division at `path`."""
        return path < self.high and self.low < end_of(path)


def span_of(path: str) -> Span:
    """The span of a division."""
    return Span(path, end_of(path))


def spans_of(path: str, rules: Sequence[Rule]) -> list[Span]:
    """The division at `path` cut where the jurisdiction of a document begins or ends.

    Local values cut nothing: there may be many, and they are told apart community by community.
    """
    whole = span_of(path)
    ends = {whole.low, whole.high}
    for rule in rules:
        if rule.local is None:
            ends |= {end for end in (rule.path, end_of(rule.path)) if whole.low < end < whole.high}
    return [Span(low, high) for low, high in pairwise(sorted(ends))]
