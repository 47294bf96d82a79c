# SPDX-License-Identifier: BSD-3-Clause
"""Reaches of a standing body for points around it, which recordings lack: poses by optimisation, blended in time."""

from __future__ import annotations

from dataclasses import replace

import torch

from tt_isaaclab.humanoid.anatomy import ANATOMY
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, quat_mul

from .curves import ease, sample_rows
from .footwork import Feet, feet_of, with_feet
from .motion import KINEMATICS, Motion

_ASIDE, _HEIGHT = 0.75, (0.05, 1.6)
"""Points lie up to this far from the pelvis along x and y, at these heights, as in the Reach task [m]."""
_MOVE, _HOLD = 1.5, 1.2
"""Time to get to a pose, and in it [s]."""

_HAND = DEFAULT_HUMANOID.body_ids(DEFAULT_HUMANOID.right_hand)[0]
_BENT = DEFAULT_HUMANOID.body_ids("Pelvis", "Torso", "Spine", "Chest", "R_Thorax", "R_Shoulder", "R_Elbow")
_EFFORT = torch.tensor((0.15, 0.08, 0.08, 0.08, 0.3, 0.02, 0.02), dtype=torch.float64)
"""What a turn of each of them costs [1/rad^2]."""
_SHIFT_EFFORT, _CROUCH_EFFORT = 1.0, 2.5
"""What it costs to shift the pelvis, and to lower it [1/m^2]."""
_NEARNESS, _BALANCE, _LEGS = 40.0, 60.0, 300.0
"""Weights of the hand's distance, of the trunk's from over the feet, and of legs that had to be longer [1/m^2]."""
_CLEAR = 1000.0
"""Weight of an arm that is nearer to trunk or thighs than `_APART` [1/m^2]."""
_ARM = DEFAULT_HUMANOID.body_ids("R_Elbow", "R_Wrist", "R_Hand")
_BODY = DEFAULT_HUMANOID.body_ids("Pelvis", "Torso", "Spine", "Chest", "Head", "L_Shoulder", "L_Hip", "R_Hip")
_THIGH = DEFAULT_HUMANOID.body_ids("L_Knee", "R_Knee")
_APART = 0.22
_LEG = 0.78
"""Longest distance from hip to ankle [m]."""
_TRUNK = [i for i, s in enumerate(ANATOMY) if not any(part in s.name for part in ("Hip", "Knee", "Ankle", "Toe"))]
_SHARES = torch.tensor([ANATOMY[i].mass for i in _TRUNK], dtype=torch.float64)
_SHARES = _SHARES / _SHARES.sum()
"""Bodies above the legs, and the share of their mass that each has."""
_STEPS, _RATE = 250, 0.04
"""Of the optimisation."""


def reach(motion: Motion, seed: float) -> Motion:
    """Reach with the right hand for one random point after the other, on the feet of a motion that stands facing +x.

    Points out of reach are approached. ``seed`` is that of the points.
    """
    generator = torch.Generator().manual_seed(int(seed))
    count = int((motion.seconds - _HOLD) / (_MOVE + _HOLD))
    low, high = torch.tensor(((-_ASIDE, -_ASIDE, _HEIGHT[0]), (_ASIDE, _ASIDE, _HEIGHT[1])), dtype=torch.float64)
    points = low + (high - low) * torch.rand(count, 3, generator=generator, dtype=torch.float64)
    first = motion[:1]
    poses = _poses(first, points + first.root_pos * points.new_tensor([1.0, 1.0, 0.0]))
    keys = replace(
        motion,
        root_pos=torch.cat((first.root_pos, poses.root_pos)),
        local_quat=torch.cat((first.local_quat, poses.local_quat)),
    )
    time = torch.arange(len(motion), dtype=torch.float64) / motion.fps - 0.5 * _HOLD
    part = (time / (_MOVE + _HOLD)).clamp(0.0, count - 1.0e-6)
    at = part.floor() + ease((part - part.floor()) * (_MOVE + _HOLD) / _MOVE)
    reaching = replace(
        motion, root_pos=sample_rows(keys.root_pos, at), local_quat=sample_rows(keys.local_quat, at, rotation=True)
    )
    return with_feet(reaching, feet_of(motion))


def _poses(stand: Motion, points: torch.Tensor) -> Motion:
    """Poses (K,) in which the right hand is near points (K, 3) [m], as easy as possible."""
    count = len(points)
    placed = feet_of(stand)
    feet = placed.pos[0]
    turn = torch.zeros(count, len(_BENT), 3, dtype=torch.float64, requires_grad=True)
    shift = torch.zeros(count, 3, dtype=torch.float64, requires_grad=True)
    base = stand.local_quat.expand(count, -1, -1)
    hips = DEFAULT_HUMANOID.body_ids("L_Hip", "R_Hip")
    balanced = _centre(stand.poses()[0])

    def bent() -> tuple[torch.Tensor, torch.Tensor]:
        quat = base.clone()
        quat[:, _BENT] = quat_mul(base[:, _BENT], quat_from_rotvec(turn))
        return stand.root_pos + shift, quat

    optimiser = torch.optim.Adam((turn, shift), lr=_RATE)
    for _ in range(_STEPS):
        root_pos, quat = bent()
        pos, _ = KINEMATICS.poses(root_pos, quat)
        off = _centre(pos) - balanced
        too_long = ((feet - pos[:, hips]).norm(dim=-1) - _LEG).clamp(min=0.0)
        trunk = torch.cat((pos[:, _BODY], 0.5 * (pos[:, hips] + pos[:, _THIGH]), pos[:, _THIGH]), dim=1)
        near = (_APART - torch.cdist(pos[:, _ARM], trunk)).clamp(min=0.0)
        cost = (
            _NEARNESS * (pos[:, _HAND] - points).square().sum()
            + _BALANCE * off.square().sum()
            + _CLEAR * near.square().sum()
            + _LEGS * too_long.square().sum()
            + (_EFFORT * turn.square().sum(-1)).sum()
            + _SHIFT_EFFORT * shift[:, :2].square().sum()
            + _CROUCH_EFFORT * shift[:, 2].square().sum()
        )
        optimiser.zero_grad()
        cost.backward()
        optimiser.step()
    with torch.no_grad():
        root_pos, quat = bent()
        pose = replace(stand, root_pos=root_pos, local_quat=quat)
        return with_feet(pose, Feet(placed.pos.expand(count, -1, -1), placed.quat.expand(count, -1, -1)))


def _centre(pos: torch.Tensor) -> torch.Tensor:
    """Where the weight of trunk, head and arms is (K, 2) [m], of body positions (K, 24, 3)."""
    return (_SHARES.view(-1, 1) * pos[:, _TRUNK, :2]).sum(1)
