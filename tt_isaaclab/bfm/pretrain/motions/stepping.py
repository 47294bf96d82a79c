# SPDX-License-Identifier: BSD-3-Clause
"""Steps that no recording shows: slowly any way without turning, and round on the spot. Made from a standing pose."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from tt_isaaclab.kinematics.heading import quat_from_yaw, unit_vector
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate

from .curves import ease, sample_rows
from .footwork import Feet, feet_of, with_feet
from .motion import Motion

SPEED = 0.5
"""Speed of `step` [m/s]."""

_CYCLE = 0.7
"""Time from one step of a foot to its next [s]."""
_SWING = 0.42
"""Share of it for which the foot is off the ground."""
_LIFT, _FULL_LIFT = 0.07, 0.06
"""Height of a step [m], reached by steps at least this long [m]; or by turns through that many radians."""
_RAMP = 0.5
"""Time to get up to speed, and to stop [s]. It begins at once: a student without memory that has seen someone wait in this
pose waits for ever."""
_STAND = 0.9
"""Time to stand at the end [s]."""
_WIDE = 0.06
"""How much further apart the feet of someone who goes sideways are, each [m]."""
_SWAY = 0.02
"""How far the pelvis goes over the standing foot [m]."""
_CROUCH = 0.02
"""How much lower it is than in standing [m]."""


def step(motion: Motion, angle: float) -> Motion:
    """From a motion that stands, facing +x: step along the ground at 0.5 m/s and stop, facing +x all the while.

    Args:
        motion: As `gait.stand` makes it, at least 3 s.
        angle: Direction of travel [deg], positive to the left; 180 is backwards.
    """
    way = unit_vector(torch.tensor(math.radians(angle), dtype=torch.float64))
    wide = _WIDE * abs(math.sin(math.radians(angle)))
    return _walk(motion, SPEED * way, 0.0, wide)


def spin(motion: Motion, rate: float) -> Motion:
    """From a motion that stands: turn round on the spot in small steps and stop.

    Args:
        motion: As `gait.stand` makes it, at least 3 s.
        rate: Rate of the turn [deg/s], positive to the left.
    """
    return _walk(motion, torch.zeros(2, dtype=torch.float64), math.radians(rate), _WIDE)


def _walk(motion: Motion, velocity: torch.Tensor, turning: float, wide: float) -> Motion:
    """Move the body with ``velocity`` (2,) [m/s] and ``turning`` [rad/s], up to them and down again, and step along."""
    time = torch.arange(len(motion), dtype=torch.float64) / motion.fps
    effort = ease(torch.minimum(time, motion.seconds - _STAND - time) / _RAMP)
    gone = torch.cumsum(effort, 0) / motion.fps
    yaw, pos = turning * gone, gone.unsqueeze(1) * torch.nn.functional.pad(velocity, (0, 1))
    stance = feet_of(motion[:1])
    feet = [_foot(stance, f, time, pos, yaw, effort * wide) for f in (0, 1)]
    phase = 2.0 * math.pi * (time / _CYCLE - 0.5 * _SWING)
    side = torch.stack((torch.zeros_like(time), -_SWAY * torch.cos(phase), torch.full_like(time, -_CROUCH)), dim=-1)
    turn = quat_from_yaw(yaw)
    body = replace(
        motion,
        root_pos=pos + motion.root_pos + quat_rotate(turn, effort.unsqueeze(1) * side),
        local_quat=torch.cat((quat_mul(turn, motion.local_quat[:, 0]).unsqueeze(1), motion.local_quat[:, 1:]), dim=1),
    )
    return with_feet(body, Feet(*(torch.stack(parts, dim=1) for parts in zip(*feet, strict=True))))


def _foot(
    stance: Feet, side: int, time: torch.Tensor, pos: torch.Tensor, yaw: torch.Tensor, wide: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Ankle (T, 3) and orientation (T, 4) of one foot: it stands where the body is half-way through its standing."""
    cycle = time / _CYCLE - 0.5 * side
    swing = ease((cycle - cycle.floor()) / _SWING)

    def at(values: torch.Tensor, number: torch.Tensor) -> torch.Tensor:
        """Values (T, ...) at the middle of the standing after the step with this number (T,)."""
        middle = (number + 0.5 * side + _SWING + 0.5 * (1.0 - _SWING)) * _CYCLE
        rows = (middle / time[1]).clamp(0.0, len(values) - 1.0)
        return sample_rows(values, rows)

    def place(number: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        angle, out = at(yaw, number), at(wide, number)
        apart = torch.stack((torch.zeros_like(out), (1.0 - 2.0 * side) * out, torch.zeros_like(out)), dim=-1)
        return at(pos, number) + quat_rotate(quat_from_yaw(angle), stance.pos[0, side] + apart), angle

    (before, turned), (after, turning) = place(cycle.floor() - 1.0), place(cycle.floor())
    length = (after - before).norm(dim=-1) + (turning - turned).abs()
    ankle = torch.lerp(before, after, swing.unsqueeze(1))
    ankle[:, 2] += _LIFT * (length / _FULL_LIFT).clamp(max=1.0) * (4.0 * swing * (1.0 - swing))
    return ankle, quat_mul(quat_from_yaw(torch.lerp(turned, turning, swing)), stance.quat[0, side].expand(len(time), 4))
