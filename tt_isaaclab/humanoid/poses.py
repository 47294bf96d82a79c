# SPDX-License-Identifier: BSD-3-Clause
"""Poses to start from, besides the rest pose (all joints zero, arms stretched out)."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .spec import DEFAULT_HUMANOID

STANDING_DROP = 0.01
"""How much lower than in the rest pose the pelvis stands [m]: the knees are a little bent."""

STANDING_HEIGHT = DEFAULT_HUMANOID.standing_height - STANDING_DROP
"""Pelvis height of the standing pose of the body that ships [m]."""

_MIDDLE = {"Torso": (0.0, 0.10, 0.0)}
_LEFT = {
    "Hip": (0.0, -0.11, -0.05),
    "Knee": (0.0, 0.31, 0.0),
    "Ankle": (-0.02, -0.20, 0.15),
    "Shoulder": (-1.52, 0.25, -0.20),
    "Elbow": (0.26, 0.0, -0.45),
}
"""Rotation vectors of the joints of a person who stands with hanging arms [rad]; the right side mirrors them."""


def standing_pose(joints: Sequence[str] = DEFAULT_HUMANOID.joint_names) -> torch.Tensor:
    """Rotation vectors of the standing pose (J, 3) [rad], in the order of ``joints``."""
    pose = dict(_MIDDLE)
    for name, (x, y, z) in _LEFT.items():
        pose |= {f"L_{name}": (x, y, z), f"R_{name}": (-x, y, -z)}
    return torch.tensor([pose.get(joint, (0.0, 0.0, 0.0)) for joint in joints])
