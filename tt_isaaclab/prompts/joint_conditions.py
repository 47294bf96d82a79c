# SPDX-License-Identifier: BSD-3-Clause
"""Joint conditions: where the pelvis should be at a few times from now, as sparse pose targets.

A prompt gives one row for each time of `MOVE_TIMES`; the order of rows has no meaning to the model, and times left
out are hidden. Everything is in the world frame: z up, yaw and heading counted from world x, positive to the left.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.heading import quat_from_yaw, unit_vector
from tt_isaaclab.kinematics.sparse_targets import SparseTarget

PELVIS_HEIGHT = 0.9
"""Height of the pelvis of a walker [m]."""

MOVE_TIMES = (8 / 30, 1.0)
"""Times of a movement prompt [s]: a near one and the far one."""

RESPONSE = 0.8
"""How much later than it is asked to the bundled model turns [s]: who wants a curve asks for what comes then."""

_PELVIS = DEFAULT_HUMANOID.pelvis


def move_pelvis(
    root_pos: torch.Tensor,
    velocity: torch.Tensor,
    facing: torch.Tensor,
    height: torch.Tensor | float,
    time: torch.Tensor,
    slots: Sequence[str],
) -> SparseTarget:
    """Targets of a pelvis that moves on from here in a straight line; nothing is visible yet.

    Args:
        root_pos: Pelvis now (N, 3), world [m]; its z is ignored.
        velocity: Commanded velocity (N, 2), world xy [m/s].
        facing: Commanded heading (N,), world [rad].
        height: Commanded height of the pelvis above the ground (N,) or one number [m].
        time: Times from now (N, T) [s].
        slots: Body of each slot of the model's layout.

    Returns:
        Targets whose other slots hold zeros and whose bits are all off.
    """
    n, t = time.shape
    pos = time.new_zeros(n, t, len(slots), 3)
    quat = time.new_zeros(n, t, len(slots), 4)
    quat[..., 3] = 1.0
    pelvis = slots.index(_PELVIS)
    pos[:, :, pelvis, :2] = root_pos[:, None, :2] + velocity.unsqueeze(1) * time.unsqueeze(-1)
    pos[:, :, pelvis, 2] = torch.as_tensor(height, device=time.device).view(-1, 1)
    quat[:, :, pelvis] = quat_from_yaw(facing).unsqueeze(1)
    root_lin_vel = torch.cat((velocity, torch.zeros_like(velocity[:, :1])), dim=-1).unsqueeze(1).expand(n, t, 3)
    visible = torch.zeros(n, t, len(slots) + 1, 2, dtype=torch.bool, device=time.device)
    return SparseTarget(pos, quat, facing.unsqueeze(1).expand(n, t), root_lin_vel, visible, time)


def direction(
    root_pos: torch.Tensor,
    yaw: torch.Tensor,
    speed: torch.Tensor,
    slots: Sequence[str],
    facing: torch.Tensor | None = None,
    turning: torch.Tensor | float = 0.0,
) -> SparseTarget:
    """Walk that way, this fast, facing where you go or elsewhere: the prompt of the Direction and Steering tasks.

    The near row shows the pelvis' position and rotation, the heading and the velocity; the far row the position.

    Args:
        root_pos: Pelvis now (N, 3), world [m].
        yaw: Direction of travel (N,), world [rad].
        speed: Speed (N,) [m/s].
        slots: Body of each slot of the model's layout.
        facing: Heading (N,), world [rad]; the direction of travel by default.
        turning: Rate at which both turn (N,) [rad/s], in a curve; asked for are those `RESPONSE` later.

    Returns:
        Targets at `MOVE_TIMES` (N, 2, ...).
    """
    later = RESPONSE * turning
    target = _move(root_pos, yaw + later, speed, slots, (yaw if facing is None else facing) + later)
    target.visible[:, 0, slots.index(_PELVIS)] = True
    target.visible[:, 0, -1] = True
    target.visible[:, 1, slots.index(_PELVIS), 0] = True
    return target


def velocity(root_pos: torch.Tensor, yaw: torch.Tensor, speed: torch.Tensor, slots: Sequence[str]) -> SparseTarget:
    """Go that way, this fast: heading and velocity at `MOVE_TIMES`, and no position. Arguments as in `direction`."""
    target = _move(root_pos, yaw, speed, slots, yaw)
    target.visible[:, :, -1] = True
    return target


def reach(point: torch.Tensor, time: torch.Tensor, slots: Sequence[str], hand: str) -> SparseTarget:
    """Have this hand at a point at a time: the paper's prompt for the Reach task, one row.

    Args:
        point: Where (N, 3), world [m].
        time: Time from now (N,) [s].
        slots: Body of each slot of the model's layout.
        hand: Name of the hand's slot.
    """
    still = torch.zeros_like(point[:, :2])
    target = move_pelvis(point, still, still[:, 0], PELVIS_HEIGHT, time.unsqueeze(1), slots)
    target.pos[:, :, slots.index(hand)] = point.unsqueeze(1)
    target.visible[:, :, slots.index(hand), 0] = True
    return target


def _move(
    root_pos: torch.Tensor, yaw: torch.Tensor, speed: torch.Tensor, slots: Sequence[str], facing: torch.Tensor
) -> SparseTarget:
    time = torch.tensor(MOVE_TIMES, device=yaw.device).repeat(len(yaw), 1)
    return move_pelvis(root_pos, speed.unsqueeze(-1) * unit_vector(yaw), facing, PELVIS_HEIGHT, time, slots)
