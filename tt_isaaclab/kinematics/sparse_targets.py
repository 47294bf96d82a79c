# SPDX-License-Identifier: BSD-3-Clause
"""Sparse pose targets: "be there with this hand, face that way" as one row of numbers per target time.

A target time has S body slots (translation half, rotation half) and one more slot for heading and root velocity. Each
half has a visibility bit; what is hidden is zero. Which bodies the slots hold, and their order, is the layout's choice.
"""

import math
from typing import NamedTuple

import torch
from torch.nn.functional import pad

from .heading import heading_angle, heading_quat_inverse, quat_from_yaw
from .rotations import quat_conj, quat_mul, quat_rotate, quat_to_tan_norm

_BACKWARDS = math.cos(math.radians(30.0))
"""Who goes against its heading within this angle goes backwards, as a cosine."""


class SparseTarget(NamedTuple):
    """Targets at T times for N humanoids, S body slots. Hidden entries may hold anything finite.

    Attributes:
        pos: Slot positions (N, T, S, 3) [m], world, z above the ground.
        quat: Slot orientations (N, T, S, 4), world, xyzw.
        heading: Root heading (N, T) [rad], world.
        root_lin_vel: Root velocity (N, T, 3) [m/s], world; its z is ignored.
        visible: (N, T, S + 1, 2) bool; body slots: (translation, rotation), last slot: (heading, velocity).
        time: Time from now to the target (N, T) [s].
    """

    pos: torch.Tensor
    quat: torch.Tensor
    heading: torch.Tensor
    root_lin_vel: torch.Tensor
    visible: torch.Tensor
    time: torch.Tensor


def target_from_motion(
    body_pos: torch.Tensor,
    body_quat: torch.Tensor,
    root_lin_vel: torch.Tensor,
    visible: torch.Tensor,
    time: torch.Tensor,
    slots: torch.Tensor,
) -> SparseTarget:
    """Targets from whole reference poses (N, T, B, 3) and (N, T, B, 4), world; other arguments as in `SparseTarget`.

    Args:
        slots: Body index of each slot (S,), LongTensor.
    """
    heading = heading_angle(body_quat[..., 0, :])
    return SparseTarget(body_pos[..., slots, :], body_quat[..., slots, :], heading, root_lin_vel, visible, time)


def sparse_targets(
    body_pos: torch.Tensor,
    body_quat: torch.Tensor,
    target: SparseTarget,
    slots: torch.Tensor,
    ground_height: torch.Tensor | float = 0.0,
) -> torch.Tensor:
    """Target rows (N, T, 26 (S + 1) + 2) as MaskedMimic v1 and v2.3 read them; 184 for 6 slots.

    Order: slot, half, 12 features times the half's visibility bit, the bit; at the end the seconds to the target and 1.
    All is in the root's current heading frame. A body slot holds [target - body now, 0 0 0, target - root now, 0 0 0]
    and [6-D of the target in the body's frame, 6-D of the target in the heading frame]; the last slot holds the 6-D
    target heading, twice, and [root velocity with z = 0, 0 0 0], twice. (MaskedMimic v1 layout.)

    Args:
        body_pos: Positions now (N, B, 3), world [m]; body 0 is the root.
        body_quat: Orientations now (N, B, 4), world, xyzw.
        target: The targets.
        slots: Body index of each slot (S,), LongTensor.
        ground_height: Height of the ground under the root (N,) [m].
    """
    root_quat = body_quat[..., 0, :]
    to_heading = heading_quat_inverse(root_quat).unsqueeze(-2)
    turn = quat_to_tan_norm(quat_from_yaw(target.heading - heading_angle(root_quat).unsqueeze(-1)))
    velocity = _pad(quat_rotate(to_heading, pad(target.root_lin_vel[..., :2], (0, 1))))
    motion = torch.stack((torch.cat((turn, turn), -1), torch.cat((velocity, velocity), -1)), dim=-2)

    body = _body_features(body_pos, body_quat, target, slots, ground_height)
    bits = target.visible.unsqueeze(-1).to(body.dtype)
    halves = torch.cat((body, motion.unsqueeze(-3)), dim=-3)
    rows = torch.cat((halves * bits, bits), dim=-1).flatten(-3)
    return torch.cat((rows, target.time.unsqueeze(-1), torch.ones_like(target.time).unsqueeze(-1)), dim=-1)


