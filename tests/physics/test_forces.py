# SPDX-License-Identifier: BSD-3-Clause
"""External forces and pushes on the C engine move the body as Newton's second law says."""

import pytest
import torch
from isaaclab.envs import mdp
from isaaclab.managers import SceneEntityCfg

from tt_isaaclab.tasks.make import open_env

N, MASS, STEPS = 3, 65.0, 6


def weightless(cfg) -> None:
    cfg.sim.gravity = (0.0, 0.0, 0.0)
    cfg.scene.robot.init_state.pos = (0.0, 0.0, 5.0)


def weightless_stepwise(cfg) -> None:
    weightless(cfg)
    cfg.sim.physics.solver_cfg.fuse_decimation = False


def centre_of_mass_velocity(env) -> torch.Tensor:
    """(N, 3) [m/s]."""
    data = env.scene["robot"].data
    mass = data.body_mass.torch.unsqueeze(-1)
    return (mass * data.body_com_lin_vel_w.torch).sum(1) / mass.sum(1)


@pytest.mark.parametrize("edit", [weightless, weightless_stepwise])
def test_permanent_force(edit):
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=edit) as env:
        env.reset()
        robot = env.scene["robot"]
        force = torch.tensor([[100.0, 0.0, 0.0], [0.0, -60.0, 30.0], [0.0, 0.0, 0.0]])
        chest = robot.find_bodies("Chest")[0]
        robot.permanent_wrench_composer.set_forces_and_torques_index(
            forces=force[:, None], torques=torch.zeros(N, 1, 3), body_ids=chest, is_global=True
        )
        for _ in range(STEPS):
            env.step(torch.zeros(N, 69))
        velocity = centre_of_mass_velocity(env)
        torch.testing.assert_close(velocity, force / MASS * STEPS * env.step_dt, rtol=0.01, atol=1e-3)

        robot.permanent_wrench_composer.reset()
        env.step(torch.zeros(N, 69))
        torch.testing.assert_close(centre_of_mass_velocity(env), velocity, rtol=0, atol=1e-3)


def test_push_by_velocity():
    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=weightless) as env:
        env.reset()
        env.step(torch.zeros(N, 69))
        start = env.scene["robot"].data.root_link_pos_w.torch.clone()
        push = {"x": (1.5, 1.5), "y": (-0.5, -0.5)}
        mdp.push_by_setting_velocity(env, torch.tensor([0, 2]), push, SceneEntityCfg("robot"))
        for _ in range(STEPS):
            env.step(torch.zeros(N, 69))
        expected = torch.tensor([[1.5, -0.5, 0.0], [0.0, 0.0, 0.0], [1.5, -0.5, 0.0]])
        torch.testing.assert_close(centre_of_mass_velocity(env), expected, rtol=0, atol=1e-3)
        moved = env.scene["robot"].data.root_link_pos_w.torch - start
        torch.testing.assert_close(moved, expected * STEPS * env.step_dt, rtol=0, atol=1e-3)
