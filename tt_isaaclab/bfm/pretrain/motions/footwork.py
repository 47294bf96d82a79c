# SPDX-License-Identifier: BSD-3-Clause
"""Legs that follow their feet: read foot placements off a motion, change them, and bend the legs to match."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.rotations import quat_conj, quat_from_rotvec, quat_mul, quat_rotate

from .curves import quat_between, smooth, velocity
from .ground import floor_below, sole_corners
from .motion import KINEMATICS, Motion

_HIPS, _KNEES, _ANKLES, _TOES = (
    DEFAULT_HUMANOID.body_ids(f"L_{part}", f"R_{part}") for part in ("Hip", "Knee", "Ankle", "Toe")
)

_STANDING_SPEED = 0.35
"""A foot stands while its ball moves slower than this along the ground [m/s] …"""
_RISING_SPEED = 0.8
"""… slower than this up or down, which in a jump it does only at the top [m/s] …"""
_STANDING_TIME = 0.08
"""… for at least this long [s] …"""
_STANDING_HEIGHT = 0.12
"""… no higher above the floor than this [m]: a raised leg may be held as still as a standing one, and recorded toes
dip into the floor as they push off."""
_ROOT_SMOOTHING = 0.15
"""Standard deviation of the Gaussian that spreads the feet's change of height over the root's [s]."""
_EASY_REACH = 0.995
"""The root is lowered until 95 % of a motion's distances from hip to ankle are within this fraction of the leg."""
_REACH = 0.999
"""Longest distance from hip to ankle, as a fraction of the straight leg."""


class Feet(NamedTuple):
    """Placements of the left and the right foot."""

    pos: torch.Tensor
    """Ankles (T, 2, 3), world [m]."""
    quat: torch.Tensor
    """Orientations of the feet (T, 2, 4), world, xyzw."""


def feet_of(motion: Motion) -> Feet:
    """Where the feet of a motion are."""
    pos, quat = motion.poses()
    return Feet(pos[:, _ANKLES], quat[:, _ANKLES])


def with_feet(motion: Motion, feet: Feet) -> Motion:
    """Bend hips, knees and ankles so that the feet are placed as asked; an ankle out of reach comes as near as it can.

    The knee's bend sets the length of the leg, the hip's smallest turn its direction; everything else stays.
    """
    local = motion.local_quat.clone()
    thigh, shin = KINEMATICS.offsets[_KNEES], KINEMATICS.offsets[_ANKLES]
    thigh_length, shin_length = thigh.norm(dim=-1), shin.norm(dim=-1)
    hips = motion.poses()[0][:, _HIPS]
    reach = feet.pos - hips
    distance = reach.norm(dim=-1).clamp(max=_REACH * (thigh_length + shin_length))

    cosine = (distance**2 - thigh_length**2 - shin_length**2) / (2.0 * thigh_length * shin_length)
    shin_now = quat_rotate(local[:, _KNEES], shin.expand(len(motion), 2, 3))
    in_plane = shin_now[..., [0, 2]].norm(dim=-1)
    flexion = torch.acos((shin_length * cosine / in_plane).clamp(-1.0, 1.0))
    change = flexion - torch.atan2(-shin_now[..., 0], -shin_now[..., 2])
    zero = torch.zeros_like(change)
    local[:, _KNEES] = quat_mul(quat_from_rotvec(torch.stack((zero, change, zero), dim=-1)), local[:, _KNEES])

    pos, quat = KINEMATICS.poses(motion.root_pos, local)
    leg = pos[:, _ANKLES] - hips
    turn = quat_between(leg / leg.norm(dim=-1, keepdim=True), reach / reach.norm(dim=-1, keepdim=True))
    local[:, _HIPS] = quat_mul(quat_conj(quat[:, :1]), quat_mul(turn, quat[:, _HIPS]))
    local[:, _ANKLES] = quat_mul(quat_conj(quat_mul(turn, quat[:, _KNEES])), feet.quat)
    return replace(motion, local_quat=local)


def plant_feet(motion: Motion) -> Motion:
    """Make standing feet stand: the ball of the foot stays where it is and the sole touches z = 0.

    A swinging foot takes over the corrections of its steps before and after, and is lifted if it would dip into the
    ground; the root's height follows slowly, and low enough for the
    legs to reach. This also takes out a tilt of the recorded floor.
    """
    pos = motion.poses()[0]
    ball = pos[:, _TOES]
    lowest = sole_corners(motion)[..., 2].amin(-1)
    near_floor = lowest - floor_below(lowest, motion.fps) < _STANDING_HEIGHT
    ball_vel = velocity(ball, motion.fps)
    still = (ball_vel[..., :2].norm(dim=-1) < _STANDING_SPEED) & (ball_vel[..., 2].abs() < _RISING_SPEED)
    standing, rise = still & near_floor, -lowest.min().item()
    shift = torch.stack(
        [_corrections(ball[:, f], lowest[:, f], standing[:, f], motion.fps, rise) for f in (0, 1)], dim=1
    )
    shift[..., 2] += (-lowest - shift[..., 2]).clamp(min=0.0)

    feet = feet_of(motion)
    lift = smooth(shift[..., 2].mean(-1, keepdim=True), _ROOT_SMOOTHING * motion.fps)
    leg = KINEMATICS.offsets[[_KNEES[0], _ANKLES[0]]].norm(dim=-1).sum()
    distance = (feet.pos + shift - pos[:, _HIPS] - lift.unsqueeze(-1) * pos.new_tensor([0.0, 0.0, 1.0])).norm(dim=-1)
    lift = lift - (torch.quantile(distance, 0.95) - _EASY_REACH * leg).clamp(min=0.0)
    motion = motion.moved(0.0, lift * motion.root_pos.new_tensor([0.0, 0.0, 1.0]))
    return with_feet(motion, Feet(feet.pos + shift, feet.quat))


def _corrections(
    ball: torch.Tensor, lowest: torch.Tensor, standing: torch.Tensor, fps: float, rise: float
) -> torch.Tensor:
    """Shift (T, 3) [m] of one foot: exact in each step, in between interpolated; ``rise`` if it makes no step."""
    frames = torch.arange(len(ball))
    edges = torch.diff(standing.long(), prepend=standing.new_zeros(1).long(), append=standing.new_zeros(1).long())
    steps = [
        (first, last)
        for first, last in zip(_indices(edges == 1), _indices(edges == -1), strict=True)
        if last - first >= _STANDING_TIME * fps
    ]
    if not steps:
        return ball.new_tensor([0.0, 0.0, rise]).expand_as(ball)
    shift = torch.full_like(ball, torch.nan)
    for first, last in steps:
        shift[first:last, :2] = ball[first:last, :2].median(0).values - ball[first:last, :2]
        shift[first:last, 2] = -lowest[first:last]
    known = frames[~shift[:, 2].isnan()]
    after = torch.searchsorted(known, frames).clamp(max=len(known) - 1)
    before = (torch.searchsorted(known, frames, right=True) - 1).clamp(min=0)
    span = (known[after] - known[before]).clamp(min=1)
    weight = ((frames - known[before]) / span).clamp(0.0, 1.0).unsqueeze(-1).to(ball.dtype)
    return torch.lerp(shift[known[before]], shift[known[after]], weight)


def _indices(mask: torch.Tensor) -> list[int]:
    """Indices of the true entries of (T,)."""
    return mask.nonzero().squeeze(-1).tolist()
