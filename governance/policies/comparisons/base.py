"""The contract of a comparison.

The SQL decides the outcome, by integer cross-multiplication; the Python side only explains it (what was
required, how far away, what to do). Both come from the same parameters.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from governance.policies.units import Unit

Inputs = Mapping[str, Any]
"""Raw figures by input name; for sums of a higher division `count` says of how many communities."""
Required = Fraction | tuple[Fraction, Fraction] | None


def _exact(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | str | Fraction):
        raise ValueError("write whole numbers, or decimals in quotes")
    return Fraction(value)


Exact = Annotated[Fraction, BeforeValidator(_exact)]
"""A whole number, or a decimal as text: never a binary float."""


@dataclass(frozen=True)
class Measured:
    """SQL of an indicator's numerator and denominator, and its unit."""

    numerator: str
    denominator: str
    unit: Unit

    def compare(self, operator: str, threshold: Fraction) -> str:
        """`value operator threshold` without division."""
        left = self.unit.factor * threshold.denominator
        right = self.unit.scale * threshold.numerator
        return f"({self.numerator}) * {left} {operator} {right} * ({self.denominator})"


class Comparison(BaseModel, ABC):
    """Parameters of one value, and what they mean."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    kind: ClassVar[str]
    judges: ClassVar[bool] = True
    """Whether the comparison says met or not; a figure that is only shown does not."""
    boundary: ClassVar[str]
    """What happens at the limit itself, in Chinese words."""

    def bases(self) -> tuple[str, ...]:
        """Inputs that the requirement itself depends on: missing → no_data, zero → not_applicable."""
        return ()

    def choices(self) -> tuple[str, ...]:
        """Coded inputs (text) that the requirement depends on: missing → no_data."""
        return ()

    def needed(self) -> tuple[str, ...]:
        """Inputs that must be known for the comparison: missing → no_data; zero is a figure like others."""
        return ()

    def alike(self) -> tuple[str, ...]:
        """Inputs compared with the measured figure itself: they must be in the indicator's unit."""
        return ()

    def named(self) -> tuple[str, ...]:
        """Every input that the comparison looks at beside the indicator's own."""
        return tuple(dict.fromkeys([*self.bases(), *self.needed(), *self.choices()]))

    @abstractmethod
    def letter_sql(self, measured: Measured, fail: str) -> str:
        """SQL for the outcome letter, all inputs being there; `fail` is the letter of a failure."""

    @abstractmethod
    def required(self, inputs: Inputs) -> Required:
        """What is required here, in the indicator's unit; None when an input is missing."""

    @abstractmethod
    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        """How much is missing (or too much), in the indicator's unit; 0 when met."""

    def judge(self, value: Fraction, inputs: Inputs) -> bool | None:
        """Whether a sum of a higher division meets the requirement; None where nothing is to be compared."""
        return self.gap(value, inputs) == 0

    def is_above(self, value: Fraction, inputs: Inputs) -> bool:
        """Whether a figure that misses the requirement lies above it: decides which remedy is told."""
        required = self.required(inputs)
        if isinstance(required, tuple):
            return value > required[1]
        return required is not None and value > required

    @abstractmethod
    def wording(self, unit: Unit) -> str:
        """The requirement in Chinese words."""

    def is_easier_than(self, other: "Comparison") -> bool:
        """Whether this value asks for less than another of the same kind; unknown means no."""
        return False


def text(value: Fraction, unit: Unit) -> str:
    """A parameter as people write it: 13%, 600㎡, 5人."""
    figure = str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
    return f"{figure}{unit.symbol}"
