# SPDX-License-Identifier: BSD-3-Clause
"""More motions out of few: mirror, change the pace and the stride, walk curves or face aside. All are pure functions."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from tt_isaaclab.humanoid.reflection import other_side
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw, unit_vector
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, quat_mul, quat_rotate

from .curves import sample_rows, smooth
from .footwork import Feet, feet_of, with_feet
from .motion import Motion

GRAVITY = 9.81
"""[m/s^2]"""

_BEND_IN = 0.8
"""Time in which a walker goes from straight ahead to the full curve [s]."""
_FACE_PERIOD = 8.0
"""Time in which a walker has faced both sides [s]."""
_FACE_HOLD = 2.5
"""How much longer it stays on a side than a sine would."""
_STEPS_AWAY = 0.3
"""Standard deviation of the Gaussian that leaves nothing of a walk's steps in the body's travel [s]."""


def mirror(motion: Motion) -> Motion:
    """Exchange left and right."""
    names = DEFAULT_HUMANOID.body_names
    twin = [names.index(other_side(name)) for name in names]
    flip = motion.root_pos.new_tensor([-1.0, 1.0, -1.0, 1.0])  # reflection in the plane y = 0
    sides = motion.root_pos.new_tensor([1.0, -1.0, 1.0])
    return replace(motion, root_pos=motion.root_pos * sides, local_quat=motion.local_quat[:, twin] * flip)


def change_speed(motion: Motion, factor: float) -> Motion:
    """Play ``factor`` times as fast."""
    return replace(replace(motion, fps=motion.fps * factor).resample(motion.fps), fps=motion.fps)


def change_stride(motion: Motion, factor: float) -> Motion:
    """Make steps ``factor`` times as long in the same time; the motion must travel along +x."""
    scale = motion.root_pos.new_tensor([factor, 1.0, 1.0])
    feet = feet_of(motion)
    return with_feet(replace(motion, root_pos=motion.root_pos * scale), Feet(feet.pos * scale, feet.quat))


def even(motion: Motion, share: float) -> Motion:
    """Take ``share`` of the speeding up and slowing down in every step out of the body; the motion must travel along +x.

    Recorded pelvises differ by -15 to +22 % from their mean speed, and Direction and Steering allow 20 %. The body
    shifts over its feet, which stay where they are.
    """
    feet, x = feet_of(motion), motion.root_pos[:, :1]
    reach = min(round(4.0 * _STEPS_AWAY * motion.fps), len(x) - 1)
    before, after = 2.0 * x[:1] - x[1 : reach + 1].flip(0), 2.0 * x[-1:] - x[-reach - 1 : -1].flip(0)
    evened = smooth(torch.cat((before, x, after)), _STEPS_AWAY * motion.fps)[reach:-reach]
    return with_feet(motion.moved(0.0, share * (evened - x) * x.new_tensor([1.0, 0.0, 0.0])), feet)


def steady(motion: Motion, share: float) -> Motion:
    """Take ``share`` of the swaying to the sides and of the turning to and fro in every step out of the body; the motion must
    travel along +x, over standing feet which stay where they are."""
    feet, y = feet_of(motion), motion.root_pos[:, 1:2]
    yaw = heading_angle(motion.local_quat[:, 0])
    root_quat = quat_mul(quat_from_yaw(share * (yaw.mean() - yaw)), motion.local_quat[:, 0])
    turned = replace(motion, local_quat=torch.cat((root_quat.unsqueeze(1), motion.local_quat[:, 1:]), dim=1))
    return with_feet(turned.moved(0.0, share * (y.mean() - y) * y.new_tensor([0.0, 1.0, 0.0])), feet)


def bend(motion: Motion, yaw_rate: float) -> Motion:
    """Walk a curve instead of straight along +x.

    The ground itself is bent: root and feet move with it, so standing feet stand still. The body leans into the curve.

    Args:
        motion: A motion that travels along +x.
        yaw_rate: Mean turning rate once in the curve [deg/s], positive to the left.
    """
    speed = (motion.root_pos[-1, 0] - motion.root_pos[0, 0]) / motion.seconds
    curvature = math.radians(yaw_rate) / speed
    feet = feet_of(motion)
    start = motion.root_pos[0, 0]

    def bent(point: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Image of points (..., 3) and the yaw (...,) of the path there."""
        yaw, pos = _path(point[..., 0] - start, curvature, _BEND_IN * speed)
        aside = point[..., 1:2] * torch.stack((-torch.sin(yaw), torch.cos(yaw)), dim=-1)
        return torch.cat((pos + aside, point[..., 2:]), dim=-1), yaw

    root_pos, root_yaw = bent(motion.root_pos)
    foot_pos, foot_yaw = bent(feet.pos)
    yaw_now = torch.gradient(root_yaw, spacing=1.0 / motion.fps)[0]
    lean = quat_from_rotvec(torch.atan(speed * yaw_now / GRAVITY).unsqueeze(-1) * root_pos.new_tensor([-1.0, 0.0, 0.0]))
    turn = quat_mul(quat_from_yaw(root_yaw), lean)
    height = root_pos * root_pos.new_tensor([0.0, 0.0, 1.0])
    root_quat = quat_mul(turn, motion.local_quat[:, 0])
    curved = Motion(
        fps=motion.fps,
        root_pos=root_pos - height + quat_rotate(turn, height),
        local_quat=torch.cat((root_quat.unsqueeze(1), motion.local_quat[:, 1:]), dim=1),
    )
    return with_feet(curved, Feet(foot_pos, quat_mul(quat_from_yaw(foot_yaw), feet.quat)))


