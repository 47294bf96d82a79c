# SPDX-License-Identifier: BSD-3-Clause
"""Frames and signs of the prompts, by hand, and what the model reads of them."""

import math

import pytest
import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw
from tt_isaaclab.kinematics.sparse_targets import sparse_targets, token_visible
from tt_isaaclab.prompts.joint_conditions import (
    MOVE_TIMES,
    RESPONSE,
    direction,
    move_pelvis,
    reach,
    velocity,
)

SLOTS = DEFAULT_HUMANOID.conditionable
PELVIS = SLOTS.index("Pelvis")
ROOT = torch.tensor([[2.0, -1.0, 0.8]])
LEFT, SPEED = torch.tensor([0.5 * math.pi]), torch.tensor([1.5])


def test_direction_moves_the_pelvis_from_here_along_the_yaw():
    target = direction(ROOT, LEFT, SPEED, SLOTS)
    expected = torch.tensor([[2.0, -1.0 + 1.5 * t, 0.9] for t in MOVE_TIMES])
    torch.testing.assert_close(target.pos[0, :, PELVIS], expected)
    torch.testing.assert_close(heading_angle(target.quat[0, :, PELVIS]), LEFT.expand(2))
    torch.testing.assert_close(target.heading[0], LEFT.expand(2))
    torch.testing.assert_close(target.root_lin_vel[0], torch.tensor([[0.0, 1.5, 0.0]]).expand(2, 3))
    assert target.time.tolist() == [pytest.approx(MOVE_TIMES)]


def test_direction_shows_pelvis_heading_and_velocity_near_and_position_far():
    visible = direction(ROOT, LEFT, SPEED, SLOTS).visible[0]
    near, far = visible
    assert near[PELVIS].all() and near[-1].all() and near.sum() == 4
    assert far[PELVIS, 0] and far.sum() == 1


def test_velocity_shows_no_position():
    target = velocity(ROOT, LEFT, SPEED, SLOTS)
    assert target.visible[..., -1, :].all() and not target.visible[..., :-1, :].any()
    assert token_visible(target).all()


def test_facing_is_free_of_the_way():
    time = torch.tensor([[1.0]])
    target = move_pelvis(ROOT, torch.tensor([[1.0, 0.0]]), LEFT, torch.tensor([0.7]), time, SLOTS)
    torch.testing.assert_close(target.pos[0, 0, PELVIS], torch.tensor([3.0, -1.0, 0.7]))
    torch.testing.assert_close(target.quat[0, 0, PELVIS], quat_from_yaw(LEFT)[0])
    assert not target.visible.any()


def test_direction_may_face_elsewhere():
    ahead = torch.zeros(1)
    target = direction(ROOT, ahead, SPEED, SLOTS, facing=LEFT)
    torch.testing.assert_close(target.root_lin_vel[0, 0], torch.tensor([1.5, 0.0, 0.0]))
    torch.testing.assert_close(target.heading[0], LEFT.expand(2))
    torch.testing.assert_close(heading_angle(target.quat[0, :, PELVIS]), LEFT.expand(2))


def test_a_curve_asks_for_what_comes_once_the_model_has_turned():
    target = direction(ROOT, LEFT, SPEED, SLOTS, facing=torch.zeros(1), turning=torch.tensor([0.5]))
    later = direction(ROOT, LEFT + 0.5 * RESPONSE, SPEED, SLOTS, facing=torch.tensor([0.5 * RESPONSE]))
    for ours, theirs in zip(target, later, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_reach_shows_where_the_hand_should_be_and_nothing_else():
    point, hand = torch.tensor([[1.0, 2.0, 0.5]]), SLOTS.index("R_Hand")
    target = reach(point, torch.tensor([1.5]), SLOTS, "R_Hand")
    assert target.time.tolist() == [[1.5]] and target.visible[0, 0, hand, 0] and target.visible.sum() == 1
    torch.testing.assert_close(target.pos[0, 0, hand], point[0])


@pytest.mark.parametrize("yaw", [0.0, 0.5 * math.pi, -2.0])
def test_a_walker_who_faces_its_way_reads_the_same_wherever_it_goes(yaw):
    """Root: 1.5 m/s x time ahead; heading: no turn; velocity: straight ahead."""
    body_pos = ROOT.expand(1, 24, 3)
    body_quat = quat_from_yaw(torch.tensor([yaw])).expand(1, 24, 4)
    target = direction(ROOT, torch.tensor([yaw]), SPEED, SLOTS)
    rows = sparse_targets(body_pos, body_quat, target, torch.tensor(DEFAULT_HUMANOID.body_ids(*SLOTS)))
    slot = rows[0, :, :-2].view(2, len(SLOTS) + 1, 2, 13)
    for row, time in enumerate(MOVE_TIMES):
        ahead = torch.tensor([1.5 * time, 0.0, 0.1])
        torch.testing.assert_close(slot[row, PELVIS, 0, :3], ahead, atol=1e-5, rtol=0.0)
    torch.testing.assert_close(slot[0, -1, 0, :6], torch.tensor([1.0, 0, 0, 0, 0, 1]), atol=1e-5, rtol=0.0)
    torch.testing.assert_close(slot[0, -1, 1, :3], torch.tensor([1.5, 0.0, 0.0]), atol=1e-5, rtol=0.0)
