"""The figures of a report: each with an id that is stable across periods, printed exactly as its value.

Sections ask the book for a figure where they print it; what was never asked for is not in the report.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from governance.policies.evaluation.trace import Trace
from governance.policies.evaluation.upper import UpperResult
from governance.policies.indicators import all_inputs
from governance.policies.outcomes import Outcome, applicable
from governance.policies.units import UNITS, Unit, as_number, rounded
from governance.reports.document.model import Figure

MISSING = "暂无数据"
Value = int | float | None


@dataclass
class FigureBook:
    """Figures in the order of their first use, by id."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def figure(self, id: str, label: str, value: Value, unit: str = "", measure: str | None = None) -> Figure:
        """A figure for the text; the same id always carries the same value."""
        entry = {"id": id, "label": label, "value": value, "unit": unit, "measure": measure}
        known = self.entries.setdefault(id, entry)
        if known["value"] != value:
            raise ValueError(f"figure {id} has two values: {known['value']} and {value}")
        if value is None:
            return Figure(id, MISSING)
        return Figure(id, str(value), unit)

    def as_json(self) -> list[dict[str, Any]]:
        return list(self.entries.values())


def share(part: int, whole: int) -> Value:
    """A percentage with two decimals, half up; None without a whole."""
    return as_number(rounded(Fraction(100 * part, whole), 2)) if whole else None


@dataclass
class Measured:
    """One division's results as figures: totals of inputs, values and counts of standards.

    `prefix` keeps the figures of units below apart from those of the division itself.
    """

    book: FigureBook
    result: UpperResult
    prefix: str = ""

    def _id(self, *parts: str) -> str:
        return ".".join([*([self.prefix] if self.prefix else []), *parts])

    def total(self, name: str) -> Figure:
        """The sum of an additive input over the communities."""
        item = all_inputs()[name]
        unit: Unit = UNITS[item.unit]
        total = self.result.sums.get(name)
        value = None if total is None else as_number(rounded(unit.value(total), unit.decimals))
        return self.book.figure(self._id("total", name), f"{item.label}合计", value, unit.symbol)

    def number(
        self, name: str, label: str, value: Value, unit: str = "个", measure: str | None = None
    ) -> Figure:
        return self.book.figure(self._id(name), label, value, unit, measure)

    def trace(self, code: str) -> Trace | None:
        return next((trace for trace in self.result.traces if trace.code == code), None)

    def value(self, code: str) -> Figure:
        """A standard's own value here (a sum over a sum, a coverage, a quota)."""
        trace = self.trace(code)
        if trace is None:
            return self.book.figure(self._id("value", code), code, None, measure=code)
        return self.book.figure(
            self._id("value", code),
            trace.rule.indicator.name,
            as_number(trace.value),
            trace.unit.symbol,
            code,
        )

    def count(self, code: str, outcome: Outcome) -> Figure:
        """How many communities have an outcome of a standard."""
        trace = self.trace(code)
        value = None if trace is None else trace.counts.get(outcome.value, 0)
        title = trace.title if trace else code
        return self.book.figure(
            self._id("count", code, outcome.value), f"{title}：{outcome.label}社区数", value, "个", code
        )

    def met_share(self) -> Figure:
        """Share of applicable results that are met; missing data count as not met."""
        value = share(self.result.counts["met"], applicable(self.result.counts))
        return self.book.figure(self._id("met_share"), "标准达标率", value, "%")

    def outcome(self, outcome: Outcome) -> Figure:
        value = self.result.counts[outcome.value]
        return self.book.figure(self._id("outcomes", outcome.value), f"{outcome.label}项次", value, "项")
