# SPDX-License-Identifier: BSD-3-Clause
"""Isaac Lab physics manager of the ``newton_mujoco`` backend."""

from __future__ import annotations

from isaaclab.physics import PhysicsManager
from isaaclab_newton.physics.mjwarp_manager import NewtonMJWarpManager
from newton import JointTargetMode, Model
from newton.solvers import SolverMuJoCo

from .native_manager_cfg import NativeMuJoCoSolverCfg
from .native_solver import NativeSolverMuJoCo


class NewtonMuJoCoManager(NewtonMJWarpManager):
    """:class:`NewtonMJWarpManager` that steps MuJoCo's C engine.

    A whole control step (decimation times substeps) is one call into the engine unless an explicit actuator has to
    run in between or :attr:`NativeMuJoCoSolverCfg.fuse_decimation` is off.
    """

    @classmethod
    def _create_solver(cls, model: Model, solver_cfg: NativeMuJoCoSolverCfg) -> NativeSolverMuJoCo:
        options = cls._filter_solver_kwargs(SolverMuJoCo, solver_cfg)
        options.pop("ls_parallel", None)  # deprecated by Newton; passing it on only warns
        return NativeSolverMuJoCo(model, num_threads=solver_cfg.num_threads, **options)

    @classmethod
    def _is_all_graphable(cls) -> bool:
        """Whether one call of :meth:`step` covers the whole control step: nothing in Python acts within it."""
        solver_cfg = PhysicsManager._cfg.solver_cfg
        return super()._is_all_graphable() or (solver_cfg.fuse_decimation and not cls._has_effort_driven_joints())

    @classmethod
    def _has_effort_driven_joints(cls) -> bool:
        """Whether an explicit actuator model computes torques between physics steps."""
        return bool((cls.backend.model.joint_target_mode.numpy() == int(JointTargetMode.EFFORT)).any())

    @classmethod
    def _simulate_full(cls) -> None:
        if cls._adapter is not None or cls._post_actuator_callbacks:
            cls._solver.substeps = 1
            super()._simulate_full()
            return
        cls._solver.substeps = cls._decimation * cls._num_substeps
        state = cls.backend.state_0
        for callback in cls._state_force_callbacks:
            callback(state)
        cls._step_solver(state, state, cls.backend.control, None, cls._solver_dt)
        state.clear_forces()
        for callback in cls._post_step_callbacks:
            callback()
        cls._update_sensors(None)

    @classmethod
    def _simulate_physics_only(cls) -> None:
        cls._solver.substeps = 1
        super()._simulate_physics_only()

    @classmethod
    def _step_solver(cls, state_0, state_1, control, contacts, substep_dt: float) -> None:
        cls._solver.report_contacts = cls._report_contacts
        super()._step_solver(state_0, state_1, control, contacts, substep_dt)

    @classmethod
    def clear(cls) -> None:
        """Stop the stepping threads, then clear the Newton state."""
        if isinstance(cls._solver, NativeSolverMuJoCo):
            cls._solver.close()
        super().clear()
