"""Thresholds: at least, at most, between (both ends included), at least so much per base."""

from fractions import Fraction
from typing import ClassVar

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
