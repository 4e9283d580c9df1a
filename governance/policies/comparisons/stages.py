"""分年度分级推进: stages with a day each, at different levels of divisions (D42)."""

from datetime import date
from fractions import Fraction
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from governance.policies.comparisons.base import Comparison, Inputs, Measured
from governance.policies.units import Unit

_LEVELS = {"city": 2, "county": 3, "street": 4}
NOUNS = {1: "省", 2: "市（州）", 3: "县（市、区）", 4: "街道（乡镇）"}
"""What divisions of a level are counted as."""


class Stage(BaseModel):
    """Every division of the `level` has `input` at least or at most so much by the end of a day."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    by: date
    level: Literal["city", "county", "street"]
    input: str
    at_least: int | None = None
    at_most: int | None = None
    says: str
    """The stage in Chinese words."""

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a stage has one bound: at_least or at_most")
        return self

    @property
    def at(self) -> int:
        """The level as a number."""
        return _LEVELS[self.level]

    @property
    def reached(self) -> str:
        """The condition as SQL."""
        if self.at_least is not None:
            return f"{self.input} >= {self.at_least}"
        return f"{self.input} <= {self.at_most}"

    def is_due(self, on: date) -> bool:
        """Past its day (24:00 of that day)."""
        return on > self.by


class Stages(Comparison):
    """Only higher divisions have a result: see `evaluation/own.py`."""

    kind: ClassVar[str] = "stages"
    boundary: ClassVar[str] = (
        "各阶段到期当日仍为预警，次日起未完成的才判未达标；数量正好等于规定的数即为完成。"
    )
    stages: tuple[Stage, ...] = Field(min_length=1)

    def named(self) -> tuple[str, ...]:
        """Each stage may be unknown by itself, so none of its inputs is needed for the others."""
        return tuple(dict.fromkeys(each.input for each in self.stages))

    def letter_sql(self, measured: Measured, fail: str) -> str:
        return f"CASE WHEN {' AND '.join(each.reached for each in self.stages)} THEN 'M' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> None:
        return None

    def gap(self, value: Fraction, inputs: Inputs) -> None:
        return None

    def wording(self, unit: Unit) -> str:
        return "；".join(f"{each.by:%Y-%m-%d}前{each.says}" for each in self.stages)