def sparse_targets_v3(
    body_pos: torch.Tensor,
    body_quat: torch.Tensor,
    target: SparseTarget,
    slots: torch.Tensor,
    ground_height: torch.Tensor | float = 0.0,
) -> torch.Tensor:
    """Target rows (N, T, 26 S + 1) as MaskedMimic v3 reads them; 157 for 6 slots. Arguments as in `sparse_targets`.

    Order: 24 S pose features (slot, half, feature; hidden halves zero) | 2 S visibility bits | seconds to the target.
    There is no heading and velocity slot: the last slot of ``target`` is ignored.
    """
    visible = target.visible[..., :-1, :]
    body = _body_features(body_pos, body_quat, target, slots, ground_height) * visible.unsqueeze(-1)
    return torch.cat((body.flatten(-3), visible.flatten(-2).to(body.dtype), target.time.unsqueeze(-1)), dim=-1)


def token_visible(target: SparseTarget) -> torch.Tensor:
    """Whether each target time is a word at all (N, T), bool: any of its bits is set.

    A caller that samples targets from a clip also hides times past its end.
    """
    return target.visible.flatten(-2).any(-1)


def rows_visible(rows: torch.Tensor) -> torch.Tensor:
    """As `token_visible`, of the rows (N, T, 184 or 157) that `sparse_targets` or `sparse_targets_v3` made of a target."""
    if rows.shape[-1] % 2:  # v3: 26 S + 1
        slots = (rows.shape[-1] - 1) // 26
        return rows[..., 24 * slots : 26 * slots].any(-1)
    return rows[..., :-2].unflatten(-1, (-1, 13))[..., -1].any(-1)


def backwards_asked(rows: torch.Tensor) -> torch.Tensor:
    """How fast each of the rows (..., 184) of `sparse_targets` asks to go backwards (...) [m/s].

    That is against the heading that it asks for, within 30 degrees; else, and where a row does not show both, it is 0.
    """
    heading, velocity = _heading_and_velocity(rows)
    speed = -(heading * velocity).sum(-1)
    return speed * (speed > _BACKWARDS * velocity.norm(dim=-1))


def speed_asked(rows: torch.Tensor) -> torch.Tensor:
    """How fast each of the rows (..., 184) of `sparse_targets` asks to go (...) [m/s]; 0 where it does not say."""
    return _heading_and_velocity(rows)[1].norm(dim=-1)


def turn_asked(rows: torch.Tensor) -> torch.Tensor:
    """By how much each of the rows (..., 184) of `sparse_targets` asks to turn (...), to the left [rad]; 0 where it does not say."""
    heading = _heading_and_velocity(rows)[0]
    return torch.atan2(heading[..., 1], heading[..., 0]).masked_fill(~heading.any(-1), 0.0)  # hidden ones may be -0.0


def _heading_and_velocity(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosine and sine of the turn to the heading, and velocity along the ground [m/s], (..., 2) each; hidden ones are 0."""
    return rows[..., -28:-2].unflatten(-1, (2, 13))[..., :2].unbind(-2)


def _body_features(
    body_pos: torch.Tensor,
    body_quat: torch.Tensor,
    target: SparseTarget,
    slots: torch.Tensor,
    ground_height: torch.Tensor | float,
) -> torch.Tensor:
    """Unmasked features (N, T, S, 2, 12) of the body slots."""
    ground = torch.zeros_like(body_pos[..., :1, :])
    ground[..., 0, 2] = ground_height
    now_pos = (body_pos - ground).unsqueeze(-3)  # (N, 1, B, 3): one pose now, T targets
    now_quat = body_quat[..., slots, :].unsqueeze(-3)
    to_heading = heading_quat_inverse(body_quat[..., :1, :]).unsqueeze(-3)

    from_body = quat_rotate(to_heading, target.pos - now_pos[..., slots, :])
    from_root = quat_rotate(to_heading, target.pos - now_pos[..., :1, :])
    in_body = quat_to_tan_norm(quat_mul(quat_conj(now_quat), target.quat))
    in_heading = quat_to_tan_norm(quat_mul(to_heading, target.quat))
    translation = torch.cat((_pad(from_body), _pad(from_root)), dim=-1)
    return torch.stack((translation, torch.cat((in_body, in_heading), dim=-1)), dim=-2)


def _pad(vector: torch.Tensor) -> torch.Tensor:
    """A 3-vector followed by three zeros."""
    return pad(vector, (0, 3))
