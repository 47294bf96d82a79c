# SPDX-License-Identifier: BSD-3-Clause
"""Random humanoid states, and the same states after the whole scene is turned and moved."""

import torch

from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate


def random_quat(*shape: int, seed: int) -> torch.Tensor:
    quat = torch.randn(*shape, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return quat / quat.norm(dim=-1, keepdim=True)


def random_vector(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def turn(vector: torch.Tensor, yaw: float) -> torch.Tensor:
    return quat_rotate(quat_from_yaw(torch.tensor(yaw, dtype=vector.dtype)), vector)


def turn_quat(quat: torch.Tensor, yaw: float) -> torch.Tensor:
    return quat_mul(quat_from_yaw(torch.tensor(yaw, dtype=quat.dtype)), quat)
