"""D38: the weighted score, and the averages."""

import pytest

from assessments.formulas import mean, weighted_score


@pytest.mark.parametrize(
    ("pairs", "result"),
    [
        ([(10_000, 8_750)], 8_750),
        ([(4_000, 9_000), (6_000, 8_000)], 8_400),
        # 33.33 % of 100.00 and 66.67 % of 0.00: 33.33 exactly.
        ([(3_333, 10_000), (6_667, 0)], 3_333),
        # 50 % of 0.01 is 0.005: half goes up.
        ([(5_000, 1), (5_000, 0)], 1),
        # 49.99 % of 0.01 is less than half.
        ([(4_999, 1), (5_001, 0)], 0),
        ([(2_500, 9_999), (2_500, 9_999), (5_000, 10_000)], 10_000),
    ],
)
def test_the_score_is_the_weighted_sum_rounded_half_up(pairs, result):
    assert weighted_score(pairs) == result


def test_a_criterion_without_a_score_leaves_no_score():
    assert weighted_score([(4_000, 9_000), (6_000, None)]) is None
    assert weighted_score([]) is None
    # Zero is a score.
    assert weighted_score([(4_000, 0), (6_000, 0)]) == 0


def test_the_mean_is_rounded_half_up():
    assert mean([8_000, 8_001]) == 8_001
    assert mean([8_000, 8_000, 8_001]) == 8_000
    assert mean([]) is None
