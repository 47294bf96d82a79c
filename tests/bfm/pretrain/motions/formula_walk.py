# SPDX-License-Identifier: BSD-3-Clause
"""A walk made of formulas: what is true of it can be written down."""

import math

import torch

from tt_isaaclab.bfm.pretrain.motions.footwork import Feet, with_feet
from tt_isaaclab.bfm.pretrain.motions.motion import Motion
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.rotations import quat_from_rotvec

FPS = 30.0
SPEED = 1.0
"""Forward speed of the walk [m/s]; its cycle takes one second, half of which each foot stands."""


def make_walk(seconds: float = 4.0) -> Motion:
    """Walk along +x at `SPEED`; one arm hangs, the head is tilted, the trunk sways from side to side."""
    time = torch.arange(round(seconds * FPS) + 1, dtype=torch.float64) / FPS
    sway = 0.02 * torch.sin(2.0 * math.pi * time)
    root_pos = torch.stack((SPEED * time, sway, torch.full_like(time, 0.88)), dim=-1)
    local_quat = torch.zeros(len(time), 24, 4, dtype=torch.float64)
    local_quat[..., 3] = 1.0
    arm, head = DEFAULT_HUMANOID.body_ids("L_Shoulder", "Head")
    local_quat[:, arm] = quat_from_rotvec(torch.tensor([-1.2, 0.3, 0.1], dtype=torch.float64))
    local_quat[:, head] = quat_from_rotvec(torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64))
    feet = torch.stack([_foot(time + 0.5 * side, 0.5 * side, 0.09 - 0.18 * side) for side in (0, 1)], dim=1)
    level = torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64).expand(len(time), 2, 4)
    return with_feet(Motion(FPS, root_pos, local_quat), Feet(feet, level))


def _foot(phase: torch.Tensor, shift: float, side: float) -> torch.Tensor:
    """Ankle (T, 3) that stands in the first half of each cycle and swings one stride ahead in the second."""
    cycle, part = phase.floor(), phase - phase.floor()
    swing = ((part - 0.5) / 0.5).clamp(0.0, 1.0)
    ahead = 0.5 - 0.5 * torch.cos(math.pi * swing)
    x = SPEED * (cycle + 0.25 - shift + ahead)
    return torch.stack((x, torch.full_like(x, side), 0.07 + 0.08 * torch.sin(math.pi * swing)), dim=-1)
