# SPDX-License-Identifier: BSD-3-Clause
"""How hard and how smoothly the humanoid works, from joint targets and states."""

from __future__ import annotations

import math

import torch
from isaaclab.assets import Articulation
from isaaclab.managers import ActionManager

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

_STIFFNESS, _DAMPING = (
    torch.tensor(g).repeat_interleave(3) for g in (DEFAULT_HUMANOID.stiffness, DEFAULT_HUMANOID.damping)
)
"""Of the joint coordinates (69,) [N m/rad], [N m s/rad]."""


def joint_power(robot: Articulation, actions: ActionManager) -> torch.Tensor:
    """Sum over the joint coordinates of |torque x rate|, with the torque of the drive and its damping (N,) [W].

    The torque follows from the state at the end of the control step, in the backend's joint coordinates; between
    backends it is comparable where joints bend about one axis, as most do in locomotion.
    """
    data = robot.data
    stiffness, damping = (gains.to(data.joint_pos.torch.device) for gains in (_STIFFNESS, _DAMPING))
    target = actions.get_term("joint_target").processed_actions
    torque = stiffness * (target - data.joint_pos.torch) - damping * data.joint_vel.torch
    return (torque * data.joint_vel.torch).abs().sum(-1)


def target_rate(action: torch.Tensor, before: torch.Tensor | None, step: float) -> torch.Tensor:
    """Mean over the joint coordinates of the change of the targets (N,) [rad/s]; actions (N, 69) are in units of pi."""
    if before is None:
        return torch.zeros(len(action), device=action.device)
    return math.pi * (action - before).abs().mean(-1) / step
