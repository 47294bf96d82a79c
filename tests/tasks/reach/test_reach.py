# SPDX-License-Identifier: BSD-3-Clause
"""The Reach task on real physics."""

import math

import pytest
import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.tasks.make import open_env
from tt_isaaclab.tasks.mdp.segments import Outcome


@pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
def test_a_hand_that_stays_at_the_point_succeeds_and_one_that_does_not_fails(physics):
    def short(cfg):
        cfg.commands.reach.segment_steps, cfg.commands.reach.grace = (12, 13), 4

    with open_env("Reach", physics=physics, num_envs=2, seed=0, edit=short) as env:
        term, robot = env.command_manager.get_term("reach"), env.scene["robot"]
        env.reset()
        outcomes = torch.zeros(2, dtype=torch.long)
        hand = DEFAULT_HUMANOID.body_ids("R_Hand")[0]
        for _ in range(12):
            term.target[:] = robot.data.body_link_pos_w.torch[:, hand]
            term.target[0, 2] += 0.1
            term.target[1, 0] += 0.5
            _, reward, *_ = env.step(torch.zeros(2, 69))
            outcomes = torch.maximum(outcomes, term.segments.outcome)
        expected = torch.tensor([math.exp(-4 * 0.1**2), math.exp(-4 * 0.5**2)])
        torch.testing.assert_close(reward / env.step_dt, expected, atol=3e-2, rtol=0)
        assert outcomes.tolist() == [Outcome.SUCCESS, Outcome.FAILURE]


def test_the_point_stays_in_the_world_and_is_seen_from_the_pelvis():
    with open_env("Reach", physics="newton_mujoco", num_envs=64, seed=0) as env:
        term, robot = env.command_manager.get_term("reach"), env.scene["robot"]
        env.reset()
        away = term.target[:, :2] - robot.data.root_link_pos_w.torch[:, :2]
        assert away.abs().max() <= 0.75 and away.std(0).min() > 0.3
        assert term.target[:, 2].min() >= 0.05 and term.target[:, 2].max() <= 1.6
        assert ((term.length >= 90) & (term.length < 120)).all()

        before, yaw = term.target.clone(), torch.full((64,), 0.5 * math.pi)
        pose = torch.cat((term.target - torch.tensor([0.0, 1.0, 0.5]), quat_from_yaw(yaw)), -1)
        robot.write_root_link_pose_to_sim_index(root_pose=pose)
        env.sim.forward()
        # one metre to the left in the world is one metre ahead for a pelvis that faces left
        torch.testing.assert_close(term.command, torch.tensor([[1.0, 0.0, 0.5]]).expand(64, 3), atol=1e-4, rtol=0)
        assert torch.equal(term.target, before)
