# SPDX-License-Identifier: BSD-3-Clause
"""Rotations and positions as functions of time: interpolate, smooth, differentiate."""

from __future__ import annotations

import torch

from tt_isaaclab.kinematics.rotations import quat_conj, quat_from_rotvec, quat_mul, rotvec_from_quat


def quat_between(start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
    """Smallest rotation (..., 4) from unit vectors ``start`` (..., 3) to ``end`` (..., 3), which are not opposite."""
    cross = torch.linalg.cross(start, end)
    quat = torch.cat((cross, 1.0 + (start * end).sum(-1, keepdim=True)), dim=-1)
    return quat / quat.norm(dim=-1, keepdim=True)


def slerp(start: torch.Tensor, end: torch.Tensor, weight: torch.Tensor | float) -> torch.Tensor:
    """Rotation (..., 4) on the shortest way from ``start`` (weight 0) to ``end`` (weight 1), at constant rate."""
    return quat_mul(start, quat_from_rotvec(weight * rotvec_from_quat(quat_mul(quat_conj(start), end))))


def sample_rows(values: torch.Tensor, frame: torch.Tensor, rotation: bool = False) -> torch.Tensor:
    """Values (T, ...) at fractional frames (S,), clamped to the first and last; quaternions where ``rotation``."""
    frame = frame.clamp(0.0, len(values) - 1.0)
    first = frame.floor().long().clamp(max=max(len(values) - 2, 0))
    last = (first + 1).clamp(max=len(values) - 1)
    weight = (frame - first).view(-1, *[1] * (values.dim() - 1))
    if rotation:
        return slerp(values[first], values[last], weight)
    return torch.lerp(values[first], values[last], weight)


def smooth(values: torch.Tensor, width: float) -> torch.Tensor:
    """Values (T, ...) averaged with a Gaussian of standard deviation ``width`` [frames]; the ends are held."""
    reach = max(int(4.0 * width), 1)
    offsets = torch.arange(-reach, reach + 1)
    kernel = torch.exp(-0.5 * (offsets / width) ** 2).to(values.dtype)
    rows = (torch.arange(len(values)).unsqueeze(1) + offsets).clamp(0, len(values) - 1)
    return torch.einsum("k,tk...->t...", kernel / kernel.sum(), values[rows])


def smooth_quat(quat: torch.Tensor, width: float) -> torch.Tensor:
    """`smooth` for quaternions (T, ..., 4)."""
    flips = (quat[1:] * quat[:-1]).sum(-1, keepdim=True).sign().cumprod(0)  # q and -q are one rotation: pick neighbours
    mean = smooth(torch.cat((quat[:1], quat[1:] * flips)), width)
    return mean / mean.norm(dim=-1, keepdim=True)


def velocity(values: torch.Tensor, fps: float) -> torch.Tensor:
    """Rate of change (T, ...) per second of values (T, ...): central differences, one-sided at the ends."""
    return torch.gradient(values, spacing=1.0 / fps, dim=0)[0]


def angular_velocity(quat: torch.Tensor, fps: float) -> torch.Tensor:
    """Angular velocity (T, ..., 3) [rad/s], in the rotating frame, of quaternions (T, ..., 4); ends as `velocity`."""
    rows = torch.arange(len(quat))
    before, after = (rows - 1).clamp(min=0), (rows + 1).clamp(max=len(quat) - 1)
    turn = rotvec_from_quat(quat_mul(quat_conj(quat[before]), quat[after]))
    seconds = (after - before).view(-1, *[1] * (turn.dim() - 1)) / fps
    return turn / seconds


def ease(progress: torch.Tensor) -> torch.Tensor:
    """Weights that go smoothly from 0 to 1 while ``progress`` (any shape) does."""
    progress = progress.clamp(0.0, 1.0)
    return progress**2 * (3.0 - 2.0 * progress)
