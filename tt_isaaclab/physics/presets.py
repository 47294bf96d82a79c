# SPDX-License-Identifier: BSD-3-Clause
"""Physics backends a task can run on; pick one with ``physics=NAME`` on the command line."""

from __future__ import annotations

import warp as wp
from isaaclab.physics import PhysxAutoCfg
from isaaclab.utils import configclass
from isaaclab_newton.physics import MJWarpSolverCfg, NewtonCfg
from isaaclab_ov.physics import OvPhysxCfg
from isaaclab_physx.physics import PhysxCfg
from isaaclab_tasks.utils import PresetCfg

from .host_memory import use_pageable_memory_without_cuda
from .native_manager_cfg import NativeMuJoCoSolverCfg

use_pageable_memory_without_cuda()

DEFAULT_DEVICE = "cuda:0" if wp.is_cuda_available() else "cpu"
"""Where simulation and learning run unless the user says otherwise."""


def default_backend(device: str) -> str:
    """Preset of :class:`HumanoidPhysicsCfg` that tasks run on unless the user says otherwise: the fastest on a device."""
    return "newton_mujoco" if device == "cpu" else "newton_mjwarp"


_MUJOCO = {"njmax": 400, "nconmax": 100, "integrator": "implicitfast", "cone": "elliptic", "iterations": 20}
"""Solver options of both MuJoCo engines; ``njmax`` and ``nconmax`` are capacities an environment."""


@configclass
class HumanoidPhysicsCfg(PresetCfg):
    """The same humanoid tasks on every backend."""

    newton_mujoco: NewtonCfg = NewtonCfg(solver_cfg=NativeMuJoCoSolverCfg(**_MUJOCO))
    """MuJoCo's C engine inside Isaac Lab's Newton backend: the fastest on a CPU, and CPU only."""

    newton_mjwarp: NewtonCfg = NewtonCfg(solver_cfg=MJWarpSolverCfg(**_MUJOCO))
    """MuJoCo-Warp: the same physics for GPUs."""

    ovphysx: OvPhysxCfg = OvPhysxCfg()
    """PhysX without Isaac Sim."""

    isaacsim_physx: PhysxCfg = PhysxCfg(bounce_threshold_velocity=0.2)
    """PhysX inside Isaac Sim, for Omniverse."""

    physx: PhysxAutoCfg = PhysxAutoCfg(isaacsim_physx=isaacsim_physx, ovphysx=ovphysx)
    """PhysX, inside Isaac Sim where Kit is needed."""

    default: NewtonCfg = newton_mujoco if DEFAULT_DEVICE == "cpu" else newton_mjwarp
