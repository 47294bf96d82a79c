# SPDX-License-Identifier: BSD-3-Clause
"""Rewards and terminations of orders, by hand."""

import math
from types import SimpleNamespace

import pytest
import torch

from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.tasks.tracking import mdp

N = 4


@pytest.fixture
def env(monkeypatch) -> SimpleNamespace:
    """Four humanoids that face along x and go there at 1 m/s; the orders are for the test to give."""
    velocity = torch.tensor([1.0, 0.0, 0.2]).expand(N, 1, 3)
    bodies = SimpleNamespace(quat=quat_from_yaw(torch.zeros(N, 1)), lin_vel=velocity)
    monkeypatch.setattr(mdp, "read_bodies", lambda robot: bodies)
    still = torch.zeros(N, dtype=torch.bool)
    orders = SimpleNamespace(given=~still, still=still, speed=torch.ones(N), yaw=torch.zeros(N), facing=torch.zeros(N))
    manager = SimpleNamespace(get_term=lambda name: SimpleNamespace(orders=orders))
    return SimpleNamespace(
        command_manager=manager, scene={"robot": None}, orders=orders, num_envs=N, device="cpu", step_dt=0.1
    )


def test_reward_of_an_order_is_half_of_speed_and_half_of_facing(env):
    env.orders.yaw[1], env.orders.facing[2] = math.pi, math.pi / 2
    env.orders.given[3] = False
    # kept; 2 m/s off; faces 90 degrees off; none given
    torch.testing.assert_close(mdp.order_reward(env), torch.tensor([1.0, 0.5 * (1 / 3 + 1), 0.5, 0.0]))
    env.orders.still[2] = True  # may face anywhere
    assert mdp.order_reward(env)[2] == 1.0


def test_who_is_too_slow_for_too_long_is_lost(env):
    env.orders.speed[:] = torch.tensor([2.0, 3.0, 3.0, 0.0])  # 0.5, a third, a third, told to stand
    env.orders.given[2] = False
    slow = mdp.TooSlow(SimpleNamespace(), env)
    for _ in range(3):
        assert not slow(env, share=0.4, seconds=0.35).any()
    assert slow(env, share=0.4, seconds=0.35).tolist() == [False, True, False, False]
    slow.reset(torch.tensor([1]))
    assert not slow(env, share=0.4, seconds=0.35).any()
