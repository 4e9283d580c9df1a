"""A calendar that stands still, and reports that need no typesetting."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from governance.divisions.models import Division
from governance.reports.compose import annex_sheets, compose
from governance.reports.context import ReportContext
from governance.reports.document.annex import write_annex
from governance.reports.models import Period, Report
from governance.reports.periods import HalfYear
from governance.reports.services import MadeReport, keep_report, snapshot_for


@pytest.fixture
def set_today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """`set_today(day)`: what today is for the portal."""
    real = timezone.localdate

    def stand_still(day: date) -> None:
        monkeypatch.setattr(
            timezone, "localdate", lambda value=None, zone=None: day if value is None else real(value, zone)
        )

    return stand_still


@pytest.fixture
def report_folder(tmp_path: Path, settings) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "reports"


@pytest.fixture
def keep(report_folder: Path) -> Callable[..., Report]:
    """`keep(division, today, period="2026H1")`: a report with its real figures and annex.

    In place of the PDF, which takes seconds, stand a few bytes.
    """

    def make(division: Division, today: date, period: str = "2026H1") -> Report:
        half = Period.objects.for_half_year(HalfYear.parse(period))
        snapshot = snapshot_for(period=half, today=today)
        on = half.cut_off if snapshot else min(today, half.cut_off)
        context = ReportContext(division=division, period=half, on=on, snapshot=snapshot)
        document = compose(context)
        pdf = f"%PDF-1.7 {division.code} {on}".encode()
        made = MadeReport(
            division=division,
            period=half,
            snapshot=snapshot,
            on=on,
            figures=context.book.as_json(),
            pdf=pdf,
            annex=write_annex(annex_sheets(context), title=document.title, created=on),
            pages=7,
            sha256=hashlib.sha256(pdf).hexdigest(),
        )
        return keep_report(made=made, user=None)

    return make
