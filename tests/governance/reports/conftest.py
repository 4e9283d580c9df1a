"""A calendar that stands still, a tree with data, and reports that need no typesetting."""

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
from tests.factories import Tree
from tests.registry import (
    add_compounds,
    add_facilities,
    add_grids,
    add_members,
    add_organisations,
    add_workers,
    fill_community,
)


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
def filled_tree(measured_tree: Tree) -> Tree:
    """Three filled communities in two streets, one left empty."""
    for k, code in enumerate(("610104001001", "610104001002", "610104002001"), start=1):
        division = measured_tree[code]
        fill_community(
            division,
            households_resident=900 * k,
            population_resident=5000 * k,
            population_urban_resident=5000 * k,
            registered_volunteers=600 * k,
            has_env_property_committee=k != 2,
        )
        add_grids(division, [{"households": 300, "party_org": "branch"}] * k)
        add_members(division, both=3, party=2, committee=4, fulltime=4, secretary_director=None)
        add_workers(division, 8 * k)
        add_facilities(
            division, [{"building_area_c": 27001 * k, "activity_area_c": 20000, "outdoor_area_c": 99999}]
        )
        add_compounds(division, ["commercial"] * k)
        add_organisations(division, 8 + k)
    return measured_tree


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
