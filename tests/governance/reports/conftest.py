"""A calendar that stands still."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone


@pytest.fixture
def set_today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """`set_today(day)`: what today is for the portal."""
    real = timezone.localdate

    def stand_still(day: date) -> None:
        monkeypatch.setattr(
            timezone, "localdate", lambda value=None, zone=None: day if value is None else real(value, zone)
        )

    return stand_still
