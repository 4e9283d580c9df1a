"""Classes of size: very large, normal, very small, by households and by persons (D09).

The texts that speak of very large and very small communities do not define them: the class is advice, so it
warns and never fails, and its bounds are settings that a division may give itself.
"""

from fractions import Fraction
from typing import ClassVar, Self

from pydantic import model_validator

from governance.policies.comparisons.base import Comparison, Inputs, Measured
from governance.policies.units import Unit

OVER, NORMAL, SMALL = "超大型", "正常", "微型"


class SizeClass(Comparison):
    """The indicator is the number of households; `persons` names the input of persons.

    Over when either figure exceeds its bound, small when either falls short of its own; a figure that equals
    a bound is normal, and a community that is both counts as over. `small_persons` 0 leaves persons out.
    """

    kind: ClassVar[str] = "size_class"
    boundary: ClassVar[str] = (
        "正好等于界限的属正常规模；超过上限为超大型，不足下限为微型，只作提示，不判未达标。"
    )
    persons: str
    over_households: int
    over_persons: int
    small_households: int
    small_persons: int = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.small_households > self.over_households or self.small_persons > self.over_persons:
            raise ValueError("a small community cannot be larger than a very large one")
        return self

    def needed(self) -> tuple[str, ...]:
        return (self.persons,)

    def letter_sql(self, measured: Measured, fail: str) -> str:
        figure = f"({measured.numerator})"
        normal = (
            f"{figure} BETWEEN {self.small_households} AND {self.over_households} "
            f"AND {self.persons} BETWEEN {self.small_persons} AND {self.over_persons}"
        )
        return f"CASE WHEN {normal} THEN 'M' ELSE 'W' END"

    def class_of(self, households: Fraction, persons: int) -> str:
        """The class in words."""
        if households > self.over_households or persons > self.over_persons:
            return OVER
        if households < self.small_households or persons < self.small_persons:
            return SMALL
        return NORMAL

    def required(self, inputs: Inputs) -> tuple[Fraction, Fraction]:
        return Fraction(self.small_households), Fraction(self.over_households)

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        """How far the households lie outside; 0 where persons alone decide."""
        return max(Fraction(0), self.small_households - value, value - self.over_households)

    def judge(self, value: Fraction, inputs: Inputs) -> bool | None:
        persons = inputs.get(self.persons)
        return None if persons is None else self.class_of(value, int(persons)) == NORMAL

    def is_above(self, value: Fraction, inputs: Inputs) -> bool:
        return self.class_of(value, int(inputs[self.persons])) == OVER

    def wording(self, unit: Unit) -> str:
        small = f"不足{self.small_households}{unit.symbol}"
        small += f"或{self.small_persons}人" if self.small_persons else ""
        over = f"超过{self.over_households}{unit.symbol}或{self.over_persons}人"
        return f"正常规模（{over}为{OVER}，{small}为{SMALL}）"

    def is_easier_than(self, other: Comparison) -> bool:
        return False
