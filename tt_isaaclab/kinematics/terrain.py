# SPDX-License-Identifier: BSD-3-Clause
"""The ground around the pelvis as MaskedMimic v1 and v2.3 see it: heights on a grid that turns with the heading."""

from collections.abc import Callable

import torch

from .heading import from_heading_frame

_SIDE = 16  # points along each axis
_REACH = 1.0  # from -1 m to 1 m


def terrain_samples(
    root_pos: torch.Tensor, root_quat: torch.Tensor, ground_height: Callable[[torch.Tensor], torch.Tensor]
) -> torch.Tensor:
    """Pelvis height above the ground at 16 x 16 points (N, 256) [m]; x (ahead) is the row, y (left) the column.

    Args:
        root_pos: Pelvis (N, 3), world [m].
        root_quat: Pelvis (N, 4), world, xyzw.
        ground_height: Height of the ground (N, 256) [m] at world points (N, 256, 2) [m].
    """
    axis = torch.linspace(-_REACH, _REACH, _SIDE, device=root_pos.device, dtype=root_pos.dtype)
    grid = torch.stack((*torch.meshgrid(axis, axis, indexing="ij"), torch.zeros(_SIDE, _SIDE).to(axis)), dim=-1)
    points = root_pos.unsqueeze(1) + from_heading_frame(root_quat.unsqueeze(1), grid.flatten(0, 1))
    return root_pos[:, 2:] - ground_height(points[..., :2])
