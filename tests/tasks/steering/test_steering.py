# SPDX-License-Identifier: BSD-3-Clause
"""The Steering task: what it adds to Direction."""

import math

import pytest
import torch

from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.tasks.make import open_env
from tt_isaaclab.tasks.steering.command import SteeringCommandCfg


def test_facing_and_speed_make_a_step_good_and_the_observation_turns_with_the_pelvis():
    with open_env("Steering", physics="newton_mujoco", num_envs=3, seed=0) as env:
        term, robot = env.command_manager.get_term("steering"), env.scene["robot"]
        env.reset()
        yaw, off = torch.tensor([0.0, 1.0, -2.0]), torch.deg2rad(torch.tensor([0.0, 40.0, -50.0]))
        pose = torch.cat((robot.data.root_link_pos_w.torch, quat_from_yaw(yaw)), -1).clone()
        robot.write_root_link_pose_to_sim_index(root_pose=pose)
        env.sim.forward()
        term.order[:] = torch.stack((yaw + 0.5 * math.pi, torch.full((3,), 1.5), yaw + off), -1)
        expected = torch.stack((torch.zeros(3), torch.ones(3), torch.full((3,), 1.5), off.cos(), off.sin()), -1)
        torch.testing.assert_close(term.command, expected, atol=1e-5, rtol=0)

        term.velocity[:, :2] = 1.5 * term.direction
        assert term.judge().tolist() == [True, True, False]  # the last one faces 50 degrees off
        torch.testing.assert_close(term.facing_error, off, atol=1e-5, rtol=0)
        term.velocity *= 0.7
        assert not term.judge().any()


def test_the_heading_to_face_is_drawn_afresh_with_the_direction_and_turns_a_little_otherwise():
    torch.manual_seed(0)
    with open_env("Steering", physics="newton_mujoco", num_envs=2, seed=0) as env:
        orders = env.command_manager.get_term("steering").draw(torch.tensor([0.0, 3.0, 0.5]).repeat(20_000, 1))
    far = (orders[:, 2] - 0.5).abs() > SteeringCommandCfg().turn
    # a fifth is drawn from the whole circle; 1 - (2 * 1.57) / (2 pi) of it lies farther than a turn away
    assert far.float().mean().item() == pytest.approx(0.2 * (1 - 1.57 / math.pi), abs=0.01)
