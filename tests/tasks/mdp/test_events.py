# SPDX-License-Identifier: BSD-3-Clause
"""The standing pose on real physics."""

import math

import pytest
import torch

from tt_isaaclab.humanoid.poses import STANDING_HEIGHT, standing_pose
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.tasks.make import open_env


@pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
def test_an_episode_starts_standing_and_holding_the_pose_stands(physics):
    with open_env("Direction", physics=physics, num_envs=2, seed=0) as env:
        env.reset()
        bodies = read_bodies(env.scene["robot"])
        pelvis, head, *hands = DEFAULT_HUMANOID.body_ids("Pelvis", "Head", "L_Hand", "R_Hand")
        ankles = DEFAULT_HUMANOID.body_ids(*DEFAULT_HUMANOID.ankles)
        torch.testing.assert_close(bodies.pos[:, pelvis, 2], torch.full((2,), STANDING_HEIGHT), atol=1e-4, rtol=0)
        assert (bodies.pos[:, hands, 2] < bodies.pos[:, [pelvis], 2] + 0.05).all()
        left, right = (bodies.pos[:, i] - env.scene.env_origins for i in hands)
        torch.testing.assert_close(left, right * torch.tensor([1.0, -1.0, 1.0]), atol=1e-4, rtol=0)
        flat = (bodies.pos[:, ankles, 2] - bodies.pos[:, ankles, 2].mean()).abs().max()
        assert flat < 1e-3 and bodies.lin_vel.abs().max() < 1e-4
        action = (standing_pose() / math.pi).flatten().expand(2, 69)
        for _ in range(30):
            env.step(action)
        moved = read_bodies(env.scene["robot"]).pos[:, head] - bodies.pos[:, head]
        assert moved.norm(dim=-1).max() < 0.1
