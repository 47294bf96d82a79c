# SPDX-License-Identifier: BSD-3-Clause
"""Reaches for random points, on the feet of a standing body."""

import torch

from tt_isaaclab.bfm.pretrain.motions.footwork import feet_of
from tt_isaaclab.bfm.pretrain.motions.gait import stand
from tt_isaaclab.bfm.pretrain.motions.motion import Motion
from tt_isaaclab.bfm.pretrain.motions.reaching import _poses, reach
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

HAND = DEFAULT_HUMANOID.body_ids("R_Hand")[0]


def test_the_hand_gets_to_points_all_around_and_the_feet_stay(walk: Motion) -> None:
    still = stand(walk, 0.0)
    points = torch.tensor([[0.5, 0.3, 1.4], [0.3, -0.5, 0.2], [-0.5, -0.4, 0.9], [0.1, 0.6, 1.0]]).double()
    poses = _poses(still, points)
    assert (poses.poses()[0][:, HAND] - points).norm(dim=-1).max() < 0.1
    torch.testing.assert_close(feet_of(poses).pos, feet_of(still).pos.expand(4, -1, -1), atol=0.01, rtol=0.0)
    assert (poses.root_pos[:, 2] > 0.5).all()


def test_a_reach_begins_standing_moves_smoothly_and_is_the_same_for_a_seed(walk: Motion) -> None:
    still = stand(walk, 7.0)
    reaching = reach(still, 1.0)
    assert len(reaching) == len(still)
    torch.testing.assert_close(reaching.local_quat[:10], still.local_quat[:10], atol=1e-6, rtol=0.0)
    hand = reaching.poses()[0][:, HAND]
    speed = (hand[1:] - hand[:-1]).norm(dim=-1) * reaching.fps
    assert 0.3 < speed.max() < 6.0
    torch.testing.assert_close(reach(still, 1.0).local_quat, reaching.local_quat)
    assert (reach(still, 2.0).poses()[0][-1, HAND] - hand[-1]).norm() > 0.1
