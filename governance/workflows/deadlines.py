"""The last day of a step: calendar days, working days by the table of days, months, the year's end."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta

from governance.policies.procedure_schema import Deadline

_SATURDAY = 5


def is_working(day: date, special: Mapping[date, bool]) -> bool:
    """Whether a day is worked: what the table says, else Monday to Friday."""
    return special.get(day, day.weekday() < _SATURDAY)


def add_working_days(start: date, days: int, special: Mapping[date, bool]) -> date:
    """The n-th working day after a day, which does not count itself."""
    day = start
    while days:
        day += timedelta(days=1)
        if is_working(day, special):
            days -= 1
    return day


def add_months(start: date, months: int) -> date:
    """The same day some months later, or the last of that month where it has no such day (D31)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def due_day(deadline: Deadline, start: date, special: Mapping[date, bool]) -> date:
    """The last day that is still in time, counted from a day."""
    if deadline.year_end:
        return date(start.year, 12, 31)
    if deadline.months is not None:
        return add_months(start, deadline.months)
    if deadline.days is not None:
        return start + timedelta(days=deadline.days)
    assert deadline.working_days is not None
    return add_working_days(start, deadline.working_days, special)
