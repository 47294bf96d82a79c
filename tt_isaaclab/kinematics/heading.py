# SPDX-License-Identifier: BSD-3-Clause
"""The heading frame: the world frame turned about z so that its x axis points where the body faces.

Heading is the yaw of the body's x axis projected on the ground, which is not the yaw of an Euler decomposition. It is
undefined for a body whose x axis points straight up or down; the functions then return heading 0.
"""

import torch

from .rotations import quat_conj, quat_rotate


def heading_angle(quat: torch.Tensor) -> torch.Tensor:
    """Heading (...,) [rad, -pi to pi, 0 = world x] of orientations (..., 4) xyzw."""
    x, y, z, w = quat.unbind(-1)
    return torch.atan2(2.0 * (x * y + w * z), 1.0 - 2.0 * (y * y + z * z))


def quat_from_yaw(yaw: torch.Tensor) -> torch.Tensor:
    """Rotation (..., 4) xyzw about the world z axis by ``yaw`` (...,) [rad]."""
    zero = torch.zeros_like(yaw)
    return torch.stack((zero, zero, torch.sin(0.5 * yaw), torch.cos(0.5 * yaw)), dim=-1)


def unit_vector(yaw: torch.Tensor) -> torch.Tensor:
    """Direction (..., 2) on the ground at a yaw (...,) [rad]."""
    return torch.stack((torch.cos(yaw), torch.sin(yaw)), dim=-1)


def along(velocity: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """Speed along a unit direction. Shapes (N, 2) [m/s], (N, 2) -> (N,) [m/s]."""
    return (velocity * direction).sum(-1)


def wrap_angle(angle: torch.Tensor) -> torch.Tensor:
    """The same angles (...,) from -pi to pi [rad]."""
    return torch.atan2(torch.sin(angle), torch.cos(angle))


def heading_quat(quat: torch.Tensor) -> torch.Tensor:
    """Heading frame to world frame: (..., 4) xyzw of orientations (..., 4)."""
    return quat_from_yaw(heading_angle(quat))


def heading_quat_inverse(quat: torch.Tensor) -> torch.Tensor:
    """World frame to heading frame: (..., 4) xyzw of orientations (..., 4)."""
    return quat_conj(heading_quat(quat))


def to_heading_frame(quat: torch.Tensor, vector: torch.Tensor) -> torch.Tensor:
    """World vectors (..., 3) in the heading frame of a body with orientation ``quat`` (..., 4)."""
    return quat_rotate(heading_quat_inverse(quat), vector)


def from_heading_frame(quat: torch.Tensor, vector: torch.Tensor) -> torch.Tensor:
    """Heading-frame vectors (..., 3) of a body with orientation ``quat`` (..., 4) in the world frame."""
    return quat_rotate(heading_quat(quat), vector)
