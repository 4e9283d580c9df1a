"""Figures measured against other figures: last year's, a reference, the other payer's, several sources.

The inputs compared are in the unit of the indicator (the schema of packs refuses others), so raw integers
compare with raw integers.
"""

from fractions import Fraction
from typing import ClassVar

from governance.policies.comparisons.base import Comparison, Exact, Inputs, Measured, text
from governance.policies.indicators import all_inputs
from governance.policies.units import UNITS, Unit


def _figure(name: str, inputs: Inputs) -> Fraction | None:
    """An input in its unit as shown."""
    raw = inputs.get(name)
    return None if raw is None else UNITS[all_inputs()[name].unit].value(int(raw))


def _label(name: str) -> str:
    return all_inputs()[name].label


def _times(factor: Fraction) -> str:
    return "" if factor == 1 else f"的{float(factor):g}倍"


class AtLeastInput(Comparison):
    """不低于上年度…的 n 倍: at least a multiple of a reference figure (D27)."""

    kind: ClassVar[str] = "at_least_input"
    boundary: ClassVar[str] = "正好等于参照数（乘以倍数）即为达标；没有参照数的为缺数据，参照数为零的不适用。"
    input: str
    factor: Exact = Fraction(1)

    def bases(self) -> tuple[str, ...]:
        return (self.input,)

    def alike(self) -> tuple[str, ...]:
        return (self.input,)

    def _compare(self, measured: Measured, operator: str) -> str:
        left, right = self.factor.denominator, self.factor.numerator
        return f"({measured.numerator}) * {left} {operator} {right} * ({measured.denominator}) * {self.input}"

    def letter_sql(self, measured: Measured, fail: str) -> str:
        return f"CASE WHEN {self._compare(measured, '>=')} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> Fraction | None:
        reference = _figure(self.input, inputs)
        return None if reference is None else self.factor * reference

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        required = self.required(inputs)
        return None if required is None else max(Fraction(0), required - value)

    def wording(self, unit: Unit) -> str:
        return f"不低于{_label(self.input)}{_times(self.factor)}"


class AtMostInput(AtLeastInput):
    """不高于: at most a multiple of a reference figure (D30)."""

    kind: ClassVar[str] = "at_most_input"
    boundary: ClassVar[str] = "正好等于参照数（乘以倍数）即为达标，超过才不达标；参照数为零的不适用。"

    def letter_sql(self, measured: Measured, fail: str) -> str:
        return f"CASE WHEN {self._compare(measured, '<=')} THEN 'M' ELSE '{fail}' END"

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        required = self.required(inputs)
        return None if required is None else max(Fraction(0), value - required)

    def wording(self, unit: Unit) -> str:
        return f"不高于{_label(self.input)}{_times(self.factor)}"


class Rises(Comparison):
    """逐步加大, 逐年提高: this period's figure is greater than that of the period before."""

    kind: ClassVar[str] = "rises"
    boundary: ClassVar[str] = "须比上期多，与上期相同不算达标；没有上期数的为缺数据。"
    last: str

    def needed(self) -> tuple[str, ...]:
        return (self.last,)

    def alike(self) -> tuple[str, ...]:
        return (self.last,)

    def letter_sql(self, measured: Measured, fail: str) -> str:
        held = f"({measured.numerator}) > ({measured.denominator}) * {self.last}"
        return f"CASE WHEN {held} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> Fraction | None:
        return _figure(self.last, inputs)

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        last = self.required(inputs)
        return None if last is None else max(Fraction(0), last - value)

    def judge(self, value: Fraction, inputs: Inputs) -> bool | None:
        last = self.required(inputs)
        return None if last is None else value > last

    def wording(self, unit: Unit) -> str:
        return f"高于{_label(self.last)}"


