# SPDX-License-Identifier: BSD-3-Clause
"""What the readers of motion files share: angles to rotations, and a tree of joints to a posed recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from tt_isaaclab.kinematics.rotations import quat_from_rotvec, quat_mul, quat_rotate

from .source import SourceMotion

_ROTATIONS = ("rx", "ry", "rz")


@dataclass
class Joint:
    """One joint of a tree in a file's axes and units, and the bone that begins there."""

    name: str
    parent: int
    """Index of the parent, which comes before the joint; -1 for the root."""
    offset: Sequence[float]
    """From the parent's joint to this one at rest (3,)."""
    tip: Sequence[float] = (0.0, 0.0, 0.0)
    """From the joint to the bone's end at rest (3,)."""


def turns(angles: torch.Tensor, channels: Sequence[str]) -> torch.Tensor:
    """Rotation (T, 4) of angles (T, C) [rad] about the fixed axes of the channels rx, ry, rz, the first one first.

    Other channels are passed over.
    """
    quat = torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64).expand(len(angles), 4)
    for column, channel in enumerate(channels):
        if channel in _ROTATIONS:
            axis = torch.eye(3, dtype=torch.float64)[_ROTATIONS.index(channel)]
            quat = quat_mul(quat_from_rotvec(angles[:, column : column + 1] * axis), quat)
    return quat


def pose_tree(
    joints: Sequence[Joint],
    root_pos: torch.Tensor,
    local_quat: Sequence[torch.Tensor],
    fps: float,
    axes: Sequence[Sequence[float]],
    unit: float = 1.0,
) -> SourceMotion:
    """Pose a tree of joints over T frames.

    Args:
        joints: The tree, parents first, the root at index 0.
        root_pos: Position of the root (T, 3), file axes and units.
        local_quat: For each joint its rotation (T, 4) in the parent's frame, file axes, xyzw.
        fps: Frame rate [1/s].
        axes: Rotation matrix (3, 3) from the file's axes to ours: x forward, y left, z up.
        unit: Length of one file unit [m].
    """
    matrix = torch.tensor(axes, dtype=torch.float64)
    offsets, tips = (torch.tensor([getattr(j, key) for j in joints], dtype=torch.float64) for key in ("offset", "tip"))
    quat, pos = [local_quat[0]], [root_pos]
    for joint, offset, local in zip(joints[1:], offsets[1:], local_quat[1:], strict=True):
        pos.append(pos[joint.parent] + quat_rotate(quat[joint.parent], offset))
        quat.append(quat_mul(quat[joint.parent], local))
    world_pos, world_quat = torch.stack(pos, dim=1), torch.stack(quat, dim=1)
    return SourceMotion(
        fps=fps,
        names=tuple(joint.name for joint in joints),
        joint_pos=unit * world_pos @ matrix.T,
        tip_pos=unit * (world_pos + quat_rotate(world_quat, tips)) @ matrix.T,
        quat=torch.cat((world_quat[..., :3] @ matrix.T, world_quat[..., 3:]), dim=-1),
        rest_bones=unit * tips @ matrix.T,
    )
