"""Targets by day: due or not, what became of them, pace (D37) and years (D26)."""

from datetime import date
from fractions import Fraction

import pytest

from governance.policies.outcomes import Outcome
from governance.policies.targets import Curve, TargetState, pace_of, state_of, year_state

DUE = date(2024, 12, 6)
DAY_BEFORE, DAY_AFTER, LONG_AFTER = date(2024, 12, 5), date(2024, 12, 7), date(2026, 6, 15)


@pytest.mark.parametrize(
    ("on", "outcome", "state"),
    [
        (DAY_BEFORE, Outcome.WARNING, TargetState.OPEN),
        (DUE, Outcome.WARNING, TargetState.OPEN),
        (DUE, Outcome.MET, TargetState.OPEN),
        (DAY_AFTER, Outcome.NOT_MET, TargetState.MISSED),
        (DAY_AFTER, Outcome.MET, TargetState.ACHIEVED),
        (DAY_AFTER, Outcome.NO_DATA, TargetState.NO_DATA),
        (DAY_AFTER, Outcome.DATA_ERROR, TargetState.NO_DATA),
        (DAY_AFTER, None, TargetState.NO_DATA),
        (DAY_AFTER, Outcome.NOT_APPLICABLE, TargetState.NOT_APPLICABLE),
        (LONG_AFTER, Outcome.NOT_MET, TargetState.MISSED),
        (LONG_AFTER, Outcome.MET, TargetState.ACHIEVED),
        (LONG_AFTER, Outcome.INFEASIBLE, TargetState.MISSED),
    ],
)
def test_the_due_day_is_in_time_and_the_next_one_is_not(on: date, outcome: Outcome, state: TargetState):
    assert state_of(due=DUE, on=on, outcome=outcome) == state


def test_without_a_due_day_nothing_falls_due():
    assert state_of(due=None, on=LONG_AFTER, outcome=Outcome.NOT_MET) == TargetState.UNDATED


CURVE = Curve(date(2020, 1, 1), Fraction(5), date(2020, 1, 11), Fraction(13))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2019, 12, 31), 5),
        (date(2020, 1, 1), 5),
        (date(2020, 1, 2), Fraction(29, 5)),
        (date(2020, 1, 6), 9),
        (date(2020, 1, 10), Fraction(61, 5)),
        (date(2020, 1, 11), 13),
        (date(2020, 1, 12), 13),
        (date(2026, 6, 15), 13),
    ],
)
def test_expected_grows_by_the_day_and_stays_at_the_target(on: date, expected: Fraction):
    assert CURVE.expected(on) == expected


@pytest.mark.parametrize(
    ("actual", "ahead"), [(Fraction(9), True), (Fraction(8999, 1000), False), (Fraction(9001, 1000), True)]
)
def test_exactly_what_was_expected_is_not_behind(actual: Fraction, ahead: bool):
    assert CURVE.keeps(actual, date(2020, 1, 6)) is ahead


def test_what_should_fall_is_ahead_below_the_line():
    falling = Curve(date(2020, 1, 1), Fraction(10), date(2020, 1, 11), Fraction(0), falls=True)
    assert falling.expected(date(2020, 1, 6)) == 5
    assert falling.keeps(Fraction(4), date(2020, 1, 6)) and not falling.keeps(Fraction(6), date(2020, 1, 6))


def test_who_began_above_the_target_may_fall_to_it():
    above = Curve(date(2020, 1, 1), Fraction(14), date(2020, 1, 11), Fraction(13))
    day = date(2020, 1, 6)
    assert above.expected(day) == Fraction(27, 2)
    assert above.keeps(Fraction(13), day) and not above.keeps(Fraction(12), day)


def test_two_due_days_make_two_curves_and_the_later_one_decides():
    pace = pace_of(
        on=date(2022, 12, 6),
        start=date(2019, 12, 6),
        baseline=Fraction(3),
        dues=[DUE, date(2022, 12, 6)],
        target=Fraction(13),
        actual=Fraction(10),
    )
    assert [curve.due for curve in pace.curves] == [date(2022, 12, 6), DUE]
    assert [curve.expected(pace.on) for curve in pace.curves] == [
        13,
        3 + 10 * Fraction((date(2022, 12, 6) - date(2019, 12, 6)).days, (DUE - date(2019, 12, 6)).days),
    ]
    assert pace.is_ahead and not pace.curves[0].keeps(pace.actual, pace.on)


def test_without_a_figure_or_time_there_is_nothing_to_say():
    asked = {"on": DUE, "baseline": Fraction(0), "dues": [DUE], "target": Fraction(13)}
    assert pace_of(start=DUE, actual=Fraction(1), **asked) is None
    assert pace_of(start=date(2020, 1, 1), actual=None, **asked).is_ahead is None


@pytest.mark.parametrize(
    ("count", "state"), [(100, "achieved"), (99, "missed"), (0, "missed"), (None, "no_data")]
)
def test_a_year_that_is_over(count: int | None, state: str):
    assert year_state(count, Fraction(100)) == state
