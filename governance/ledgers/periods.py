"""Periods of periodic entries: 2026M09, 2026Q3, 2026H1, 2026; texts in any usual form, due days, order."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from governance.exchange.folding import fold

_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_LETTER = {"month": "M", "quarter": "Q", "half_year": "H"}
_NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2}
HINTS = {
    "month": "如 2026年9月",
    "quarter": "如 2026年第3季度",
    "half_year": "如 2026年上半年",
    "year": "如 2026年",
}
_FORMS = {
    "month": re.compile(r"(?P<y>\d{4})(?:年|[-./M])?(?P<n>\d{1,2})月?(?:份)?"),
    "quarter": re.compile(r"(?P<y>\d{4})年?(?:第?(?P<n>[1-4一二三四])季度?|[-./]?Q(?P<q>[1-4]))"),
    "half_year": re.compile(r"(?P<y>\d{4})年?(?:(?P<n>[上下])半年|[-./]?H(?P<q>[12]))"),
    "year": re.compile(r"(?P<y>\d{4})年?(?:度)?"),
}


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of a calendar year; `number` counts from 1 within the year."""

    year: int
    number: int
    filing: str

    @property
    def code(self) -> str:
        if self.filing == "year":
            return str(self.year)
        width = 2 if self.filing == "month" else 1
        return f"{self.year}{_LETTER[self.filing]}{self.number:0{width}d}"

    @property
    def label(self) -> str:
        if self.filing == "year":
            return f"{self.year}年"
        if self.filing == "half_year":
            return f"{self.year}年{'上' if self.number == 1 else '下'}半年"
        return (
            f"{self.year}年第{self.number}季度"
            if self.filing == "quarter"
            else f"{self.year}年{self.number}月"
        )

    @property
    def first_day(self) -> date:
        return date(self.year, (self.number - 1) * _MONTHS[self.filing] + 1, 1)

    @property
    def last_day(self) -> date:
        month = self.number * _MONTHS[self.filing]
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    def due_on(self, days: int) -> date:
        """The last day on which the entry is in time: so many days after the period's end."""
        return self.last_day + timedelta(days=days)

    def before(self) -> Period:
        if self.number > 1:
            return Period(self.year, self.number - 1, self.filing)
        return Period(self.year - 1, 12 // _MONTHS[self.filing], self.filing)


def period_of(day: date, filing: str) -> Period:
    """The period that a day lies in."""
    return Period(day.year, (day.month - 1) // _MONTHS[filing] + 1, filing)


def periods_of(year: int, filing: str) -> Iterator[Period]:
    """The periods of a calendar year, in order."""
    return (Period(year, number, filing) for number in range(1, 12 // _MONTHS[filing] + 1))


def parse_period(text: str, filing: str) -> Period:
    """A period as somebody wrote it; raises `ValueError` (Chinese)."""
    folded = "".join(fold(text).upper().split())
    match = _FORMS[filing].fullmatch(folded)
    if match is None:
        raise ValueError(f"“{text[:20]}”不是可识别的期间，请填写{HINTS[filing]}。")
    groups = match.groupdict()
    raw = groups.get("n") or groups.get("q") or "1"
    number = _NUMERALS.get(raw) or int(raw)
    year = int(groups["y"])
    if not 1 <= number <= 12 // _MONTHS[filing] or not 1990 <= year <= 2100:
        raise ValueError(f"“{text[:20]}”不是存在的期间，请填写{HINTS[filing]}。")
    return Period(year, number, filing)


def from_code(code: str) -> Period:
    """The period of a stored code."""
    match = re.fullmatch(r"(\d{4})(?:([MQH])(\d{1,2}))?", code)
    if match is None:
        raise ValueError(f"no period: {code!r}")
    filing = {"M": "month", "Q": "quarter", "H": "half_year"}.get(match[2] or "", "year")
    return Period(int(match[1]), int(match[3] or 1), filing)


def closed_periods(filing: str, on: date, most: int) -> Iterator[Period]:
    """The periods that had ended before a day, the last one first."""
    period = period_of(on, filing).before()
    for _ in range(most):
        yield period
        period = period.before()