def face(motion: Motion, angle: float) -> Motion:
    """Walk on along +x while the body turns to one side, to the other and back, up to ``angle`` [deg] off its way.

    As for a curve, the turn is one of the ground: standing feet stand still.
    """
    start = motion.root_pos[0, 0]
    wave = (motion.root_pos[-1, 0] - start) / motion.seconds * _FACE_PERIOD
    feet = feet_of(motion)

    def turn(point: torch.Tensor) -> torch.Tensor:
        """Yaw (...,) of the body where a point (..., 3) is."""
        side = torch.tanh(_FACE_HOLD * torch.sin(2.0 * math.pi * (point[..., 0] - start) / wave))
        return math.radians(angle) / math.tanh(_FACE_HOLD) * side

    foot_yaw = turn(feet.pos)
    foot_turn = quat_from_yaw(foot_yaw)
    aside = quat_rotate(foot_turn, feet.pos * feet.pos.new_tensor([0.0, 1.0, 1.0]))
    foot_pos = feet.pos * feet.pos.new_tensor([1.0, 0.0, 0.0]) + aside
    root_quat = quat_mul(quat_from_yaw(turn(motion.root_pos)), motion.local_quat[:, 0])
    turned = replace(motion, local_quat=torch.cat((root_quat.unsqueeze(1), motion.local_quat[:, 1:]), dim=1))
    return with_feet(turned, Feet(foot_pos, quat_mul(foot_turn, feet.quat)))


def _path(distance: torch.Tensor, curvature: torch.Tensor, onset: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Yaw (...,) [rad] and position (..., 2) [m] on a path whose curvature [1/m] grows over ``onset`` [m]."""
    step = 0.005
    grid = torch.arange(-1.0, distance.max().item() + 1.0, step, dtype=distance.dtype)
    yaw = torch.cumsum(curvature * (grid / onset).clamp(0.0, 1.0) * step, dim=0)
    xy = torch.cumsum(unit_vector(yaw) * step, dim=0)
    xy[:, 0] -= 1.0 + step
    rows = (distance.flatten() + 1.0) / step
    return sample_rows(yaw, rows).view_as(distance), sample_rows(xy, rows).view(*distance.shape, 2)
