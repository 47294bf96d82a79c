# SPDX-License-Identifier: BSD-3-Clause
"""Every environment of the C engine can have its own gravity, friction, mass and gains."""

import math

import pytest
import torch
from isaaclab.envs import mdp
from isaaclab.managers import EventTermCfg, SceneEntityCfg
from isaaclab.sensors import ContactSensorCfg
from isaaclab_newton.physics import NewtonManager
from newton import ModelFlags

from tt_isaaclab.tasks.make import open_env

N = 4


def set_friction(env, friction: list[float]) -> None:
    """Give all shapes of environment i the coefficient ``friction[i]``."""
    model = NewtonManager.get_model()
    mu = model.shape_material_mu.numpy()
    world = model.shape_world.numpy()
    for i, value in enumerate(friction):
        mu[world == i] = value
    model.shape_material_mu.assign(mu)
    NewtonManager.add_model_change(ModelFlags.SHAPE_PROPERTIES)


def test_free_fall_under_a_gravity_of_its_own():
    def in_the_air(cfg):
        cfg.scene.robot.init_state.pos = (0.0, 0.0, 10.0)

    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=in_the_air) as env:
        env.reset()
        gravity = torch.tensor([[0.0, 0.0, -4.0], [0.0, 0.0, -9.81], [1.0, 0.0, -16.0], [0.0, 0.0, 0.0]])
        params = {"gravity_distribution_params": ([0.0] * 3, [0.0] * 3), "operation": "abs"}
        term = mdp.randomize_physics_scene_gravity(
            EventTermCfg(func=mdp.randomize_physics_scene_gravity, params=params), env
        )
        for i, g in enumerate(gravity.tolist()):
            term(env, torch.tensor([i]), (g, g), "abs")
        for _ in range(6):
            env.step(torch.zeros(N, 69))
        velocity = env.scene["robot"].data.root_link_lin_vel_w.torch
        torch.testing.assert_close(velocity, gravity * 6 * env.step_dt, rtol=1e-5, atol=1e-5)


def test_sliding_distance_follows_friction():
    """Lying on its back and pushed along the ground, the body loses mu g of speed a second."""
    friction = [0.1, 0.15, 0.2, 0.3]

    def lying(cfg):
        cfg.scene.robot.init_state.pos = (0.0, 0.0, 0.11)
        cfg.scene.robot.init_state.rot = (0.0, -math.sqrt(0.5), 0.0, math.sqrt(0.5))
        cfg.terminations.fall = None

    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=lying) as env:
        env.reset()
        set_friction(env, friction)
        for _ in range(15):
            env.step(torch.zeros(N, 69))  # settle
        robot = env.scene["robot"]
        mass = robot.data.body_mass.torch.unsqueeze(-1)

        def speed() -> torch.Tensor:
            return ((mass * robot.data.body_com_lin_vel_w.torch).sum(1) / mass.sum(1))[:, 0]

        mdp.push_by_setting_velocity(env, torch.arange(N), {"x": (4.0, 4.0)}, SceneEntityCfg("robot"))
        env.step(torch.zeros(N, 69))
        before = speed()
        for _ in range(24):
            env.step(torch.zeros(N, 69))
        lost = (before - speed()) / (24 * env.step_dt)
    torch.testing.assert_close(lost / 9.81, torch.tensor(friction), rtol=0.1, atol=0)


def test_mass_shows_on_the_scale():
    def heavier(cfg):
        cfg.scene.contact = ContactSensorCfg(prim_path="{ENV_REGEX_NS}/Robot/.*_(Ankle|Toe)")
        cfg.events.mass = EventTermCfg(
            func=mdp.randomize_rigid_body_mass,
            mode="startup",
            params={
                "asset_cfg": SceneEntityCfg("robot", body_names="Pelvis"),
                "mass_distribution_params": (0.0, 20.0),
                "operation": "add",
            },
        )

    with open_env("Stand", physics="newton_mujoco", num_envs=N, seed=0, edit=heavier) as env:
        env.reset()
        for _ in range(45):
            env.step(torch.zeros(N, 69))
        mass = env.scene["robot"].data.body_mass.torch.sum(-1)
        force = env.scene["contact"].data.net_normal_forces_w.torch[..., 2].sum(-1)
    assert mass.min() > 65.0 and mass.max() - mass.min() > 2.0
    torch.testing.assert_close(force, 9.81 * mass, rtol=0.02, atol=0)


@pytest.mark.parametrize("stiffness", [0.5, 2.0])
def test_softer_springs_sag_further(stiffness):
    """A held-out arm sags by torque over stiffness, so the sag scales with one over the gain."""

    def hang(cfg):
        cfg.scene.robot.init_state.pos = (0.0, 0.0, 3.0)
        cfg.scene.robot.spawn.fix_root_link = True

    with open_env("Stand", physics="newton_mujoco", num_envs=2, seed=0, edit=hang) as env:
        env.reset()
        robot = env.scene["robot"]
        elbow = robot.joint_names.index("L_Elbow:0")  # about x: forearm up and down
        robot.write_joint_stiffness_to_sim_index(
            stiffness=stiffness * robot.data.joint_stiffness.torch[:1].clone(),
            env_ids=torch.tensor([1], dtype=torch.int32),
        )
        for _ in range(60):
            env.step(torch.zeros(2, 69))
        sag = robot.data.joint_pos.torch[:, elbow]
    assert abs(sag[0]) > 1e-3
    assert sag[1] / sag[0] == pytest.approx(1 / stiffness, rel=0.02)
