# SPDX-License-Identifier: BSD-3-Clause
"""Configuration of the ``newton_mujoco`` backend."""

from __future__ import annotations

from isaaclab.utils import configclass
from isaaclab_newton.physics import MJWarpSolverCfg, NewtonManager


@configclass
class NativeMuJoCoSolverCfg(MJWarpSolverCfg):
    """MuJoCo's C engine inside Isaac Lab's Newton backend; CPU devices only."""

    class_type: type[NewtonManager] | str = "{DIR}.native_manager:NewtonMuJoCoManager"

    solver_type: str = "mujoco"

    num_threads: int | None = None
    """Stepping threads; None takes every core the process may use."""

    fuse_decimation: bool = True
    """Take a whole control step in one call: joint targets and external forces are constant within it, and contact
    sensors read its last physics step. Turn it off when an action term or a sensor must act every physics step."""
