# SPDX-License-Identifier: BSD-3-Clause
"""What the humanoid feels of itself: 358 numbers for 24 bodies, the same in every MaskedMimic generation."""

import torch

from .heading import heading_quat_inverse
from .rotations import quat_mul, quat_rotate, quat_to_tan_norm


def speed_backwards(observation: torch.Tensor) -> torch.Tensor:
    """How fast the root moves against its heading (N,) [m/s], from self observations (N, 15 B - 2)."""
    return -_velocities(observation)[..., 0]


def fastest_body(observation: torch.Tensor) -> torch.Tensor:
    """How fast the fastest body moves (N,) [m/s], from self observations (N, 15 B - 2)."""
    return _velocities(observation).unflatten(-1, (-1, 3)).norm(dim=-1).amax(-1)


def _velocities(observation: torch.Tensor) -> torch.Tensor:
    """Linear velocities of the bodies (N, 3 B) [m/s]."""
    bodies = (observation.shape[-1] + 2) // 15
    return observation[..., -6 * bodies : -3 * bodies]


def self_observation(
    body_pos: torch.Tensor,
    body_quat: torch.Tensor,
    body_lin_vel: torch.Tensor,
    body_ang_vel: torch.Tensor,
    ground_height: torch.Tensor | float = 0.0,
) -> torch.Tensor:
    """Self observation (N, 15 B - 2) in the root's heading frame; 358 for B = 24 bodies (MaskedMimic layout).

    Order, body-major inside each block: root height above the ground 1 | positions of bodies 1.. relative to the root,
    3 (B - 1) | 6-D rotations of all bodies, 6 B | linear velocities, 3 B | angular velocities, 3 B.

    Args:
        body_pos: Link frame origins (N, B, 3), world [m]; body 0 is the root (Pelvis), bodies in canonical order.
        body_quat: Link orientations (N, B, 4), world, xyzw.
        body_lin_vel: Velocities of the link frame *origins* (N, B, 3), world [m/s], not of the centres of mass.
        body_ang_vel: Angular velocities (N, B, 3), world [rad/s].
        ground_height: Height of the ground under the root (N,) [m].
    """
    to_heading = heading_quat_inverse(body_quat[..., :1, :])
    height = body_pos[..., 0, 2] - ground_height
    blocks = (
        quat_rotate(to_heading, body_pos[..., 1:, :] - body_pos[..., :1, :]),
        quat_to_tan_norm(quat_mul(to_heading, body_quat)),
        quat_rotate(to_heading, body_lin_vel),
        quat_rotate(to_heading, body_ang_vel),
    )
    return torch.cat((height.unsqueeze(-1), *(block.flatten(-2) for block in blocks)), dim=-1)
