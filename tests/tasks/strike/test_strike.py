# SPDX-License-Identifier: BSD-3-Clause
"""The Strike task on real physics."""

import math

import pytest
import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.kinematics.rotations import quat_from_rotvec
from tt_isaaclab.tasks.make import open_env
from tt_isaaclab.tasks.strike.command import BOX_SIZE
from tt_isaaclab.tasks.strike.env_cfg import BOX_DENSITY

BACKENDS = pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])


def _place(env, position: torch.Tensor, quat: torch.Tensor, velocity: torch.Tensor) -> None:
    """Put the boxes somewhere, moving."""
    box, n = env.scene["box"], env.num_envs
    box.write_root_link_pose_to_sim_index(root_pose=torch.cat((position, quat), -1))
    box.write_root_link_velocity_to_sim_index(root_velocity=torch.cat((velocity, torch.zeros(n, 3)), -1))
    env.sim.forward()


@BACKENDS
def test_a_box_past_78_degrees_is_down_and_one_at_70_is_not(physics):
    with open_env("Strike", physics=physics, num_envs=2, seed=0) as env:
        env.reset()
        term, box = env.command_manager.get_term("strike"), env.scene["box"]
        assert box.data.body_mass.torch.sum(-1).flatten().tolist() == pytest.approx(
            [BOX_DENSITY * math.prod(BOX_SIZE)] * 2, rel=1e-3
        )
        tilt = torch.deg2rad(torch.tensor([79.0, 70.0]))
        quat = quat_from_rotvec(torch.stack((torch.zeros(2), tilt, torch.zeros(2)), -1))
        away = env.scene.env_origins + torch.tensor([3.0, 0.0, 1.2])
        _place(env, away, quat, torch.zeros(2, 3))
        assert term.judge().tolist() == [True, False]
        torch.testing.assert_close(term.upright, tilt.cos(), atol=1e-5, rtol=0)


@BACKENDS
def test_the_right_hand_may_hit_the_box_and_the_left_may_not(physics):
    """Boxes slide onto the outstretched hands of the rest pose: from the right, from the left, and none."""
    with open_env("Strike", physics=physics, num_envs=3, seed=0) as env:
        env.reset()
        bodies = env.scene["robot"].data.body_link_pos_w.torch
        right, left = (bodies[:, i] for i in DEFAULT_HUMANOID.body_ids("R_Hand", "L_Hand"))
        position = right.clone()
        position[1], position[2, 0] = left[1], right[2, 0] + 3.0
        side = torch.tensor([-1.0, 1.0, 0.0])
        position[:, 1] += side * (0.5 * BOX_SIZE[1] + 0.25)
        position[:, 2] = 0.5 * BOX_SIZE[2]
        velocity = torch.stack((torch.zeros(3), -2.0 * side, torch.zeros(3)), -1)
        _place(env, position, quat_from_yaw(torch.zeros(3)), velocity)
        ended, pushed = (torch.zeros(3, dtype=torch.bool) for _ in range(2))
        for _ in range(8):
            env.step(torch.zeros(3, 69))
            ended |= env.termination_manager.get_term("forbidden_contact")
            history = env.scene["box_contact"].data.net_normal_forces_w_history.torch
            pushed |= (history[:, :, 0, :2].abs() > 1.0).flatten(1).any(-1)
        assert pushed.tolist()[0] and not pushed.tolist()[2]
        assert ended.tolist() == [False, True, False]


def test_the_box_stands_where_the_order_says_and_is_seen_from_the_pelvis():
    with open_env("Strike", physics="newton_mujoco", num_envs=64, seed=0) as env:
        env.reset()
        term, box = env.command_manager.get_term("strike"), env.scene["box"]
        away = (box.data.root_link_pos_w.torch - env.scene["robot"].data.root_link_pos_w.torch)[:, :2]
        distance, bearing, yaw = term.order.unbind(-1)
        torch.testing.assert_close(away.norm(dim=-1), distance, atol=1e-3, rtol=0)
        assert 0.4 < (distance < 1.5).float().mean() < 0.75 and distance.max() > 5.0
        seen = term.command
        torch.testing.assert_close(seen[:, :2].norm(dim=-1), distance, atol=1e-3, rtol=0)
        torch.testing.assert_close(seen[:, 2], torch.full((64,), 0.9), atol=1e-3, rtol=0)
        facing = torch.atan2(seen[:, 4], seen[:, 3])  # the box's x axis; the humanoid faces along world x
        assert ((facing - yaw + math.pi) % (2 * math.pi) - math.pi).abs().max() < 1e-3

        pose, turn = env.scene["robot"].data.root_link_pose_w.torch.clone(), torch.full((64,), 0.5 * math.pi)
        pose[:, 3:] = quat_from_yaw(turn)
        env.scene["robot"].write_root_link_pose_to_sim_index(root_pose=pose)
        env.sim.forward()
        turned = torch.stack((seen[:, 1], -seen[:, 0]), -1)  # what was to the left is ahead
        torch.testing.assert_close(term.command[:, :2], turned, atol=1e-3, rtol=0)


def test_the_prompt_walks_to_the_box_and_is_shown_only_where_it_is_asked_for():
    with open_env("Strike", num_envs=2, seed=0, overrides=["presets=joint_prior"]) as env:
        rows = env.reset()[0]["targets"]
        assert rows.shape == (2, 2 * 184) and torch.isfinite(rows).all()
    with open_env("Strike", num_envs=2, seed=0) as env:
        assert "targets" not in env.reset()[0]
