# SPDX-License-Identifier: BSD-3-Clause
"""Reference states against finite differences of the poses, which share no code with them."""

import math

import torch

from tt_isaaclab.bfm.pretrain.motions.motion import Motion, states


def test_body_velocities_match_the_poses(walk: Motion) -> None:
    fine = walk.resample(30.0)[20:24]
    state = states(fine)
    moved = (state.body_pos[2] - state.body_pos[0]) * (fine.fps / 2.0)
    torch.testing.assert_close(state.body_lin_vel[1], moved, atol=0.06, rtol=0.0)
    assert state.body_lin_vel[1].norm(dim=-1).max() > 1.2  # the swinging foot is faster than the root


def test_joint_rotvec_of_the_knee_is_its_bend(walk: Motion) -> None:
    """The knee bends about y, by the angle between thigh and shin."""
    state = states(walk)
    thigh, shin = (state.body_pos[:, a] - state.body_pos[:, a - 1] for a in (2, 3))
    bend = torch.acos(torch.nn.functional.cosine_similarity(thigh, shin, dim=-1))
    torch.testing.assert_close(state.joint_rotvec[:, 1, 1], bend, atol=1e-6, rtol=0.0)


def test_resampling_keeps_the_path(walk: Motion) -> None:
    slow = walk.resample(10.0)
    assert len(slow) == 41
    torch.testing.assert_close(slow.root_pos, walk.root_pos[::3])


def test_facing_forward_undoes_a_move(walk: Motion) -> None:
    home = walk.facing_forward()
    away = walk.moved(math.radians(130.0), walk.root_pos.new_tensor([3.0, -2.0, 0.0]))
    torch.testing.assert_close(away.facing_forward().root_pos, home.root_pos)
    assert home.root_pos[0, :2].abs().max() < 1e-9
    assert home.root_pos[-1, 0] > 3.9


def test_a_retreat_faces_forward_and_travels_back(walk: Motion) -> None:
    backwards = walk.moved(math.radians(70.0), 0.0)[torch.arange(len(walk) - 1, -1, -1)]
    home = backwards.facing_forward()
    torch.testing.assert_close(home.root_pos[-1, 0], torch.tensor(-4.0).double(), atol=0.05, rtol=0.0)
    torch.testing.assert_close(
        home.local_quat[0, 0].abs(), torch.tensor([0.0, 0.0, 0.0, 1.0]).double(), atol=1e-6, rtol=0
    )
