"""Sums before and after, by figure: what is typed, and what the rows add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from communities.adjustments.plan import Plan
from communities.transfers import COMMUNITY
from governance.divisions.transfers import whole_by_kind
from governance.policies.indicators import all_inputs
from governance.policies.units import UNITS, as_text, printed

_KEPT_AS = {"amount": "money"}
"""Units of sums that rows keep in a smaller one."""


@dataclass(frozen=True)
class Line:
    """One figure: the sources together, each successor, and the difference, which must be 0.

    `after` holds None for a successor where the figure is not known; `is_typed` for what the user apportions.
    """

    name: str
    label: str
    before: int | None
    after: tuple[int | None, ...]
    unit: str = ""
    is_typed: bool = False

    @property
    def sum_after(self) -> int | None:
        known = [each for each in self.after if each is not None]
        return sum(known) if known else None

    @property
    def difference(self) -> int:
        return (self.sum_after or 0) - (self.before or 0)

    @property
    def is_kept(self) -> bool:
        """Nothing got lost or came from nowhere, and every successor has its share of what is known."""
        if self.is_typed and self.before is not None and None in self.after:
            return False
        return self.difference == 0

    def text(self, value: int | None) -> str:
        if value is None:
            return "—"
        kept = "square_metre" if self.name.endswith("_area_c") else _KEPT_AS.get(self.name)
        if kept:
            unit = UNITS[kept]
            return as_text(printed(unit.value(value), unit, ()), unit)
        return f"{value:,} {self.unit}".strip()

    @property
    def before_text(self) -> str:
        return self.text(self.before)

    @property
    def after_texts(self) -> list[str]:
        return [self.text(each) for each in self.after]

    @property
    def sum_text(self) -> str:
        return self.text(self.sum_after)

    @property
    def difference_text(self) -> str:
        if not self.is_kept and self.sum_after is None:
            return "未分配"
        if not self.is_kept and not self.difference:
            return "未分完"
        return f"{'+' if self.difference > 0 else ''}{self.text(self.difference)}"


def typed_lines(plan: Plan) -> list[Line]:
    """The figures of the communities themselves."""
    inputs = all_inputs()
    found = []
    for name in COMMUNITY.figures:
        unit = COMMUNITY.units.get(name) or UNITS[inputs[name].unit if name in inputs else "person"].symbol
        after = tuple(each.figures.get(name) for each in plan.successors)
        found.append(Line(name, COMMUNITY.caption(name), plan.total(name), after, unit, is_typed=True))
    return found


def row_lines(plan: Plan) -> list[Line]:
    """How many rows of each registry, and what they add up to."""
    found = []
    for kind, transfer in whole_by_kind().items():
        rows = [row for row in plan.rows if row.kind == kind]
        if not rows:
            continue
        parts = [[row for row in rows if plan.successor_of(row) is each] for each in plan.successors]
        found.append(Line(kind, transfer.label, len(rows), tuple(len(each) for each in parts), "条"))
        for place, name in enumerate(transfer.sums):
            before = _sum([row.sums[place] for row in rows])
            if before is None:
                continue
            after = tuple(_sum([row.sums[place] for row in each]) for each in parts)
            label = f"{transfer.label}：{transfer.caption(name)}"
            found.append(Line(name, label, before, after))
    return found


def _sum(values: Sequence[int | None]) -> int | None:
    known = [each for each in values if each is not None]
    return sum(known) if known else None


def lines(plan: Plan) -> list[Line]:
    return [*typed_lines(plan), *row_lines(plan)]


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number in whole parts by weights, nothing lost: the largest remainders get one more."""
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    parts = [total * each // whole for each in weights]
    rest = sorted(range(len(weights)), key=lambda k: (-(total * weights[k] % whole), k))
    for k in rest[: total - sum(parts)]:
        parts[k] += 1
    return parts
