# SPDX-License-Identifier: BSD-3-Clause
import math

import pytest
import torch
from random_states import random_quat, random_vector, turn, turn_quat

from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.kinematics.sparse_targets import (
    SparseTarget,
    backwards_asked,
    rows_visible,
    sparse_targets,
    sparse_targets_v3,
    speed_asked,
    target_from_motion,
    token_visible,
    turn_asked,
)

SLOTS = torch.tensor([3, 7, 0, 13, 18, 23])
IDENTITY_6D = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]


def _random_target(times: int = 4) -> SparseTarget:
    visible = torch.rand(2, times, 7, 2, generator=torch.Generator().manual_seed(9)) < 0.7
    return target_from_motion(
        random_vector(2, times, 24, seed=0),
        random_quat(2, times, 24, seed=1),
        random_vector(2, times, seed=2),
        visible,
        torch.linspace(0.1, 1.0, times, dtype=torch.float64).expand(2, times),
        SLOTS,
    )


def _facing_y() -> tuple[torch.Tensor, torch.Tensor, SparseTarget]:
    """Robot and target both turned by 90 degrees at (1, 2, 1), target 0.5 m ahead, moving along world x and up."""
    pos = torch.tensor([1.0, 2.0, 1.0]).expand(1, 24, 3).clone()
    quat = quat_from_yaw(torch.full((1, 24), math.pi / 2))
    pos[0, 3, 2] = 0.1  # the first slot's body is not at the root
    pos[0, 1, 0] = 9.0  # and a body no slot holds is far away
    ahead = torch.tensor([1.0, 2.5, 1.0]).expand(1, 1, 24, 3)
    velocity = torch.tensor([[[1.0, 0.0, 7.0]]])
    visible = torch.ones(1, 1, 7, 2, dtype=torch.bool)
    return pos, quat, target_from_motion(ahead, quat.unsqueeze(1), velocity, visible, torch.tensor([[0.4]]), SLOTS)


def test_every_number_of_a_hand_made_row():
    pos, quat, target = _facing_y()
    row = sparse_targets(pos, quat, target, SLOTS)[0, 0]
    rotation = [*IDENTITY_6D, *IDENTITY_6D, 1.0]
    first = [0.5, 0.0, 0.9, 0, 0, 0, 0.5, 0.0, 0.0, 0, 0, 0, 1.0, *rotation]
    others = [0.5, 0.0, 0.0, 0, 0, 0, 0.5, 0.0, 0.0, 0, 0, 0, 1.0, *rotation]
    heading = [*IDENTITY_6D, *IDENTITY_6D, 1.0]
    velocity = [0.0, -1.0, 0.0, 0, 0, 0, 0.0, -1.0, 0.0, 0, 0, 0, 1.0]
    expected = [*first, *(5 * others), *heading, *velocity, 0.4, 1.0]
    assert len(expected) == 184
    torch.testing.assert_close(row, torch.tensor(expected))


def test_relative_rotations_differ_by_frame():
    """Body rolled by 90 degrees, target upright: the roll undone in the body's frame, identity in the heading frame."""
    pos, quat, target = _facing_y()
    quat[0, 13] = torch.tensor([0.5, 0.5, 0.5, 0.5])  # yaw 90 then roll 90
    half = sparse_targets(pos, quat, target, SLOTS)[0, 0, 3 * 26 + 13 : 3 * 26 + 25]
    torch.testing.assert_close(half, torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, *IDENTITY_6D]))


def test_ground_height_lowers_the_body_only():
    pos, quat, target = _facing_y()
    pos[..., 2] += 3.0
    raised = sparse_targets(pos, quat, target, SLOTS, torch.tensor([3.0]))
    pos[..., 2] -= 3.0
    torch.testing.assert_close(raised, sparse_targets(pos, quat, target, SLOTS))


@pytest.mark.parametrize("slot, half", [(0, 0), (4, 1), (6, 0), (6, 1)])
def test_a_hidden_half_is_zero_and_its_content_does_not_matter(slot, half):
    pos, quat, target = _facing_y()
    target.visible[0, 0, slot, half] = False
    other = SparseTarget(
        target.pos + 9.0, -target.quat, target.heading + 1.0, target.root_lin_vel + 1.0, target.visible, target.time
    )
    for content in (target, other):
        halves = sparse_targets(pos, quat, content, SLOTS)[0, 0, :182].view(14, 13)
        assert not halves[2 * slot + half].any()
        assert halves[:, 12].sum() == 13.0


def test_slot_order_follows_the_given_slots():
    pos, quat = random_vector(2, 24, seed=5), random_quat(2, 24, seed=6)
    target = _random_target()
    order = [5, 3, 1, 0, 2, 4]
    moved = target._replace(
        pos=target.pos[:, :, order], quat=target.quat[:, :, order], visible=target.visible[:, :, [*order, 6]]
    )
    rows = sparse_targets(pos, quat, target, SLOTS)[..., :156].unflatten(-1, (6, 26))
    rows_moved = sparse_targets(pos, quat, moved, SLOTS[order])[..., :156].unflatten(-1, (6, 26))
    torch.testing.assert_close(rows_moved, rows[:, :, order])


