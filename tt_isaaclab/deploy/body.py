# SPDX-License-Identifier: BSD-3-Clause
"""The humanoid in plain MuJoCo. A real robot replaces this module: `state` by an estimator, `act` by its actuators."""

from __future__ import annotations

from pathlib import Path

import mujoco
import numpy as np

from .contract import Contract
from .observation import BodyState


class MuJoCoBody:
    """The body of an export, driven by joint targets at the control rate.

    Args:
        path: MJCF of the body on a ground plane.
        contract: The policy's contract.
    """

    def __init__(self, path: Path, contract: Contract) -> None:
        self.model = mujoco.MjModel.from_xml_path(str(path))
        self.data = mujoco.MjData(self.model)
        rates, humanoid, fall = contract["rates"], contract["humanoid"], contract["fall"]
        self._substeps = rates["physics_steps"]
        self.model.opt.timestep = 1.0 / (rates["control_hz"] * self._substeps)
        self._bodies = [self.model.body(name).id for name in humanoid["bodies"]]
        self._actuators = [self.model.actuator(name).id for name in contract["outputs"][0]["order"]]
        self._start_height = humanoid["start_height"]
        self._joints = [joint["name"] for joint in humanoid["joints"]]
        self.start_targets = np.array([joint["start"] for joint in humanoid["joints"]])
        """Rotation vectors of the pose to start from (J, 3) [rad]."""
        self._low = np.array([fall["head_low"] if n == fall["head"] else fall["low"] for n in humanoid["bodies"]])
        self._low[[humanoid["bodies"].index(name) for name in fall["may_touch"]]] = -np.inf
        self._touch = fall["touch"]

    def reset(self) -> BodyState:
        """Stand at the origin at rest, facing along world x."""
        mujoco.mj_resetData(self.model, self.data)
        self.data.qpos[2] = self._start_height
        for name, rotvec in zip(self._joints, self.start_targets, strict=True):
            angle = np.linalg.norm(rotvec)
            mujoco.mju_axisAngle2Quat(self.data.joint(name).qpos, rotvec / max(angle, 1.0e-12), angle)
        return self.state()

    def state(self) -> BodyState:
        """The state now; MuJoCo's own poses and velocities are those before the last physics step."""
        for update in (mujoco.mj_kinematics, mujoco.mj_comPos, mujoco.mj_comVel):
            update(self.model, self.data)
        velocity = np.zeros((len(self._bodies), 6))
        for row, body in zip(velocity, self._bodies, strict=True):
            mujoco.mj_objectVelocity(self.model, self.data, mujoco.mjtObj.mjOBJ_XBODY, body, row, 0)
        rot = self.data.xmat[self._bodies].reshape(-1, 3, 3)
        return BodyState(self.data.xpos[self._bodies], rot, velocity[:, 3:], velocity[:, :3])

    def act(self, targets: np.ndarray) -> BodyState:
        """Hold joint targets (69,) [rad] for a control step; returns the state after it."""
        self.data.ctrl[self._actuators] = targets
        mujoco.mj_step(self.model, self.data, self._substeps)
        return self.state()

    def fallen(self, state: BodyState) -> bool:
        """Some body that may not touch anything does, and lies low; or the physics has diverged.

        Touching is a component of the sum of a body's normal contact forces, as Isaac Lab's contact sensor has it.
        """
        if not np.isfinite(self.data.qpos).all() or self.data.warning[mujoco.mjtWarning.mjWARN_BADQACC].number:
            return True
        force, contact_force = np.zeros((self.model.nbody, 3)), np.zeros(6)
        for i, contact in enumerate(self.data.contact):
            mujoco.mj_contactForce(self.model, self.data, i, contact_force)
            normal = contact_force[0] * contact.frame[:3]  # from the first geom to the second
            first, second = self.model.geom_bodyid[contact.geom]
            force[first] -= normal
            force[second] += normal
        touching = (np.abs(force[self._bodies]) > self._touch).any(axis=1)
        return bool((touching & (state.pos[:, 2] < self._low)).any())
