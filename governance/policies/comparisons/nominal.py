"""Values without a comparison word: a nominal size, an ideal size, and one-to-one matching."""

from fractions import Fraction
from typing import ClassVar

from governance.policies.comparisons.base import Comparison, Exact, Inputs, Measured, text
from governance.policies.units import Unit


class Nominal(Comparison):
    """每300户划分一个网格: nominal, so more than that warns and nothing fails (G09).

    `of` and `count` tell how many units the base would nominally give (rounded up) beside how many there are.
    """

    kind: ClassVar[str] = "nominal"
    boundary: ClassVar[str] = "正好等于规定的数即为达标；超过只预警，不判未达标。"
    value: Exact
    of: str
    count: str

    def bases(self) -> tuple[str, ...]:
        return (self.of,)

    def letter_sql(self, measured: Measured, fail: str) -> str:
        return f"CASE WHEN {measured.compare('<=', self.value)} THEN 'M' ELSE 'W' END"

    def required(self, inputs: Inputs) -> Fraction:
        return self.value

    def expected(self, inputs: Inputs) -> int | None:
        """ceil(base ÷ value), D02."""
        base = inputs.get(self.of)
        return None if base is None else -(-base * self.value.denominator // self.value.numerator)

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction:
        return max(Fraction(0), value - self.value)

    def wording(self, unit: Unit) -> str:
        return f"每{text(self.value, unit)}一个，超过预警"


class Ideal(Comparison):
    """为宜: shown as information, with the distance; never a check (G07)."""

    kind: ClassVar[str] = "ideal"
    judges: ClassVar[bool] = False
    boundary: ClassVar[str] = "只显示与规定的数相差多少，不判达标与否。"
    value: Exact

    def letter_sql(self, measured: Measured, fail: str) -> str:
        return "'I'"

    def required(self, inputs: Inputs) -> Fraction:
        return self.value

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction:
        return abs(value - self.value)

    def wording(self, unit: Unit) -> str:
        return f"以{text(self.value, unit)}为宜"


class Recorded(Comparison):
    """The text asks for the thing and gives no figure: counted and shown, never judged."""

    kind: ClassVar[str] = "recorded"
    judges: ClassVar[bool] = False
    boundary: ClassVar[str] = "文件没有规定数量，只作统计，不判达标与否。"

    def letter_sql(self, measured: Measured, fail: str) -> str:
        return "'I'"

    def required(self, inputs: Inputs) -> None:
        return None

    def gap(self, value: Fraction, inputs: Inputs) -> None:
        return None

    def wording(self, unit: Unit) -> str:
        return "未定数量，只作统计"


class Matching(Comparison):
    """One to one: the measured count equals a base input, and so do the further counts of `all_of`."""

    kind: ClassVar[str] = "matching"
    boundary: ClassVar[str] = "数量须完全相等，多或少都不达标。"
    of: str
    all_of: tuple[str, ...] = ()

    def bases(self) -> tuple[str, ...]:
        return (self.of,)

    def letter_sql(self, measured: Measured, fail: str) -> str:
        counts = [f"({measured.numerator}) = {self.of}", *(f"{name} = {self.of}" for name in self.all_of)]
        return f"CASE WHEN {' AND '.join(counts)} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> Fraction | None:
        base = inputs.get(self.of)
        return None if base is None else Fraction(base)

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        base = inputs.get(self.of)
        if base is None:
            return None
        counts = [value, *(Fraction(inputs[name]) for name in self.all_of if inputs.get(name) is not None)]
        return max(abs(count - base) for count in counts)

    def wording(self, unit: Unit) -> str:
        return "一一对应"