class Falls(Rises):
    """压缩, 减少: this period's figure is less than that of the period before (D39)."""

    kind: ClassVar[str] = "falls"
    boundary: ClassVar[str] = "须比上期少，与上期相同不算达标；没有上期数的为缺数据，上期为零的不适用。"

    def bases(self) -> tuple[str, ...]:
        return (self.last,)

    def needed(self) -> tuple[str, ...]:
        return ()

    def letter_sql(self, measured: Measured, fail: str) -> str:
        held = f"({measured.numerator}) < ({measured.denominator}) * {self.last}"
        return f"CASE WHEN {held} THEN 'M' ELSE '{fail}' END"

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        last = self.required(inputs)
        return None if last is None else max(Fraction(0), value - last)

    def judge(self, value: Fraction, inputs: Inputs) -> bool | None:
        last = self.required(inputs)
        return None if not last else value < last

    def is_above(self, value: Fraction, inputs: Inputs) -> bool:
        return True

    def wording(self, unit: Unit) -> str:
        return f"低于{_label(self.last)}"


class EqualShares(Comparison):
    """按 1:1 分担: the two shares differ by no more than `tolerance` smallest units (D29)."""

    kind: ClassVar[str] = "equal_shares"
    boundary: ClassVar[str] = "相差不超过允许的零头即为达标；合计为零的不适用。"
    other: str
    tolerance: int

    def needed(self) -> tuple[str, ...]:
        return (self.other,)

    def alike(self) -> tuple[str, ...]:
        return (self.other,)

    def letter_sql(self, measured: Measured, fail: str) -> str:
        left, right = f"({measured.numerator})", f"({measured.denominator}) * {self.other}"
        near = f"{left} - {right} <= {self.tolerance} AND {right} - {left} <= {self.tolerance}"
        return f"CASE WHEN {left} + {right} = 0 THEN 'A' WHEN {near} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> Fraction | None:
        return _figure(self.other, inputs)

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        other = self.required(inputs)
        if other is None:
            return None
        difference = abs(value - other)
        return difference if difference > self._allowed() else Fraction(0)

    def judge(self, value: Fraction, inputs: Inputs) -> bool | None:
        other = self.required(inputs)
        return None if other is None or value + other == 0 else abs(value - other) <= self._allowed()

    def _allowed(self) -> Fraction:
        return UNITS[all_inputs()[self.other].unit].value(self.tolerance)

    def wording(self, unit: Unit) -> str:
        return f"与{_label(self.other)}相等"


class EachAtLeast(Comparison):
    """足额: every source reaches an amount of its own, a surplus of one making up for nothing (D28).

    Amounts are those of one community: a higher division (`upper: {kind: sum}`) needs them as often as it
    has communities judged, unless they are meant `in_all` (拆7并8). The indicator is the sum of the sources.
    """

    kind: ClassVar[str] = "each_at_least"
    boundary: ClassVar[str] = (
        "各来源分别正好等于规定的数即为达标，一处多出的不能抵另一处所缺；有一处未填的为缺数据。"
    )
    of: dict[str, Exact]
    in_all: bool = False

    def needed(self) -> tuple[str, ...]:
        return tuple(self.of)

    def alike(self) -> tuple[str, ...]:
        return tuple(self.of)

    def _times(self, inputs: Inputs) -> int:
        return 1 if self.in_all else int(inputs.get("count") or 1)

    def letter_sql(self, measured: Measured, fail: str) -> str:
        held = " AND ".join(
            Measured(name, "1", measured.unit).compare(">=", amount) for name, amount in self.of.items()
        )
        return f"CASE WHEN {held} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> Fraction:
        return sum(self.of.values(), Fraction(0)) * self._times(inputs)

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        """What is missing over all sources together."""
        count = self._times(inputs)
        missing = Fraction(0)
        for name, amount in self.of.items():
            figure = _figure(name, inputs)
            if figure is None:
                return None
            missing += max(Fraction(0), amount * count - figure)
        return missing

    def is_above(self, value: Fraction, inputs: Inputs) -> bool:
        return False

    def wording(self, unit: Unit) -> str:
        return "、".join(f"{_label(name)}不低于{text(amount, unit)}" for name, amount in self.of.items())
