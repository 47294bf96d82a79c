# SPDX-License-Identifier: BSD-3-Clause
"""Changed physics for robustness studies, by Isaac Lab's own randomisation terms with a range of one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as lab
from isaaclab.managers import EventTermCfg, SceneEntityCfg
from isaaclab.physics import PhysicsCfg
from isaaclab_newton.physics import NewtonCfg

GRAVITY = 9.81
"""[m/s^2]"""


@dataclass(frozen=True)
class Condition:
    """Factors on the physics a token was trained in."""

    gravity: float = 1.0
    friction: float = 1.0
    """On the humanoid's coefficient, which is that of its contacts with the ground."""
    mass: float = 1.0
    """On every body's mass; inertias follow."""
    stiffness: float = 1.0
    """On every joint's stiffness; where the damping is the drive's (PhysX) it does not change."""

    def as_dict(self) -> dict[str, float]:
        """Factor of each axis."""
        return asdict(self)


AXES = tuple(f.name for f in fields(Condition))
"""What can be changed."""


def own_gravity(physics: PhysicsCfg) -> bool:
    """Whether a physics backend can give each environment its own gravity; PhysX has one for the whole scene."""
    return isinstance(physics, NewtonCfg)


def apply_conditions(env: ManagerBasedRLEnv, conditions: Sequence[Condition], asset: str = "robot") -> None:
    """Split the environments into equal blocks, one after the other, and change the physics of each.

    Args:
        env: A fresh environment whose episodes have not been randomised otherwise.
        conditions: One a block.
        asset: Scene entity whose friction, mass and stiffness change; stiffness needs joints.

    Raises:
        ValueError: If the backend cannot give each block its own value, or the blocks cannot be equal.
    """
    if not own_gravity(env.cfg.sim.physics) and len({c.gravity for c in conditions}) > 1:
        raise ValueError("PhysX has one gravity for all environments; run one value of gravity after the other")
    if env.num_envs % len(conditions):
        raise ValueError(f"{env.num_envs} environments cannot be split into {len(conditions)} equal blocks")
    size = env.num_envs // len(conditions)
    for i, condition in enumerate(conditions):
        env_ids = torch.arange(i * size, (i + 1) * size, device=env.device)
        for term, params in _terms(condition, asset):
            if "asset_cfg" in params:
                params["asset_cfg"].resolve(env.scene)
            term(EventTermCfg(func=term, mode="startup", params=params), env)(env, env_ids, **params)


def _terms(condition: Condition, asset: str) -> list[tuple[type, dict]]:
    """Stock terms and their parameters. Factors of one are left out, but for gravity, which may be set once more."""
    gravity, friction = [0.0, 0.0, -GRAVITY * condition.gravity], (condition.friction, condition.friction)
    mass, stiffness = (condition.mass, condition.mass), (condition.stiffness, condition.stiffness)
    terms = [
        (
            lab.randomize_physics_scene_gravity,
            {"gravity_distribution_params": (gravity, gravity), "operation": "abs", "distribution": "uniform"},
        )
    ]
    if condition.friction != 1.0:  # the coefficient in the assets is 1, and this term sets it
        terms.append(
            (
                lab.randomize_rigid_body_material,
                {
                    "asset_cfg": SceneEntityCfg(asset),
                    "static_friction_range": friction,
                    "dynamic_friction_range": friction,
                    "restitution_range": (0.0, 0.0),
                    "num_buckets": 1,
                    "make_consistent": True,
                },
            )
        )
    if condition.mass != 1.0:
        terms.append(
            (
                lab.randomize_rigid_body_mass,
                {"asset_cfg": SceneEntityCfg(asset), "mass_distribution_params": mass, "operation": "scale"},
            )
        )
    if condition.stiffness != 1.0:
        terms.append(
            (
                lab.randomize_actuator_gains,
                {"asset_cfg": SceneEntityCfg(asset), "stiffness_distribution_params": stiffness, "operation": "scale"},
            )
        )
    return terms
