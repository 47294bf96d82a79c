# SPDX-License-Identifier: BSD-3-Clause
"""Action term: 69 numbers are 23 rotation vectors (times pi), on every physics backend."""

from __future__ import annotations

import math

import torch
from isaaclab.assets import Articulation
from isaaclab.managers import ActionTerm, ActionTermCfg
from isaaclab.utils import configclass
from isaaclab_newton.physics import NewtonCfg

from .spec import DEFAULT_HUMANOID, backend_dof_names, hinge_axes
from .state import joint_coordinates


class RotationVectorAction(ActionTerm):
    """Joint targets from rotation vectors: ``target = pi * clamp(action, -1, 1)``, three numbers a joint [rad].

    PhysX takes a rotation vector as the target of its spherical drive. Newton has three hinges in series, so
    the same rotation is written in their angles.
    """

    cfg: RotationVectorActionCfg
    _asset: Articulation

    def __init__(self, cfg: RotationVectorActionCfg, env) -> None:
        super().__init__(cfg, env)
        if list(self._asset.joint_names) != backend_dof_names(cfg.hinges):
            raise ValueError(
                f"{cfg.asset_name}: joints are not in canonical order; set ArticulationCfg.joint_ordering to "
                "backend_dof_names(hinges)."
            )
        serial = isinstance(env.cfg.sim.physics, NewtonCfg)
        self.hinge_order = torch.tensor(hinge_axes(cfg.hinges), device=self.device) if serial else None
        """Axes of the serial hinges (23, 3), or None where the backend takes rotation vectors."""
        self._raw_actions = torch.zeros(self.num_envs, self.action_dim, device=self.device)
        self._processed_actions = torch.zeros(self.num_envs, len(self._asset.joint_names), device=self.device)

    @property
    def action_dim(self) -> int:
        """69: three numbers for each of the 23 joints."""
        return 3 * len(self.cfg.hinges)

    @property
    def raw_actions(self) -> torch.Tensor:
        """What the policy asked for, unclamped. Shape (N, 69)."""
        return self._raw_actions

    @property
    def processed_actions(self) -> torch.Tensor:
        """Joint targets in the backend's coordinates [rad]. Shape (N, 69)."""
        return self._processed_actions

    def process_actions(self, actions: torch.Tensor) -> None:
        """Turn actions (N, 69) into joint targets of this backend."""
        self._raw_actions[:] = actions
        rotvec = math.pi * actions.clamp(-1.0, 1.0).view(self.num_envs, -1, 3)
        self._processed_actions[:] = joint_coordinates(rotvec, self.hinge_order)

    def apply_actions(self) -> None:
        """Write the targets; called once per physics step."""
        self._asset.set_joint_position_target_index(target=self._processed_actions)

    def reset(self, env_ids=None) -> None:
        """Forget the last action of the environments that start again."""
        self._raw_actions[slice(None) if env_ids is None else env_ids] = 0.0


@configclass
class RotationVectorActionCfg(ActionTermCfg):
    """Configuration of :class:`RotationVectorAction`."""

    class_type: type[ActionTerm] = RotationVectorAction
    asset_name: str = "robot"
    hinges: dict[str, str] = DEFAULT_HUMANOID.hinges
    """Joint name -> serial order of its hinges, in canonical joint order."""
