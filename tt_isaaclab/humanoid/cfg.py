# SPDX-License-Identifier: BSD-3-Clause
"""Isaac Lab configuration of the body and of the ground, the same for every physics backend."""

from __future__ import annotations

import isaaclab.sim as sim_utils
from isaaclab.actuators import ImplicitActuatorCfg
from isaaclab.assets import ArticulationCfg, AssetBaseCfg
from isaaclab_newton.sim.schemas import NewtonArticulationCfg
from isaaclab_physx.sim.schemas import PhysxArticulationCfg, PhysxRigidBodyCfg
from isaaclab_tasks.utils import preset

from .anatomy import ARMATURE, EFFORT_LIMIT
from .generate import ASSETS
from .spec import DEFAULT_HUMANOID, backend_dof_names

_STIFFNESS = {f"{j}:.*": k for j, k in zip(DEFAULT_HUMANOID.joint_names, DEFAULT_HUMANOID.stiffness, strict=True)}
_DAMPING = {f"{j}:.*": d for j, d in zip(DEFAULT_HUMANOID.joint_names, DEFAULT_HUMANOID.damping, strict=True)}

HUMANOID_CFG = ArticulationCfg(
    prim_path="{ENV_REGEX_NS}/Robot",
    spawn=sim_utils.UsdFileCfg(
        usd_path=str(ASSETS / "humanoid.usda"),
        activate_contact_sensors=True,
        rigid_props=PhysxRigidBodyCfg(
            linear_damping=0.0,
            angular_damping=0.0,
            max_linear_velocity=1000.0,
            max_angular_velocity=1000.0,
            max_depenetration_velocity=1.0,
        ),
        articulation_props=[
            PhysxArticulationCfg(
                enabled_self_collisions=True, solver_position_iteration_count=32, solver_velocity_iteration_count=0
            ),
            NewtonArticulationCfg(self_collision_enabled=True),
        ],
    ),
    init_state=ArticulationCfg.InitialStateCfg(pos=(0.0, 0.0, DEFAULT_HUMANOID.standing_height)),
    joint_ordering=backend_dof_names(DEFAULT_HUMANOID.hinges),
    body_ordering=list(DEFAULT_HUMANOID.body_names),
    actuators={
        "body": ImplicitActuatorCfg(
            joint_names_expr=[".*"],
            stiffness=_STIFFNESS,
            # MuJoCo engines take the damping from the asset (passive joint damping, see mjcf.py): 0 on the drive.
            damping=preset(default=0.0, ovphysx=_DAMPING, physx=_DAMPING, isaacsim_physx=_DAMPING),
            armature=ARMATURE,
            joint_effort_limit=EFFORT_LIMIT,
            joint_velocity_limit=100.0,
        )
    },
)
"""The body this project ships; joints and bodies in canonical order on every backend."""

_GROUND_FRICTION = preset(default=0.05, ovphysx=1.0, physx=1.0, isaacsim_physx=1.0)
"""The humanoid carries the friction of a contact, so that it can differ between environments. MuJoCo engines take the
larger of the two coefficients, PhysX is told to multiply them; either way the contact has the humanoid's value."""

GROUND_CFG = AssetBaseCfg(
    prim_path="/World/ground",
    collision_group=-1,
    spawn=sim_utils.GroundPlaneCfg(
        usd_path=str(ASSETS / "ground.usda"),
        physics_material=sim_utils.RigidBodyMaterialCfg(
            static_friction=_GROUND_FRICTION,
            dynamic_friction=_GROUND_FRICTION,
            restitution=0.0,
            friction_combine_mode="multiply",
        ),
    ),
)
"""Endless flat ground, shipped with the project."""
