# SPDX-License-Identifier: BSD-3-Clause
"""Does the physics really change? Drop the humanoid and slide a box, and measure."""

from __future__ import annotations

from collections.abc import Sequence

import isaaclab.sim as sim_utils
import torch
from isaaclab.assets import RigidObject, RigidObjectCfg
from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg

from tt_isaaclab.tasks.make import open_env

from .conditions import GRAVITY, Condition, apply_conditions, own_gravity

_BOX = (0.6, 0.6, 0.06)
"""Edges of the box, flat so that it does not tip over [m]."""
_MASS = 5.0
"""[kg]"""
_EXCESS = 0.1
"""Pull on the box beyond what friction should hold, as a share of its weight: slow, because MuJoCo's contacts lift what
slides fast."""
_SETTLE, _STEPS = 15, 30
"""Control steps before a measurement, and in it."""


def measured_gravity(factors: Sequence[float], physics: str, device: str = "cpu") -> list[float]:
    """Downward acceleration of a falling humanoid under each factor of gravity [m/s^2]."""

    def in_the_air(cfg: ManagerBasedRLEnvCfg) -> None:
        cfg.scene.robot.init_state.pos = (0.0, 0.0, 20.0)
        cfg.terminations.fall = None

    conditions = [Condition(gravity=f) for f in factors]
    with open_env("Stand", physics=physics, num_envs=len(factors), device=device, seed=0, edit=in_the_air) as env:
        batches = [conditions] if own_gravity(env.cfg.sim.physics) else [[c] for c in conditions]
        return [g for batch in batches for g in _fall(env, batch)]


def _fall(env: ManagerBasedRLEnv, conditions: list[Condition]) -> list[float]:
    env.reset()
    apply_conditions(env, conditions)
    _steps(env, 1)
    before = env.scene["robot"].data.root_com_lin_vel_w.torch[:, 2].clone()
    _steps(env, _STEPS)
    gained = before - env.scene["robot"].data.root_com_lin_vel_w.torch[:, 2]
    return (gained / (_STEPS * env.step_dt))[:: env.num_envs // len(conditions)].tolist()


def measured_friction(factors: Sequence[float], physics: str, device: str = "cpu") -> list[float]:
    """Coefficient of friction of a box that slides on the ground under each factor of friction."""

    def with_box(cfg: ManagerBasedRLEnvCfg) -> None:
        cfg.scene.box = RigidObjectCfg(
            prim_path="{ENV_REGEX_NS}/Box",
            spawn=sim_utils.CuboidCfg(
                size=_BOX,
                mass_props=sim_utils.MassPropertiesCfg(mass=_MASS),
                rigid_props=sim_utils.RigidBodyPropertiesCfg(),
                collision_props=sim_utils.CollisionPropertiesCfg(),
                physics_material=sim_utils.RigidBodyMaterialCfg(static_friction=1.0, dynamic_friction=1.0),
            ),
            init_state=RigidObjectCfg.InitialStateCfg(pos=(0.0, 1.5, 0.5 * _BOX[2])),
        )

    with open_env("Stand", physics=physics, num_envs=len(factors), device=device, seed=0, edit=with_box) as env:
        env.reset()
        apply_conditions(env, [Condition(friction=f) for f in factors], "box")
        box: RigidObject = env.scene["box"]
        _steps(env, _SETTLE)
        pull = torch.tensor([f + _EXCESS for f in factors], device=env.device)
        force = torch.zeros(env.num_envs, 1, 3, device=env.device)
        force[:, 0, 0] = pull * _MASS * GRAVITY
        box.permanent_wrench_composer.set_forces_and_torques_index(
            forces=force, torques=torch.zeros_like(force), is_global=True
        )
        _steps(env, 1)
        before = box.data.root_com_lin_vel_w.torch[:, 0].clone()
        _steps(env, _STEPS)
        gained = box.data.root_com_lin_vel_w.torch[:, 0] - before
        return (pull - gained / (_STEPS * env.step_dt * GRAVITY)).tolist()


def _steps(env: ManagerBasedRLEnv, count: int) -> None:
    for _ in range(count):
        env.step(torch.zeros(env.num_envs, env.action_manager.total_action_dim, device=env.device))
