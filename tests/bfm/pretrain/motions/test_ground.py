# SPDX-License-Identifier: BSD-3-Clause
"""The floor under recorded feet."""

import torch

from tt_isaaclab.bfm.pretrain.motions.ground import floor_below


def test_floor_is_the_lowest_foot_of_half_a_second_around() -> None:
    heights = torch.full((21, 2), 0.3)
    heights[10] = torch.tensor([0.2, -0.1])
    expected = torch.full((21, 1), 0.3)
    expected[5:16] = -0.1  # ten frames a second
    torch.testing.assert_close(floor_below(heights, 10.0), expected)
