# SPDX-License-Identifier: BSD-3-Clause
"""Success of command segments, with scripted good and bad steps."""

import math

import torch

from tt_isaaclab.tasks.mdp.segments import Outcome, SegmentSuccess

GRACE, LENGTH = 60, 199


def _play(bad_steps=(), steps=LENGTH, fell=False) -> Outcome:
    """Outcome of one segment that ends after ``steps`` steps; ``bad_steps`` counts from 1."""
    segments = SegmentSuccess(num_envs=1, grace=GRACE)
    for step in range(1, steps + 1):
        segments.step(torch.tensor([step not in bad_steps]))
    segments.close(torch.tensor([0]), torch.tensor([fell]))
    return Outcome(int(segments.outcome[0]))


def test_every_measured_step_good_is_a_success():
    assert _play() is Outcome.SUCCESS


def test_a_bad_step_inside_the_grace_is_forgiven():
    assert _play(bad_steps=(1, GRACE)) is Outcome.SUCCESS


def test_one_bad_step_after_the_grace_is_a_failure():
    assert _play(bad_steps=(GRACE + 1,)) is Outcome.FAILURE
    assert _play(bad_steps=(LENGTH,)) is Outcome.FAILURE


def test_a_fall_before_the_window_is_an_early_fall():
    assert _play(steps=GRACE, fell=True) is Outcome.EARLY_FALL


def test_a_fall_in_the_window_is_a_failure_even_if_every_step_was_good():
    assert _play(steps=GRACE + 1, fell=True) is Outcome.FAILURE


def test_a_segment_cut_by_the_time_limit_counts_only_once_measured():
    assert _play(steps=GRACE) is Outcome.NONE
    assert _play(steps=GRACE + 1) is Outcome.SUCCESS


def test_closing_starts_a_new_segment_and_leaves_other_environments_alone():
    segments = SegmentSuccess(num_envs=2, grace=0)
    segments.step(torch.tensor([False, False]))
    segments.close(torch.tensor([0]), torch.tensor([False]))
    assert segments.outcome.tolist() == [Outcome.FAILURE, Outcome.NONE]
    assert segments.elapsed.tolist() == [0, 1]
    segments.step(torch.tensor([True, True]))
    segments.close(torch.tensor([0, 1]), torch.tensor([False, False]))
    assert segments.outcome.tolist() == [Outcome.SUCCESS, Outcome.FAILURE]


def test_success_rate_looks_back_on_a_window():
    segments = SegmentSuccess(num_envs=1, grace=0, window=4)
    assert math.isnan(segments.success_rate)
    for good in (False, False, True, True, True, True):
        segments.step(torch.tensor([good]))
        segments.close(torch.tensor([0]), torch.tensor([False]))
    assert segments.success_rate == 1.0
    segments.step(torch.tensor([True]))
    segments.close(torch.tensor([0]), torch.tensor([True]))
    assert segments.success_rate == 0.75


def test_where_the_last_step_counts_earlier_ones_do_not():
    segments = SegmentSuccess(num_envs=3, grace=0, last_step=True)
    for good in ([True, False, True], [False, True, True]):
        segments.step(torch.tensor(good))
    segments.close(torch.arange(3), torch.tensor([False, False, True]))
    assert segments.outcome.tolist() == [Outcome.FAILURE, Outcome.SUCCESS, Outcome.FAILURE]
