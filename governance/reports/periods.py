"""Report periods: the two half-years of SX-RPT-01 with their cut-off and due days.

Days end at 24:00 in Asia/Shanghai: on the cut-off day itself data still count, on the due day a report is
still in time.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_CODE = re.compile(r"(\d{4})H([12])")
DEFAULT_CUT_OFF = {1: (6, 15), 2: (12, 15)}
DUE = {1: (6, 30), 2: (12, 31)}


class UnknownPeriod(ValueError):
    """Not a period; its text is Chinese and fit for users."""


@dataclass(frozen=True, order=True)
class HalfYear:
    """A period by year and half; `code` is 2026H1."""

    year: int
    half: int

    @classmethod
    def parse(cls, code: str) -> "HalfYear":
        match = _CODE.fullmatch(code.strip().upper())
        if not match:
            raise UnknownPeriod(f"报告期“{code}”不正确，应写作 2026H1（上半年）或 2026H2（下半年）。")
        return cls(int(match[1]), int(match[2]))

    @property
    def code(self) -> str:
        return f"{self.year}H{self.half}"

    @property
    def label(self) -> str:
        return f"{self.year}年{'上' if self.half == 1 else '下'}半年"

    @property
    def previous(self) -> "HalfYear":
        return HalfYear(self.year - 1, 2) if self.half == 1 else HalfYear(self.year, 1)

    @property
    def default_cut_off(self) -> date:
        return date(self.year, *DEFAULT_CUT_OFF[self.half])

    @property
    def due_on(self) -> date:
        return date(self.year, *DUE[self.half])


def half_year_of(day: date) -> HalfYear:
    """The half-year whose report a day's data go into, by the default cut-off days."""
    half = HalfYear(day.year, 1 if day.month <= 6 else 2)
    if day <= half.default_cut_off:
        return half
    return HalfYear(day.year, 2) if half.half == 1 else HalfYear(day.year + 1, 1)


def begins_on(previous_cut_off: date) -> date:
    """A period begins the day after the cut-off before it."""
    return previous_cut_off + timedelta(days=1)
