# SPDX-License-Identifier: BSD-3-Clause
"""Steps that no recording shows: any way without turning, and round on the spot. Made from a standing pose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch

from tt_isaaclab.kinematics.heading import quat_from_yaw, unit_vector
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate

from .curves import ease, sample_rows
from .footwork import Feet, feet_of, with_feet
from .motion import Motion

SPEED = 0.5
"""Speed of `step` [m/s], where it is not told another."""

_CYCLE, _QUICKER = 0.7, 0.3
"""Time from one step of a foot to its next [s] at that speed, and how much shorter it is for each m/s more [s]."""
_SWING = 0.42
"""Share of it for which the foot is off the ground."""
_LIFT, _FULL_LIFT = 0.07, 0.06
"""Height of a step [m], reached by steps at least this long [m]; or by turns through that many radians."""
_RAMP, _PUSH = 0.5, 1.0
"""Time to get up to speed, and to stop [s], and the greatest mean acceleration in it [m/s^2]. It begins at once: a student
without memory that has seen someone wait in this pose waits for ever."""
_STAND = 0.9
"""Time to stand at the end [s]."""
_WIDE, _WIDER = 0.06, 0.25
"""How much further apart the feet of someone who goes sideways are, each [m], and by what share of all that a foot steps
further than at `SPEED`, so that feet that come together do not touch."""
_SWAY = 0.02
"""How far the pelvis goes over the standing foot [m] in steps of `_CYCLE`; it falls with the square of their time."""
_CROUCH, _LOWER = 0.02, 0.1
"""How much lower it is than in standing [m], and by what share of all that a foot steps further."""


def step(motion: Motion, way: float | Sequence[float]) -> Motion:
    """From a motion that stands, facing +x: step along the ground and stop, facing +x all the while.

    Args:
        motion: As `gait.stand` makes it, at least 3 s.
        way: Direction of travel [deg], positive to the left, 180 is backwards; or that and the speed [m/s].
    """
    angle, speed = way if isinstance(way, Sequence) else (way, SPEED)
    velocity = speed * unit_vector(torch.tensor(math.radians(angle), dtype=torch.float64))
    return _walk(motion, velocity, 0.0, abs(math.sin(math.radians(angle))))


def spin(motion: Motion, rate: float) -> Motion:
    """From a motion that stands: turn round on the spot in small steps and stop.

    Args:
        motion: As `gait.stand` makes it, at least 3 s.
        rate: Rate of the turn [deg/s], positive to the left.
    """
    return _walk(motion, torch.zeros(2, dtype=torch.float64), math.radians(rate), 1.0)


def _walk(motion: Motion, velocity: torch.Tensor, turning: float, aside: float) -> Motion:
    """Move the body with ``velocity`` (2,) [m/s] and ``turning`` [rad/s], up to them and down again, and step along.

    ``aside`` is the share of the greatest width between the feet, 0 to 1.
    """
    speed = velocity.norm().item()
    cycle = _CYCLE - _QUICKER * max(speed - SPEED, 0.0)
    longer = max(speed * cycle - SPEED * _CYCLE, 0.0)
    time = torch.arange(len(motion), dtype=torch.float64) / motion.fps
    effort = ease(torch.minimum(time, motion.seconds - _STAND - time) / max(_RAMP, speed / _PUSH))
    gone = torch.cumsum(effort, 0) / motion.fps
    yaw, pos = turning * gone, gone.unsqueeze(1) * torch.nn.functional.pad(velocity, (0, 1))
    stance, wide = feet_of(motion[:1]), effort * aside * (_WIDE + _WIDER * longer)
    feet = [_foot(stance, f, time, cycle, pos, yaw, wide) for f in (0, 1)]
    phase = 2.0 * math.pi * (time / cycle - 0.5 * _SWING)
    lower = torch.full_like(time, -_CROUCH - _LOWER * longer)
    side = torch.stack((torch.zeros_like(time), -_SWAY * (cycle / _CYCLE) ** 2 * torch.cos(phase), lower), dim=-1)
    turn = quat_from_yaw(yaw)
    body = replace(
        motion,
        root_pos=pos + motion.root_pos + quat_rotate(turn, effort.unsqueeze(1) * side),
        local_quat=torch.cat((quat_mul(turn, motion.local_quat[:, 0]).unsqueeze(1), motion.local_quat[:, 1:]), dim=1),
    )
    return with_feet(body, Feet(*(torch.stack(parts, dim=1) for parts in zip(*feet, strict=True))))


def _foot(
    stance: Feet,
    side: int,
    time: torch.Tensor,
    period: float,
    pos: torch.Tensor,
    yaw: torch.Tensor,
    wide: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Ankle (T, 3) and orientation (T, 4) of one foot: it stands where the body is half-way through its standing."""
    cycle = time / period - 0.5 * side
    swing = ease((cycle - cycle.floor()) / _SWING)

    def at(values: torch.Tensor, number: torch.Tensor) -> torch.Tensor:
        """Values (T, ...) at the middle of the standing after the step with this number (T,)."""
        middle = (number + 0.5 * side + _SWING + 0.5 * (1.0 - _SWING)) * period
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
