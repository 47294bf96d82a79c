# SPDX-License-Identifier: BSD-3-Clause
"""Joint conditions: where the pelvis should be at a few times from now, as sparse pose targets.

A prompt gives one row for each time of `MOVE_TIMES`; the order of rows has no meaning to the model, and times left
out are hidden. Everything is in the world frame: z up, yaw and heading counted from world x, positive to the left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import BodyState
from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw, unit_vector, wrap_angle
from tt_isaaclab.kinematics.sparse_targets import SparseTarget

PELVIS_HEIGHT = 0.9
"""Height of the pelvis of a walker [m]."""

MOVE_TIMES = (8 / 30, 1.0)
"""Times of a movement prompt [s]: a near one and the far one."""

RESPONSE = 0.8
"""How much later than it is asked to the bundled model turns [s]: who wants a curve asks for what comes then."""


class Reaching(NamedTuple):
    """How the prompt of the Reach task goes about a point."""

    early: int = 15
    """Control steps after a new point in which there may be steps."""
    pace: float = 0.5
    """Of the steps, which go any way [m/s]."""
    arm: float = 0.6
    """Points further from the pelvis than this are stepped towards first [m]."""
    beyond: float = 0.4
    """Share of what the hand is still short of by which it is asked to go beyond the point: the bundled model stops short."""
    furthest: float = 0.3
    """Most that it counts as short of [m]."""
    soon: float = 0.52
    """Only a hand that should be there within this time is asked to go beyond [s]."""


REACHING = Reaching()

_PELVIS = "Pelvis"

_APPROACH = ((2.5, 1.8), (1.6, 1.0), (0.0, 0.6))
"""How fast to walk to a box beyond these distances [m, m/s]."""
_TURN_DISTANCE, _TURN_ANGLE = 1.6, 0.6
"""Within which distance [m] to turn on the spot if one faces further than the angle [rad] from it."""
_TOO_NEAR, _LEAVING = 0.7, 0.5
"""Within which distance [m] to step away first, and how fast [m/s]."""
_PUSH_DISTANCE, _STILL = 1.0, 0.35
"""How far from its centre to stop [m], and below which speed to push it [m/s]."""
_PUSH_HEIGHT, _PUSH_REACH, _PUSH_TIME = 1.2, 0.75, 0.15
"""Where to push it [m], how far from the pelvis at most [m], and when the hand should be there [s from now]: asked for half a
second later, the bundled model does it too gently."""

_RUN_SPEED, _RUN_LOOKS_AHEAD = 2.0, 1.0
"""Speed of a run-up [m/s], about the fastest that the bundled model keeps up without a fall, and how far ahead it aims for
the middle of the corridor [m]."""


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
    """Have this hand at a point at a time, one row.

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


def step_and_reach(
    bodies: BodyState,
    point: torch.Tensor,
    elapsed: torch.Tensor,
    time: torch.Tensor,
    slots: Sequence[str],
    hand: str,
) -> SparseTarget:
    """As `reach`, but step towards a point that is far first: the prompt of the Reach task, one row.

    Not in the paper, whose prior for this task is `reach`; `REACHING` says how far is far.

    Args:
        bodies: State of the bodies now, world.
        point: Where (N, 3), world [m].
        elapsed: Control steps since the point was given (N,).
        time: Time from now at which the hand should be there (N,) [s].
        slots: Body of each slot of the model's layout.
        hand: Name of the hand's slot.
    """
    early, pace, arm, beyond, furthest, soon = REACHING
    short = point - bodies.pos[:, DEFAULT_HUMANOID.body_ids(hand)[0]]
    short = short * (furthest / short.norm(dim=-1, keepdim=True).clamp(min=furthest))
    target = reach(point + beyond * short * (time <= soon).unsqueeze(-1), time, slots, hand)
    way, facing = (point - bodies.pos[:, 0])[:, :2], heading_angle(bodies.quat[:, 0])
    steps = direction(bodies.pos[:, 0], torch.atan2(way[:, 1], way[:, 0]), torch.full_like(facing, pace), slots, facing)
    stepping = (elapsed < early) & (way.norm(dim=-1) > arm)
    for ours, theirs in zip(target, steps, strict=True):
        ours[stepping] = theirs[stepping, :1]
    return target


def strike(
    bodies: BodyState, box: torch.Tensor, standing: torch.Tensor, slots: Sequence[str], hand: str
) -> SparseTarget:
    """Walk to a box, come to a stand facing it and push it with this hand: the prompt of the Strike task.

    Who is too near steps away first, who is near and faces elsewhere turns on the spot. Once the box lies, the prompt is to
    stand. Not in the paper, whose prior for this task only faces the box.

    Args:
        bodies: State of the bodies now, world.
        box: Centre of the box (N, 3), world [m].
        standing: Whether the box still stands (N,), bool.
        slots: Body of each slot of the model's layout.
        hand: Name of the hand's slot.

    Returns:
        Targets at `MOVE_TIMES` (N, 2, ...); the far row of those who push is the hand's, after `_PUSH_TIME`.
    """
    root_pos, facing = bodies.pos[:, 0], heading_angle(bodies.quat[:, 0])
    way = (box - root_pos)[:, :2]
    distance, yaw = way.norm(dim=-1), torch.atan2(way[:, 1], way[:, 0])
    leaves = standing & (distance < _TOO_NEAR)
    turns = (distance < _TURN_DISTANCE) & (wrap_angle(yaw - facing).abs() > _TURN_ANGLE)
    walks = standing & (distance > _PUSH_DISTANCE) & ~turns
    slow = bodies.lin_vel[:, 0, :2].norm(dim=-1) < _STILL
    push = standing & (distance <= _PUSH_DISTANCE) & ~leaves & ~turns & slow

    speed = torch.zeros_like(distance)
    for nearest, pace in reversed(_APPROACH):
        speed = torch.where(walks & (distance > nearest), pace, speed)
    speed = torch.where(leaves, _LEAVING, speed)
    target = direction(root_pos, yaw + math.pi * leaves, speed, slots, torch.where(leaves, facing, yaw))
    slot = slots.index(hand)
    target.pos[:, 1, slot, :2] = root_pos[:, :2] + distance.clamp(max=_PUSH_REACH).unsqueeze(-1) * unit_vector(yaw)
    target.pos[:, 1, slot, 2] = _PUSH_HEIGHT
    target.time[push, 1] = _PUSH_TIME
    target.visible[push] = False
    target.visible[push, 1, slot, 0] = True
    return target


def run_up(root_pos: torch.Tensor, aside: torch.Tensor, slots: Sequence[str]) -> SparseTarget:
    """Go fast along world x, back to the middle of the corridor: the prompt of the Long Jump task. Not in the paper.

    Args:
        root_pos: Pelvis now (N, 3), world [m].
        aside: How far it is from the middle, positive to the left (N,) [m].
        slots: Body of each slot of the model's layout.
    """
    yaw = -torch.atan2(aside, torch.full_like(aside, _RUN_LOOKS_AHEAD))
    return direction(root_pos, yaw, torch.full_like(aside, _RUN_SPEED), slots)


def _move(
    root_pos: torch.Tensor, yaw: torch.Tensor, speed: torch.Tensor, slots: Sequence[str], facing: torch.Tensor
) -> SparseTarget:
    time = torch.tensor(MOVE_TIMES, device=yaw.device).repeat(len(yaw), 1)
    return move_pelvis(root_pos, speed.unsqueeze(-1) * unit_vector(yaw), facing, PELVIS_HEIGHT, time, slots)
