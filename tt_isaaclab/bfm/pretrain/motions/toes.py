# SPDX-License-Identifier: BSD-3-Clause
"""Toes for recordings that have none: without a bend in the foot, the tips of the toes would carry every push-off."""

from __future__ import annotations

from dataclasses import replace

import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID as SPEC
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, quat_rotate

from .ground import floor_below
from .motion import Motion

_TOES = SPEC.body_ids("L_Toe", "R_Toe")
_ANKLES = SPEC.body_ids(*SPEC.ankles)
_FREE = 0.03
"""Height of the ball of the foot above where it stands, from which on the toes are straight [m]."""
_LARGEST = 1.0
"""[rad]"""


def bend_toes(motion: Motion) -> Motion:
    """Keep the toes level while the ball of the foot is on the ground and the heel is not."""
    pos, quat = motion.poses()
    ahead = quat_rotate(quat[:, _ANKLES], quat.new_tensor([1.0, 0.0, 0.0]).expand(len(motion), 2, 3))
    heel_up = torch.asin((-ahead[..., 2]).clamp(0.0, 1.0)).clamp(max=_LARGEST)
    height = pos[:, _TOES, 2]
    down = 1.0 - ((height - floor_below(height, motion.fps)) / _FREE).clamp(0.0, 1.0)
    local = motion.local_quat.clone()
    local[:, _TOES] = quat_from_rotvec((-heel_up * down).unsqueeze(-1) * quat.new_tensor([0.0, 1.0, 0.0]))
    return replace(motion, local_quat=local)
