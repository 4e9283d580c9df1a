"""Thresholds: at least, at most, between (both ends included), at least so much per base."""

from fractions import Fraction
from typing import ClassVar, Self

from pydantic import model_validator

from governance.policies.comparisons.base import Comparison, Exact, Inputs, Measured, text
from governance.policies.units import Unit


class AtLeast(Comparison):
    """以上, 不低于, 不少于: the number itself is enough."""

    kind: ClassVar[str] = "at_least"
    boundary: ClassVar[str] = "正好等于规定的数即为达标。"
    value: Exact

    def letter_sql(self, measured: Measured, fail: str) -> str:
        return f"CASE WHEN {measured.compare('>=', self.value)} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> Fraction:
        return self.value

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction:
        return max(Fraction(0), self.value - value)

    def wording(self, unit: Unit) -> str:
        return "须具备" if unit.code == "yes_no" else f"不低于{text(self.value, unit)}"

    def is_easier_than(self, other: Comparison) -> bool:
        return isinstance(other, AtLeast) and self.value < other.value


class AtMost(Comparison):
    """不得超过, 最多: the number itself is allowed."""

    kind: ClassVar[str] = "at_most"
    boundary: ClassVar[str] = "正好等于规定的数即为达标，超过才不达标。"
    value: Exact

    def letter_sql(self, measured: Measured, fail: str) -> str:
        return f"CASE WHEN {measured.compare('<=', self.value)} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> Fraction:
        return self.value

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction:
        return max(Fraction(0), value - self.value)

    def wording(self, unit: Unit) -> str:
        return f"不超过{text(self.value, unit)}"

    def is_easier_than(self, other: Comparison) -> bool:
        return isinstance(other, AtMost) and self.value > other.value


class Between(Comparison):
    """a 至 b: both ends included."""

    kind: ClassVar[str] = "between"
    boundary: ClassVar[str] = "两端的数都算在范围内。"
    min: Exact
    max: Exact

    def letter_sql(self, measured: Measured, fail: str) -> str:
        inside = f"{measured.compare('>=', self.min)} AND {measured.compare('<=', self.max)}"
        return f"CASE WHEN {inside} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> tuple[Fraction, Fraction]:
        return self.min, self.max

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction:
        return max(Fraction(0), self.min - value, value - self.max)

    def wording(self, unit: Unit) -> str:
        return f"{text(self.min, unit)}至{text(self.max, unit)}"

    def is_easier_than(self, other: Comparison) -> bool:
        return (
            isinstance(other, Between) and self.min <= other.min and self.max >= other.max and self != other
        )


class FeasibleBetween(Between):
    """a 至 b for every part of a base: where no number of parts can keep it, nobody has failed (D04).

    The indicator is the largest part, `smallest` the smallest, `of` the whole to be cut. n parts can keep the
    range when ⌈whole ÷ max⌉ ≤ n ≤ ⌊whole ÷ min⌋.
    """

    kind: ClassVar[str] = "feasible_between"
    boundary: ClassVar[str] = (
        "两端的数都算在范围内，最大、最小的都要在内；总数无论怎样划分都做不到的为“无法满足”，不判未达标。"
    )
    of: str
    smallest: str

    @model_validator(mode="after")
    def _whole_ends(self) -> Self:
        if self.min.denominator != 1 or self.max.denominator != 1 or not 0 < self.min <= self.max:
            raise ValueError("min and max are whole numbers above zero")
        return self

    def bases(self) -> tuple[str, ...]:
        return (self.of,)

    def needed(self) -> tuple[str, ...]:
        return (self.smallest,)

    def alike(self) -> tuple[str, ...]:
        return (self.of, self.smallest)

    def letter_sql(self, measured: Measured, fail: str) -> str:
        impossible = f"({self.of} + {self.max - 1}) / {self.max} > {self.of} / {self.min}"
        smallest = Measured(self.smallest, measured.denominator, measured.unit)
        inside = f"{smallest.compare('>=', self.min)} AND {measured.compare('<=', self.max)}"
        return f"CASE WHEN {impossible} THEN 'F' WHEN {inside} THEN 'M' ELSE '{fail}' END"

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction:
        """The distance of the part that lies furthest outside."""
        smallest = inputs.get(self.smallest)
        below = Fraction(0) if smallest is None else self.min - int(smallest)
        return max(Fraction(0), below, value - self.max)

    def is_above(self, value: Fraction, inputs: Inputs) -> bool:
        """The part furthest outside decides what is told."""
        return value - self.max > 0 and value - self.max == self.gap(value, inputs)

    def wording(self, unit: Unit) -> str:
        return f"每个{super().wording(unit)}"


class AtLeastPer(Comparison):
    """每百户不低于30平方米: proportional to a base input, not per started hundred (G12)."""

    kind: ClassVar[str] = "at_least_per"
    boundary: ClassVar[str] = "按比例折算，不足一档的不进位；正好等于折算后的数即为达标。"
    value: Exact
    per: int
    of: str

    def bases(self) -> tuple[str, ...]:
        return (self.of,)

    def letter_sql(self, measured: Measured, fail: str) -> str:
        share = self.value / self.per
        left = measured.unit.factor * share.denominator
        right = measured.unit.scale * share.numerator
        held = f"({measured.numerator}) * {left} >= {right} * ({measured.denominator}) * {self.of}"
        return f"CASE WHEN {held} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> Fraction | None:
        base = inputs.get(self.of)
        return None if base is None else self.value * base / self.per

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        required = self.required(inputs)
        return None if required is None else max(Fraction(0), required - value)

    def wording(self, unit: Unit) -> str:
        base = {"households_resident": "户"}.get(self.of, "")
        return f"每{self.per}{base}不低于{text(self.value, unit)}"

    def is_easier_than(self, other: Comparison) -> bool:
        return (
            isinstance(other, AtLeastPer)
            and self.of == other.of
            and self.value / self.per < other.value / other.per
        )
