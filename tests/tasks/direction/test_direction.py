# SPDX-License-Identifier: BSD-3-Clause
"""The Direction task on real physics."""

import math

import pytest
import torch

from tt_isaaclab.humanoid.poses import standing_pose
from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.tasks.direction.command import DirectionCommandCfg, draw_direction
from tt_isaaclab.tasks.make import open_env
from tt_isaaclab.tasks.mdp.segments import Outcome


def test_orders_follow_the_papers_law():
    torch.manual_seed(0)
    n, cfg = 40_000, DirectionCommandCfg()
    angle, speed = draw_direction(torch.tensor([0.0, 3.0]).repeat(n, 1), cfg)[0].unbind(-1)
    assert angle.abs().max() <= math.pi
    assert ((speed == 0) | ((speed >= 1.2) & (speed <= 6.0))).all()
    assert (speed == 0).float().mean() == pytest.approx(0.05, abs=0.005)
    far = (angle.abs() > 1.57) | ((speed > 0) & ((speed - 3.0).abs() > 0.3))
    # of the 20 % drawn afresh, all but those that happen to lie near the previous order
    expected = 0.2 * (0.95 * (1 - 0.5 * 0.6 / 4.8) + 0.05 * 0.5)
    assert far.float().mean() == pytest.approx(expected, abs=0.01)


def test_scripted_orders_depend_on_the_seed_alone():
    with open_env("Direction", physics="newton_mujoco", num_envs=4, seed=0) as env:
        term = env.command_manager.get_term("direction")

        def first_orders(seed):
            term.script(seed, steps=300)
            env.reset()
            return term.order.clone()

        first = first_orders(7)
        torch.rand(100)  # whatever else draws random numbers
        assert torch.equal(first_orders(7), first)
        assert not torch.equal(first_orders(8), first)


@pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
def test_velocity_reward_and_success_on_a_pelvis_that_is_moved_along(physics):
    """The pelvis is carried at 1.5 m/s; the task must see that speed, reward it and count the segment."""

    def short(cfg):
        cfg.commands.direction.segment_steps, cfg.commands.direction.grace = (12, 13), 4

    with open_env("Direction", physics=physics, num_envs=2, seed=0, edit=short) as env:
        term, robot = env.command_manager.get_term("direction"), env.scene["robot"]
        env.reset()
        yaw = torch.tensor([0.0, 2.0])
        way = torch.stack((yaw.cos(), yaw.sin()), -1)
        term.order[:] = torch.stack((yaw, torch.tensor([1.5, 2.0])), -1)
        outcomes = torch.zeros(2, dtype=torch.long)
        for step in range(12):
            pose = torch.cat((robot.data.root_link_pos_w.torch, quat_from_yaw(yaw)), -1).clone()
            pose[:, 2] = 2.0
            robot.write_root_link_pose_to_sim_index(root_pose=pose)
            twist = torch.zeros(2, 6)
            twist[:, :2] = 1.5 * way
            robot.write_root_link_velocity_to_sim_index(root_velocity=twist)
            robot.write_joint_velocity_to_sim_index(velocity=torch.zeros(2, 69))
            observations, reward, *_ = env.step((standing_pose() / math.pi).flatten().expand(2, 69))
            if step == 5:
                torch.testing.assert_close(
                    observations["task"][:, :2], torch.tensor([[1.0, 0.0]] * 2), atol=2e-2, rtol=0
                )
                torch.testing.assert_close(term.velocity[:, :2], 1.5 * way, atol=5e-2, rtol=0)
                error = 0.25  # (2.0 - 1.5) / 2.0 in the second environment
                expected = torch.tensor([1.0, math.exp(-10 * error**2)])
                torch.testing.assert_close(reward / env.step_dt, expected, atol=3e-2, rtol=0)
            outcomes = torch.maximum(outcomes, term.segments.outcome)
        assert outcomes.tolist() == [Outcome.SUCCESS, Outcome.FAILURE]


def test_first_reward_after_a_reset_knows_nothing_of_the_way_back():
    with open_env("Direction", physics="newton_mujoco", num_envs=1, seed=0) as env:
        env.reset()
        pose = torch.tensor([[50.0, 50.0, 0.94, 0.0, 0.0, 0.0, 1.0]])
        env.scene["robot"].write_root_link_pose_to_sim_index(root_pose=pose)
        env.step(torch.zeros(1, 69))
        env.reset()
        env.step(torch.zeros(1, 69))
        assert env.command_manager.get_term("direction").velocity.norm() < 0.2


@pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
def test_lying_on_the_ground_is_a_fall_and_standing_is_not(physics):
    with open_env("Direction", physics=physics, num_envs=2, seed=0) as env:
        env.reset()
        pose = env.scene["robot"].data.root_link_pose_w.torch.clone()
        pose[1, 2:] = torch.tensor([0.15, 0.0, math.sin(math.pi / 4), 0.0, math.cos(math.pi / 4)])  # face down
        env.scene["robot"].write_root_link_pose_to_sim_index(root_pose=pose)
        ended = torch.zeros(2, dtype=torch.bool)
        for _ in range(10):
            ended |= env.step(torch.zeros(2, 69))[2]
        assert ended.tolist() == [False, True]
