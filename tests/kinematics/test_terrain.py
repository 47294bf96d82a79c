# SPDX-License-Identifier: BSD-3-Clause
import math

import torch

from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.kinematics.terrain import terrain_samples


def test_flat_ground_is_the_pelvis_height_everywhere():
    pos, quat = torch.tensor([[3.0, 4.0, 0.9], [0.0, 0.0, 0.5]]), quat_from_yaw(torch.tensor([1.0, 2.0]))
    samples = terrain_samples(pos, quat, lambda points: torch.zeros_like(points[..., 0]))
    torch.testing.assert_close(samples, torch.tensor([[0.9], [0.5]]).expand(2, 256))


def test_grid_is_ahead_by_left_and_turns_with_the_heading():
    """Facing +y on ground that rises by 0.1 along +x and 1 along +y: ahead is +y, left is -x."""
    pos, quat = torch.tensor([[2.0, 5.0, 1.0]]), quat_from_yaw(torch.tensor([0.5 * math.pi]))
    grid = terrain_samples(pos, quat, lambda points: 0.1 * points[..., 0] + points[..., 1]).view(16, 16)
    axis = [-1.0 + 2.0 * i / 15 for i in range(16)]
    for ahead, left in ((0, 0), (0, 15), (15, 0), (7, 3)):
        expected = 1.0 - 0.1 * (2.0 - axis[left]) - (5.0 + axis[ahead])
        assert abs(grid[ahead, left].item() - expected) < 1e-5
