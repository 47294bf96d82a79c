# SPDX-License-Identifier: BSD-3-Clause
"""Reward formulas against hand-computed values."""

import math

import pytest
import torch

from tt_isaaclab.tasks.mdp.rewards import (
    direction_reward,
    long_jump_reward,
    reach_reward,
    relative_speed_error,
    steering_reward,
    strike_reward,
)


def _direction(velocity, speed, angle=0.0, **options) -> float:
    direction = torch.tensor([[math.cos(angle), math.sin(angle)]])
    return direction_reward(torch.tensor([velocity]), direction, torch.tensor([speed]), **options).item()


@pytest.mark.parametrize(
    ("velocity", "expected"),
    [((2.0, 0.0), 1.0), ((1.8, 0.0), 0.904837), ((1.6, 0.0), 0.670320), ((2.0, 1.0), 0.904837), ((0.0, 0.0), 4.5e-5)],
)
def test_direction_reward_at_two_metres_per_second(velocity, expected):
    assert _direction(velocity, 2.0) == pytest.approx(expected, abs=1e-6)


def test_moving_backwards_faster_than_half_a_metre_per_second_earns_nothing():
    assert _direction((-0.6, 0.0), 2.0) == 0.0
    assert _direction((-0.4, 0.0), 2.0) > 0.0


def test_standing_is_rewarded_when_the_command_is_to_stand():
    assert _direction((0.0, 0.0), 0.0) == pytest.approx(1.0)
    assert _direction((0.2, 0.0), 0.0) == pytest.approx(0.670320, abs=1e-6)


def test_sideways_error_does_not_depend_on_the_direction_but_the_authors_does():
    angle = math.pi / 4
    forward, left = torch.tensor([math.cos(angle), math.sin(angle)]), torch.tensor([-math.sin(angle), math.cos(angle)])
    velocity = (2.0 * forward + left).tolist()
    assert _direction(velocity, 2.0, angle) == pytest.approx(0.904837, abs=1e-6)
    assert _direction(velocity, 2.0, angle, authors_sideways=True) == pytest.approx(1.0, abs=1e-6)


def test_direction_reward_is_invariant_under_a_turn_of_the_world():
    generator = torch.Generator().manual_seed(0)
    velocity, target = torch.randn(64, 2, generator=generator) * 3, 1.2 + 4.8 * torch.rand(64, generator=generator)
    angle, turn = torch.randn(64, generator=generator), torch.randn(64, generator=generator)
    rotation = torch.stack((turn.cos(), -turn.sin(), turn.sin(), turn.cos()), -1).view(-1, 2, 2)

    def unit(a):
        return torch.stack((a.cos(), a.sin()), -1)

    before = direction_reward(velocity, unit(angle), target)
    after = direction_reward((rotation @ velocity.unsqueeze(-1)).squeeze(-1), unit(angle + turn), target)
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-5)


def test_relative_speed_error_falls_back_to_the_difference_at_zero():
    error = relative_speed_error(torch.tensor([1.5, 0.3]), torch.tensor([2.0, 0.0]))
    torch.testing.assert_close(error, torch.tensor([0.25, -0.3]))


@pytest.mark.parametrize(
    ("degrees", "expected"), [(0, 1.0), (30, 0.959808), (45, 0.912132), (60, 0.85), (90, 0.7), (120, 0.7)]
)
def test_steering_reward_at_the_right_velocity(degrees, expected):
    ahead, speed = torch.tensor([[1.0, 0.0]]), torch.tensor([2.0])
    reward = steering_reward(2.0 * ahead, ahead, speed, torch.tensor([math.radians(degrees)]))
    assert reward.item() == pytest.approx(expected, abs=1e-6)


def test_reach_reward_falls_with_the_distance():
    expected = torch.tensor([1.0, 0.960789, 0.852144, 0.367879, 0.018316])
    torch.testing.assert_close(reach_reward(torch.tensor([0.0, 0.1, 0.2, 0.5, 1.0])), expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("upright", "approach", "expected"),
    [
        (1, 0, 0),
        (1, 0.5, 0.147152),
        (1, 1, 0.4),
        (1, 2, 0.4),
        (0.5, 0, 0.3),
        (0.5, 1, 0.7),
        (0.21, 0, 0.474),
        (0.19, 0, 1),
    ],
)
def test_strike_reward(upright, approach, expected):
    reward = strike_reward(torch.tensor([float(upright)]), torch.tensor([float(approach)]))
    assert reward.item() == pytest.approx(expected, abs=1e-6)


def test_long_jump_reward_by_phase():
    progress, speed, height = torch.tensor([0.1, 2.0, 0.1]), torch.tensor([3.0, 0.0, 3.0]), torch.full((3,), 0.9)
    over, landed = torch.tensor([False, True, True]), torch.tensor([False, False, True])
    reward = long_jump_reward(progress, speed, height, over, torch.tensor([-5.0, 0.5, 2.0]), landed)
    torch.testing.assert_close(reward, torch.tensor([0.1 + 0.03, 1.0 + 0.09, 0.1 + 0.03 + 0.09 + 60.0]))
