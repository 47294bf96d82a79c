# SPDX-License-Identifier: BSD-3-Clause
"""The C engine and the stock MuJoCo-Warp solver compute the same physics from the same states."""

import numpy as np
import pytest
import torch
from engines import Engines, randomize_everything

from tt_isaaclab.tasks.make import open_env

N = 8


def no_falls(cfg) -> None:
    cfg.terminations.fall = None


def randomized(cfg) -> None:
    no_falls(cfg)
    randomize_everything(cfg)


@pytest.mark.parametrize("edit", [no_falls, randomized])
def test_same_acceleration(edit):
    """To 1e-5 in the air and in contact, but for outliers at the resolution of MuJoCo-Warp's float32 contacts."""
    torch.manual_seed(0)
    standing, touching, flying = [], [], []
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=3, edit=edit) as env, Engines() as engines:
        env.reset()
        for _ in range(6):
            env.step(torch.zeros(N, 69))
            engines.step()
            standing += engines.acceleration_errors().tolist()
            np.testing.assert_array_equal(*engines.contact_counts())
        for _ in range(40):
            env.step(0.3 * torch.randn(N, 69))
            engines.step()
            errors, (stock, native) = engines.acceleration_errors(), engines.contact_counts()
            # Two boxes, which only the feet are, collide by different routines: C finds up to 8 contacts, Warp 1.
            touching += errors[(stock == native) & (stock > 0)].tolist()
            flying += errors[(stock == native) & (stock == 0)].tolist()
    assert len(touching) > 60 and len(flying) > 20
    for errors, median, most in ((flying, 1e-5, 2e-5), (touching, 1e-5, 1e-4), (standing, 3e-5, 3e-4)):
        assert np.median(errors) < median and np.quantile(errors, 0.98) < most
        assert np.max(errors) < 1e-3  # which contacts are outliers differs between processors


@pytest.mark.parametrize("edit", [no_falls, randomized])
def test_same_short_trajectory(edit):
    """Twelve physics steps (0.1 s) of standing, and of thrashing about high above the ground."""

    def without_self_collisions(cfg):
        edit(cfg)
        cfg.scene.robot.spawn.articulation_props[1].self_collision_enabled = False

    torch.manual_seed(1)
    task = open_env("Stand", physics="newton_mujoco", num_envs=N, seed=3, edit=without_self_collisions)
    with task as env, Engines() as engines:
        env.reset()
        robot = env.scene["robot"]
        for amplitude, height in ((0.0, 0.0), (0.15, 2.0)):
            robot.write_root_link_pose_to_sim_index(
                root_pose=robot.data.root_link_pose_w.torch + height * torch.eye(7)[2]
            )
            env.step(amplitude * torch.randn(N, 69))
            stock, native = (state.joint_q.numpy().reshape(N, 76) for state in engines.step(12))
            np.testing.assert_allclose(native, stock, atol=1e-4)
        assert np.abs(native[:, 7:]).max() > 1.0, "the joints hardly moved"
