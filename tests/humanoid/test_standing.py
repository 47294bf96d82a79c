# SPDX-License-Identifier: BSD-3-Clause
"""The zero action holds the rest pose: five seconds of standing on every engine."""

import mujoco
import pytest
import torch

from tt_isaaclab.humanoid.generate import ASSETS
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.tasks.make import open_env

STEPS = 150  # 5 s at 30 Hz
SAG = 0.03  # m


def test_stands_on_mujoco():
    model = mujoco.MjModel.from_xml_path(str(ASSETS / "humanoid.xml"))
    data = mujoco.MjData(model)
    mujoco.mj_step(model, data, 4 * STEPS)
    assert data.time == pytest.approx(5.0)
    assert data.qpos[2] == pytest.approx(DEFAULT_HUMANOID.standing_height, abs=SAG)


@pytest.mark.parametrize("physics", ["newton_mujoco", "newton_mjwarp", "ovphysx"])
def test_stands_in_isaac_lab(physics):
    with open_env("Stand", physics=physics, num_envs=2, seed=0) as env:
        env.reset()
        robot = env.scene["robot"]
        start = robot.data.root_link_pos_w.torch.clone()
        torch.testing.assert_close(start[:, 2], torch.full((2,), DEFAULT_HUMANOID.standing_height))
        for _ in range(STEPS):
            terminated = env.step(torch.zeros(2, 69))[2]
            assert not terminated.any()
        drift = robot.data.root_link_pos_w.torch - start
        assert drift[:, 2].abs().max() < SAG
        assert drift[:, :2].norm(dim=-1).max() < SAG
        assert robot.data.projected_gravity_b.torch[:, 2].max() < -0.99
