# SPDX-License-Identifier: BSD-3-Clause
"""A spherical joint as a rotation vector and as three hinges in series.

The behaviour model speaks in rotation vectors; an engine that builds a spherical joint from three hinges needs their
angles. ``order`` names the hinge axes from parent to child, e.g. (1, 2, 0) = y, then z, then x, and may be any
permutation: a sequence of 3, or a LongTensor (J, 3) with one row a joint.
"""

import math
from collections.abc import Sequence

import torch

from .rotations import quat_from_rotvec, quat_mul, rotvec_from_quat

_LOCK = 1e-12  # squared sine (or cosine) below which the outer two hinges count as parallel
_TINY = 1e-24  # keeps the slope of a square root finite


def rotvec_to_hinges(rotvec: torch.Tensor, order: torch.Tensor | Sequence[int]) -> torch.Tensor:
    """Hinge angles [rad] with R_first R_second R_third = exp(rotvec), indexed by axis: ``out[..., a]`` turns about a.

    Of all solutions (middle hinge within or beyond 90 degrees, and multiples of 2 pi) the one nearest to ``rotvec``
    itself is returned, so a rotation about one coordinate axis is that hinge's angle whatever its size. Where the outer
    hinges line up (gimbal lock) their free split is the one nearest to ``rotvec`` too.

    Args:
        rotvec: (..., 3), or (..., J, 3) with one order a joint; parent frame [rad].
        order: (3,) or (J, 3), see the module docstring.
    """
    order = torch.as_tensor(order, device=rotvec.device)
    index = order.expand(rotvec.shape)
    near = rotvec.gather(-1, index)
    quat = quat_from_rotvec(rotvec)
    x, y, z = quat[..., :3].gather(-1, index).unbind(-1)
    w = quat[..., 3]
    # An odd order is the mirror image of an even one: middle axis and middle angle change sign.
    parity = torch.where((order[..., 1] - order[..., 0]) % 3 == 1, 1.0, -1.0).to(rotvec.dtype)
    y = parity * y

    # With half angles a/2, b/2, c/2: (x+z, w+y) = s (sin, cos) of (a+c)/2 and (x-z, w-y) = t (sin, cos) of (a-c)/2,
    # where s = cos(b/2) + sin(b/2) and t = cos(b/2) - sin(b/2).
    s_sq, t_sq = (x + z).square() + (w + y).square(), (x - z).square() + (w - y).square()
    # At gimbal lock s or t is 0, so x = -z or x = z: the same half sum or difference of the rotation vector is 0.
    half_sum = torch.where(s_sq < _LOCK, 0.0, torch.atan2(x + z, w + y))
    half_difference = torch.where(t_sq < _LOCK, 0.0, torch.atan2(x - z, w - y))
    middle = 2.0 * torch.atan2(s_sq.clamp(min=_TINY).sqrt(), t_sq.clamp(min=_TINY).sqrt()) - 0.5 * math.pi

    within = torch.stack((half_sum + half_difference, parity * middle, half_sum - half_difference), dim=-1)
    first, second, third = within.unbind(-1)
    beyond = torch.stack((first + math.pi, parity * math.pi - second, third + math.pi), dim=-1)
    within, beyond = _nearest_turn(within, near), _nearest_turn(beyond, near)
    take_beyond = (beyond - near).square().sum(-1, keepdim=True) < (within - near).square().sum(-1, keepdim=True)
    angles = torch.where(take_beyond, beyond, within)
    return torch.zeros_like(angles).scatter(-1, index, angles)


def hinges_to_rotvec(angles: torch.Tensor, order: torch.Tensor | Sequence[int]) -> torch.Tensor:
    """Shortest rotation vector (..., 3) [rad] of three hinges in series; ``angles`` (..., 3) indexed by axis [rad]."""
    order = torch.as_tensor(order, device=angles.device)
    axes = torch.eye(3, dtype=angles.dtype, device=angles.device)[order.expand(angles.shape)]  # (..., serial, 3)
    quat = quat_from_rotvec(angles.gather(-1, order.expand(angles.shape)).unsqueeze(-1) * axes)
    return rotvec_from_quat(quat_mul(quat_mul(quat[..., 0, :], quat[..., 1, :]), quat[..., 2, :]))


def _nearest_turn(angle: torch.Tensor, near: torch.Tensor) -> torch.Tensor:
    """``angle`` plus the multiple of 2 pi that brings it nearest to ``near``."""
    return angle + 2.0 * math.pi * torch.round((near - angle) / (2.0 * math.pi))
