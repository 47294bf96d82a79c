# SPDX-License-Identifier: BSD-3-Clause
"""Contacts that may be shorter than a control step, and what must not be touched."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg
from isaaclab.managers import ManagerTermBase, TerminationTermCfg
from isaaclab.sensors import ContactSensor, ContactSensorCfg
from isaaclab.utils import configclass

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.tasks.base import TaskSceneCfg

STRIKERS = (*DEFAULT_HUMANOID.feet, "R_Hand", "R_Wrist", "R_Elbow")
"""Bodies that may hit the box."""


@configclass
class StepContactSceneCfg(TaskSceneCfg):
    """The scene with contact sensors that remember the physics steps of a control step."""

    contact: ContactSensorCfg = ContactSensorCfg(prim_path="{ENV_REGEX_NS}/Robot/.*", history_length=4)


def see_every_physics_step(cfg: ManagerBasedRLEnvCfg) -> None:
    """Let contact sensors read every physics step; newton_mujoco otherwise takes a control step in one call."""
    for physics in (cfg.sim.physics.newton_mujoco, cfg.sim.physics.default):
        if hasattr(physics.solver_cfg, "fuse_decimation"):
            physics.solver_cfg.fuse_decimation = False


def peak_force(sensor: ContactSensor) -> torch.Tensor:
    """Largest magnitude of each force component within the last control step, (N, S, 3) [N]."""
    return sensor.data.net_normal_forces_w_history.torch.abs().amax(1)


class ForbiddenContact(ManagerTermBase):
    """The box is pushed sideways while a body that must not touch it touches something. Shape (N,), bool.

    Pushed is a horizontal contact force component on the box above ``force`` [N], touching one of any direction.
    """

    def __init__(self, cfg: TerminationTermCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        names: Sequence[str] = [name for name in DEFAULT_HUMANOID.body_names if name not in STRIKERS]
        self._sensed = torch.tensor(env.scene["contact"].find_sensors(names, preserve_order=True)[0], device=env.device)

    def __call__(self, env: ManagerBasedRLEnv, force: float = 1.0) -> torch.Tensor:
        """See the class."""
        pushed = (peak_force(env.scene["box_contact"])[:, 0, :2] > force).any(-1)
        touching = (peak_force(env.scene["contact"])[:, self._sensed] > force).flatten(1).any(-1)
        return pushed & touching
