"""The period that is worked on: until its due day the one that was cut off, then the next."""

from datetime import date

from governance.reports.models import Period
from governance.reports.periods import HalfYear, begins_on, half_year_of


def _by_default(half: HalfYear) -> Period:
    """The period of a half-year as it would be opened; not stored by looking at it."""
    return Period(
        code=half.code,
        starts_on=begins_on(half.previous.default_cut_off),
        cut_off=half.default_cut_off,
        due_on=half.due_on,
    )


def current_period(today: date) -> Period:
    """The period whose report is due next (one statement); unsaved as long as nobody opened it."""
    half = half_year_of(today)
    stored = {each.code: each for each in Period.objects.filter(code__in=[half.previous.code, half.code])}
    previous = stored.get(half.previous.code) or _by_default(half.previous)
    if today <= previous.due_on:
        return previous
    return stored.get(half.code) or _by_default(half)
