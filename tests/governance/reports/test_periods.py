"""Periods, cut-off and due days, and the freeze at their edges."""

from datetime import date

import pytest

from governance.policies.models import EvaluationRun, StandardValue
from governance.reports.freeze import NotYetCutOff, freeze
from governance.reports.models import Period
from governance.reports.periods import HalfYear, UnknownPeriod, half_year_of
from governance.reports.services import NotBegun, snapshot_for
from tests.factories import Tree


@pytest.fixture
def period(measured_tree: Tree) -> Period:
    return Period.objects.for_half_year(HalfYear(2026, 1))


def test_a_period_has_the_days_of_the_document(period: Period):
    assert (period.starts_on, period.cut_off, period.due_on) == (
        date(2025, 12, 16),
        date(2026, 6, 15),
        date(2026, 6, 30),
    )


def test_a_period_begins_the_day_after_a_cut_off_that_was_moved(period: Period):
    period.cut_off = date(2026, 6, 20)
    period.save()
    assert Period.objects.for_half_year(HalfYear(2026, 2)).starts_on == date(2026, 6, 21)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 6, 15), "2026H1"),
        (date(2026, 6, 16), "2026H2"),
        (date(2026, 12, 15), "2026H2"),
        (date(2026, 12, 16), "2027H1"),
    ],
)
def test_a_day_belongs_to_the_half_year_of_its_cut_off(day: date, code: str):
    assert half_year_of(day).code == code


@pytest.mark.parametrize("text", ["2026", "2026H3", "26H1", ""])
def test_other_texts_are_no_periods(text: str):
    with pytest.raises(UnknownPeriod):
        HalfYear.parse(text)


def test_the_cut_off_day_itself_is_still_open(period: Period):
    assert snapshot_for(period=period, today=date(2026, 6, 15)) is None
    with pytest.raises(NotYetCutOff):
        freeze(period=period, today=date(2026, 6, 15))
    assert snapshot_for(period=period, today=date(2026, 6, 16)).name == "2026H1-1"


def test_a_period_ahead_has_no_report(period: Period):
    ahead = Period.objects.for_half_year(HalfYear(2026, 2))
    with pytest.raises(NotBegun):
        snapshot_for(period=ahead, today=date(2026, 6, 15))
    assert snapshot_for(period=ahead, today=date(2026, 6, 16)) is None


def test_a_freeze_is_made_once_and_again_only_when_asked(period: Period):
    day = date(2026, 6, 16)
    assert freeze(period=period, today=day) == freeze(period=period, today=day)
    assert freeze(period=period, today=day, again=True).name == "2026H1-2"
    assert EvaluationRun.objects.count() == 2


def test_a_freeze_makes_the_values_it_used_immutable(period: Period):
    freeze(period=period, today=date(2026, 6, 16))
    assert not StandardValue.objects.filter(used_on=None).exists()