def test_v3_row_is_the_same_features_without_heading_slot():
    pos, quat = random_vector(2, 24, seed=5), random_quat(2, 24, seed=6)
    target = _random_target()
    old = sparse_targets(pos, quat, target, SLOTS)
    halves = old[..., :156].unflatten(-1, (12, 13))
    new = sparse_targets_v3(pos, quat, target, SLOTS)
    assert new.shape == (2, 4, 157)
    torch.testing.assert_close(new[..., :144], halves[..., :12].flatten(-2))
    torch.testing.assert_close(new[..., 144:156], halves[..., 12])
    torch.testing.assert_close(new[..., 156], target.time)


def test_a_row_tells_how_fast_it_asks_to_go_backwards():
    """Facing 1 rad: ahead, backwards, 20 and 40 degrees from backwards, and backwards without a heading to see."""
    way = 1.0 + torch.tensor([0.0, 180.0, 200.0, 140.0, 180.0]).deg2rad()
    n = len(way)
    velocity = torch.stack((1.2 * way.cos(), 1.2 * way.sin(), 0.0 * way), dim=-1)
    visible = torch.ones(n, 1, 7, 2, dtype=torch.bool)
    visible[-1, 0, -1, 0] = False
    pos, quat = random_vector(n, 24, seed=0).float(), random_quat(n, 24, seed=1).float()
    target = SparseTarget(
        pos[:, None, SLOTS], quat[:, None, SLOTS], torch.ones(n, 1), velocity.unsqueeze(1), visible, torch.ones(n, 1)
    )
    rows = sparse_targets(pos, quat, target, SLOTS)
    torch.testing.assert_close(speed_asked(rows), torch.full((n, 1), 1.2))
    torch.testing.assert_close(
        backwards_asked(rows), torch.tensor([[0.0, 1.2, 1.2 * math.cos(math.radians(20.0)), 0.0, 0.0]]).T
    )


@pytest.mark.parametrize("heading", [1.0, -2.0, 3.0])
def test_a_row_tells_how_far_it_asks_to_turn(heading):
    """Facing 0.7 rad; the last row does not show its heading."""
    target = _random_target()._replace(heading=torch.full((2, 4), heading, dtype=torch.float64))
    target.visible[:, :3, -1, 0], target.visible[:, 3, -1, 0] = True, False
    facing = quat_from_yaw(torch.full((2, 24), 0.7, dtype=torch.float64))
    turns = turn_asked(sparse_targets(random_vector(2, 24, seed=5), facing, target, SLOTS))
    torch.testing.assert_close(turns[:, :3], torch.full_like(turns[:, :3], heading - 0.7))
    assert (turns[:, 3] == 0.0).all()


def test_token_visibility():
    target = _random_target(times=3)
    target.visible[:] = False
    target.visible[0, 1, 6, 1] = True  # velocity alone makes a word
    assert token_visible(target).tolist() == [[False, True, False], [False, False, False]]


def test_rows_tell_what_they_show():
    pos, quat = random_vector(2, 24, seed=5), random_quat(2, 24, seed=6)
    target = _random_target(times=3)
    target.visible[:] = False
    target.visible[0, 1, 6, 1] = target.visible[1, 2, 5, 0] = True
    assert torch.equal(rows_visible(sparse_targets(pos, quat, target, SLOTS)), token_visible(target))
    # v3 has no heading and velocity slot
    assert rows_visible(sparse_targets_v3(pos, quat, target, SLOTS)).tolist() == [[False] * 3, [False, False, True]]


@pytest.mark.parametrize("build", [sparse_targets, sparse_targets_v3])
def test_turning_and_moving_the_scene_changes_nothing(build):
    pos, quat = random_vector(2, 24, seed=5), random_quat(2, 24, seed=6)
    target = _random_target()
    shift = torch.tensor([5.0, -3.0, 0.0], dtype=torch.float64)
    turned = target._replace(
        pos=turn(target.pos, 2.1) + shift,
        quat=turn_quat(target.quat, 2.1),
        heading=target.heading + 2.1,
        root_lin_vel=turn(target.root_lin_vel, 2.1),
    )
    after = build(turn(pos, 2.1) + shift, turn_quat(quat, 2.1), turned, SLOTS)
    torch.testing.assert_close(after, build(pos, quat, target, SLOTS))


def test_gradients_and_compile():
    pos, quat = random_vector(1, 2, seed=5).requires_grad_(), random_quat(1, 2, seed=6).requires_grad_()
    slots = torch.tensor([1, 0])
    visible = torch.ones(1, 1, 3, 2, dtype=torch.bool)
    time = torch.ones(1, 1, dtype=torch.float64)

    def rows(pos, quat, target_pos, target_quat, velocity):
        target = target_from_motion(target_pos, target_quat, velocity, visible, time, slots)
        return sparse_targets(pos, quat, target, slots)

    inputs = (pos, quat, *(random_vector(1, 1, 2, seed=7), random_quat(1, 1, 2, seed=8), random_vector(1, 1, seed=9)))
    inputs = tuple(tensor.detach().requires_grad_() for tensor in inputs)
    assert torch.autograd.gradcheck(rows, inputs)
    compiled = torch.compile(rows, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(*inputs), rows(*inputs))
