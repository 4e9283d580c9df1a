"""Keeping the live run and the findings up to date: after imports, and when a new day begins."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils import timezone

from governance.jobs.periodic import PeriodicDuty
from governance.policies.findings import refresh


def after_import(paths: Sequence[str], on: date) -> None:
    """Measure again what an import touched."""
    for path in paths:
        refresh(path=path, on=on)


def _days(now: datetime) -> Iterable[str]:
    """Only today: a missed day needs no evaluation of its own, its findings open today."""
    yield timezone.localdate(now).isoformat()


def _measure_day(key: str, now: datetime) -> None:
    refresh(path="", on=date.fromisoformat(key))


MEASURE_DAILY = PeriodicDuty(code="measure_daily", label="每日对照标准", due_keys=_days, run=_measure_day)
"""Terms begin and end, facilities open and close and targets fall due by date alone."""
