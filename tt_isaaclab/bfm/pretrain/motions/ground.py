# SPDX-License-Identifier: BSD-3-Clause
"""Feet and the ground: how low the soles are, and how well a motion treats the floor."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import torch

from tt_isaaclab.humanoid.anatomy import ANATOMY, Box
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.rotations import quat_rotate

from .curves import velocity
from .motion import Motion

_TOUCH = 0.01
"""A sole corner lower than this is in contact [m]."""
_FLOOR_TIME = 0.5
"""How long before and after, at most, one of the feet is on the floor [s]."""


class FloorQuality(NamedTuple):
    """How well a motion respects the floor."""

    skate: float
    """Mean horizontal speed of the sole corners that touch the ground [m/s]."""
    penetration: float
    """Largest depth of a sole corner below the ground [m]."""
    float_height: float
    """Mean height of the lowest sole corner, where it is above the ground [m]."""


def sole_corners(motion: Motion) -> torch.Tensor:
    """Positions of the corners of both feet and toes (T, 2, 16, 3), world [m]; the left foot first."""
    pos, quat = motion.poses()
    corners = []
    for body, segment in enumerate(ANATOMY):
        if segment.name in DEFAULT_HUMANOID.feet and isinstance(segment.shape, Box):
            for signs in itertools.product((-1.0, 1.0), repeat=3):
                center, half = segment.shape.center, segment.shape.half_extents
                corner = quat.new_tensor([c + s * h for c, s, h in zip(center, signs, half, strict=True)])
                corners.append(pos[:, body] + quat_rotate(quat[:, body], corner.expand(len(motion), 3)))
    return torch.stack(corners, dim=1).unflatten(1, (2, -1))


def floor_below(heights: torch.Tensor, fps: float) -> torch.Tensor:
    """Height of the floor (T, 1) [m] under feet at ``heights`` (T, 2) [m]: a recorded floor may be tilted or bent."""
    reach = round(_FLOOR_TIME * fps)
    padded = torch.nn.functional.pad(heights.amin(-1), (reach, reach), value=torch.inf)
    return padded.unfold(0, 2 * reach + 1, 1).amin(-1, keepdim=True)


def floor_quality(motion: Motion) -> FloorQuality:
    """Measure foot skate, penetration and floating."""
    corners = sole_corners(motion)
    speed = velocity(corners, motion.fps)[..., :2].norm(dim=-1)
    lowest = corners[..., 2].flatten(1).amin(-1)
    return FloorQuality(
        skate=speed[corners[..., 2] < _TOUCH].mean().item(),
        penetration=(-lowest).clamp(min=0.0).max().item(),
        float_height=lowest.clamp(min=0.0).mean().item(),
    )
