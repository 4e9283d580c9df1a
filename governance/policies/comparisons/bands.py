"""Bands: the requirement depends on another input (seats by households, leaders by kind of organisation).

The norm of the band is general practice (一般): off the norm but inside the firm range is a warning, outside
the range a failure (G48). Ties at band ends are written out in the pack, with the reading taken (G01).
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator

from governance.policies.comparisons.base import Comparison, Exact, Inputs, Measured, text
from governance.policies.units import Unit

_CODE = re.compile(r"[a-z_]+")


class Band(BaseModel):
    """One band: `below` (excluded), `min`/`max` (included), `above` (excluded), or a list of choice codes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    below: int | None = None
    min: int | None = None
    max: int | None = None
    above: int | None = None
    choices: tuple[str, ...] = ()
    value: Exact

    def sql(self, column: str) -> str:
        parts = []
        if self.choices:
            codes = ", ".join(f"'{code}'" for code in self.choices)
            parts.append(f"{column} IN ({codes})")
        for operator, bound in (("<", self.below), (">=", self.min), ("<=", self.max), (">", self.above)):
            if bound is not None:
                parts.append(f"{column} {operator} {bound}")
        return " AND ".join(parts)

    def wording(self, label: str, labels: Mapping[str, str]) -> str:
        """The band in words: 常住户数 1000 以上、不足 3000."""
        if self.choices:
            return f"{label}为{'、'.join(labels.get(code, code) for code in self.choices)}"
        ends = [
            f"{word}{bound}"
            for word, bound in (
                ("超过 ", self.above),
                ("不少于 ", self.min),
                ("不超过 ", self.max),
                ("不足 ", self.below),
            )
            if bound is not None
        ]
        return f"{label}{'、'.join(ends)}" if ends else f"任何{label}"

    def holds(self, by: int | str) -> bool:
        if self.choices:
            return by in self.choices
        number = int(by)
        return (
            (self.below is None or number < self.below)
            and (self.min is None or number >= self.min)
            and (self.max is None or number <= self.max)
            and (self.above is None or number > self.above)
        )


class FirmRange(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    min: Exact
    max: Exact


class Bands(Comparison):
    kind: ClassVar[str] = "bands"
    boundary: ClassVar[str] = (
        "等于本档一般值为达标；偏离一般值但在限定范围内（含两端）为预警，超出范围为未达标。"
    )
    by: str
    bands: tuple[Band, ...]
    range: FirmRange

    @model_validator(mode="after")
    def _codes_are_plain(self) -> Self:
        for band in self.bands:
            if not all(_CODE.fullmatch(code) for code in band.choices):
                raise ValueError("choice codes are lower-case words")
        return self

    def bases(self) -> tuple[str, ...]:
        return () if self.bands[0].choices else (self.by,)

    def choices(self) -> tuple[str, ...]:
        return (self.by,) if self.bands[0].choices else ()

    def letter_sql(self, measured: Measured, fail: str) -> str:
        norms = " ".join(
            f"WHEN {band.sql(self.by)} THEN {measured.compare('=', band.value)}" for band in self.bands
        )
        inside = f"{measured.compare('>=', self.range.min)} AND {measured.compare('<=', self.range.max)}"
        return f"CASE WHEN (CASE {norms} ELSE NULL END) THEN 'M' WHEN {inside} THEN 'W' ELSE '{fail}' END"

    def required(self, inputs: Inputs) -> Fraction | None:
        by = inputs.get(self.by)
        if by in (None, ""):
            return None
        return next((band.value for band in self.bands if band.holds(by)), None)

    def gap(self, value: Fraction, inputs: Inputs) -> Fraction | None:
        required = self.required(inputs)
        return None if required is None else abs(required - value)

    def wording(self, unit: Unit) -> str:
        norms = "、".join(dict.fromkeys(text(band.value, unit) for band in self.bands))
        return f"按分档一般为{norms}，限{text(self.range.min, unit)}至{text(self.range.max, unit)}"
