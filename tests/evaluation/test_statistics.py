# SPDX-License-Identifier: BSD-3-Clause
"""Intervals against textbook values, and their coverage in simulation."""

import math

import numpy as np
import pytest

from tt_isaaclab.evaluation.statistics import holm, interquartile_mean, paired_difference, wilson_interval


def test_wilson_interval_of_textbook_values():
    low, high = wilson_interval(8, 10)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("rate", [0.3, 0.5, 0.85])
def test_a_95_percent_interval_covers_the_true_rate_in_93_to_97_percent(rate):
    wins = np.random.default_rng(0).binomial(512, rate, size=2000)
    intervals = {w: wilson_interval(int(w), 512) for w in set(wins.tolist())}
    covered = np.mean([intervals[w][0] <= rate <= intervals[w][1] for w in wins.tolist()])
    assert 0.93 <= covered <= 0.97


def test_the_interquartile_mean_leaves_out_a_quarter_at_each_end():
    mean, low, high = interquartile_mean([[0.0, 0.4, 0.6, 1.0], [0.5, 0.5, 0.1, 0.9]])
    assert mean == pytest.approx((0.4 + 0.5 + 0.5 + 0.6) / 4)  # of 0, .1, .4, .5, .5, .6, .9, 1
    assert low < mean < high
    assert math.isnan(interquartile_mean([[0.3]])[1])


def test_the_interval_over_seeds_is_stratified_by_task():
    """Seeds that agree leave no doubt, however much the tasks differ."""
    assert interquartile_mean([[0.2, 0.2, 0.2], [0.8, 0.8, 0.8]])[1:] == (pytest.approx(0.5), pytest.approx(0.5))


def test_paired_difference_sees_what_pooled_rates_hide():
    base = np.random.default_rng(1).random(200)
    mean, low, high, p = paired_difference((base + 0.05).tolist(), base.tolist())
    assert mean == pytest.approx(0.05) and low > 0.0 and high < 0.1 and p < 0.01
    assert paired_difference([0.5, 1.0], [0.5, 1.0]) == (0.0, 0.0, 0.0, 1.0)


def test_chance_is_not_significant():
    generator = np.random.default_rng(2)
    p_values = [paired_difference(*generator.random((2, 60)).tolist())[3] for _ in range(40)]
    assert sum(p < 0.05 for p in p_values) <= 6  # 2 expected; 7 or more has a chance of 0.4 %


def test_holm_of_a_worked_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
