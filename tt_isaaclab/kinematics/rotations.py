# SPDX-License-Identifier: BSD-3-Clause
"""Unit quaternions (xyzw) and rotation vectors, batch first and broadcasting, differentiable everywhere.

``quat_rotate(q, v)`` takes ``v`` from the frame of the body with orientation ``q`` to the parent (or world) frame.
No function branches on data, so all of them compile, and values and gradients stay finite at zero rotation.
"""

import torch

_SMALL = 1e-8  # squared length [rad^2] below which the series replaces sin(x)/x; its error there is under 1e-16


def quat_mul(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Hamilton product of (..., 4) quaternions: first rotate by ``b``, then by ``a``."""
    ax, ay, az, aw = a.unbind(-1)
    bx, by, bz, bw = b.unbind(-1)
    return torch.stack(
        (
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ),
        dim=-1,
    )


def quat_conj(q: torch.Tensor) -> torch.Tensor:
    """Inverse rotation of unit quaternions (..., 4)."""
    return torch.cat((-q[..., :3], q[..., 3:]), dim=-1)


def quat_rotate(q: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Rotate vectors (..., 3) by unit quaternions (..., 4): body frame to parent frame."""
    xyz, w = q[..., :3], q[..., 3:]
    shape = torch.broadcast_shapes(xyz.shape, v.shape)
    xyz = xyz.expand(shape)
    t = 2.0 * torch.linalg.cross(xyz, v.expand(shape))
    return v + w * t + torch.linalg.cross(xyz, t)


def quat_rotate_inverse(q: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Rotate vectors (..., 3) by the inverse of unit quaternions (..., 4): parent frame to body frame."""
    return quat_rotate(quat_conj(q), v)


def quat_from_rotvec(rotvec: torch.Tensor) -> torch.Tensor:
    """Quaternions (..., 4) of rotation vectors (..., 3) [rad] of any length."""
    sq = rotvec.square().sum(-1, keepdim=True)
    small = sq < _SMALL
    angle = torch.where(small, 1.0, sq).sqrt()
    scale = torch.where(small, 0.5 - sq / 48.0, torch.sin(0.5 * angle) / angle)
    w = torch.where(small, 1.0 - sq / 8.0, torch.cos(0.5 * angle))
    return torch.cat((rotvec * scale, w), dim=-1)


def rotvec_from_quat(q: torch.Tensor) -> torch.Tensor:
    """Shortest rotation vectors (..., 3) [rad], of length at most pi, of unit quaternions (..., 4); q and -q agree."""
    q = torch.where(q[..., 3:] < 0.0, -q, q)
    xyz, w = q[..., :3], q[..., 3:]
    sq = xyz.square().sum(-1, keepdim=True)
    small = sq < _SMALL
    sin = torch.where(small, 1.0, sq).sqrt()
    scale = torch.where(small, 2.0 + sq / 3.0, 2.0 * torch.atan2(sin, w) / sin)
    return xyz * scale


def quat_to_tan_norm(q: torch.Tensor) -> torch.Tensor:
    """6-D rotation (..., 6) of unit quaternions (..., 4): the rotated x axis (3), then the rotated z axis (3)."""
    x, y, z, w = q.unbind(-1)
    tangent = (1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y))
    normal = (2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y))
    return torch.stack((*tangent, *normal), dim=-1)
