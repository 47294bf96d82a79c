# SPDX-License-Identifier: BSD-3-Clause
"""What the tasks' prompts ask for at which moment, by hand."""

import math

import pytest
import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import BodyState
from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.kinematics.sparse_targets import token_visible
from tt_isaaclab.prompts.joint_conditions import direction
from tt_isaaclab.prompts.task_prompts import (
    PACING,
    REACHING,
    VEERING,
    keep_pace,
    paced,
    run_up,
    step_and_reach,
    strike,
    veer,
)

SLOTS = DEFAULT_HUMANOID.conditionable
PELVIS = SLOTS.index("Pelvis")
LEFT = torch.tensor([0.5 * math.pi])


def _bodies(pelvis: torch.Tensor, yaw: torch.Tensor, velocity: torch.Tensor, hand: torch.Tensor) -> BodyState:
    """Humanoids whose pelvis and right hand count."""
    n, zeros = len(pelvis), torch.zeros(len(pelvis), 24, 3)
    pos, lin_vel = zeros.clone(), zeros.clone()
    pos[:, 0], lin_vel[:, 0], pos[:, DEFAULT_HUMANOID.body_ids("R_Hand")[0]] = pelvis, velocity, hand
    return BodyState(pos, quat_from_yaw(yaw).unsqueeze(1).expand(n, 24, 4), lin_vel, zeros)


def test_who_is_to_run_walks_first_and_then_is_asked_for_more_the_slower_it_is():
    """Told to walk: what is ordered. Told to run: first a walk, until it goes that way and faces there; then twice what it lacks
    along the way more, never less than ordered, never too much."""
    order, now = torch.tensor([1.8, 2.0, 3.0, 3.0, 3.0, 3.0, 6.0]), torch.tensor([0.0, 0.0, 1.3, 1.5, 2.75, 3.5, 3.0])
    ahead = torch.tensor([1.8, 2.0, PACING.walk, PACING.most, 3.5, 3.0, PACING.most])
    across, turned = torch.full_like(now, 0.7), order.clamp(max=PACING.walk)
    still, yaw = torch.zeros(7, 3), LEFT.expand(7)
    for off, asked in ((PACING.turned - 0.1, ahead), (PACING.turned + 0.1, turned)):
        bodies = _bodies(still, yaw - off, torch.stack((across, now, torch.zeros_like(now)), dim=1), still)
        torch.testing.assert_close(paced(bodies, yaw, order), asked)
        target = keep_pace(bodies, yaw, order, SLOTS)
        for ours, theirs in zip(target, direction(still, yaw, asked, SLOTS), strict=True):
            torch.testing.assert_close(ours, theirs)


def test_a_run_up_goes_back_to_the_middle_of_the_corridor():
    zeros, aside = torch.zeros(3, 3), torch.tensor([0.0, 0.3, -0.3])
    way = [0.0, -math.atan(0.3), math.atan(0.3)]
    for speed, asked in ((0.0, PACING.walk), (3.0, PACING.most)):
        bodies = _bodies(zeros, torch.tensor(way), speed * torch.eye(3)[:1].expand(3, 3), zeros)
        target = run_up(bodies, aside, torch.full((3,), 10.0), SLOTS)
        assert target.heading[:, 0].tolist() == pytest.approx(way)
        torch.testing.assert_close(target.root_lin_vel[0, 0], torch.tensor([asked, 0.0, 0.0]))
        assert target.visible[:, 0, PELVIS].all()


def test_nothing_is_asked_of_who_is_about_to_leap():
    zeros, left = torch.zeros(3, 3), torch.tensor([2.6, 2.4, -1.0])
    target = run_up(_bodies(zeros, torch.zeros(3), zeros, zeros), torch.zeros(3), left, SLOTS)
    assert token_visible(target).tolist() == [[True, True], [False, False], [False, False]]


def test_who_is_to_stand_goes_on_facing_where_it_does():
    still, yaw, zero = torch.zeros(1, 3), torch.tensor([0.4]), torch.zeros(1)
    target = keep_pace(_bodies(still, yaw, still, still), LEFT, zero, SLOTS)
    for ours, theirs in zip(target, direction(still, yaw, zero, SLOTS), strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(
    ("speed", "facing", "off", "asked"),
    [
        (VEERING.ahead.even, 0.5, 0.0, VEERING.ahead.even),  # near enough
        (1.2, -1.2, -0.61, 1.5466),  # 1.2 / cos(0.61) = 1.4640, which is 0.5640 above 0.9: + 5.64 %
        (1.4, 1.5, 0.91, PACING.walk),  # 1.4 / cos(0.91) = 2.28 is a run; this one stands still yet
        (3.5, 1.1, 0.4000, PACING.walk),  # no further than acos(3.5 / 3.8)
        (3.5, 1.3, 0.0, PACING.walk),  # 1.3 - 0.4 would be too far off: straight on
        (2.2, 3.0, 0.0, PACING.walk),  # too fast to walk backwards
    ],
)
def test_who_is_to_face_aside_goes_there_as_fast_as_keeps_the_speed_ordered(speed, facing, off, asked):
    still, yaw, one = torch.zeros(1, 3), LEFT, torch.ones(1)
    target = veer(_bodies(still, yaw, still, still), yaw, speed * one, yaw + facing, SLOTS)
    for ours, theirs in zip(target, direction(still, yaw + off, asked * one, SLOTS), strict=True):
        torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=0)


@pytest.mark.parametrize(
    ("speed", "facing", "now", "off", "asked"),
    [
        (1.2, 2.0, -1.0, -0.4816, 1.3954),  # pi - 2.0 - 0.66 the other way; 1.2 / cos(0.4816) = 1.3540, + 3.06 %
        (1.2, -1.8, 1.0, 0.6816, 1.6369),  # pi - 1.8 - 0.66; 1.2 / cos(0.6816) = 1.5453, + 5.93 %
        (1.6, -1.6, 1.0, 0.7045, 2.3993),  # no further than acos(1.6 / 2.1): 2.1 m/s, + 14.25 %
        (1.0, -3.0, math.pi + 0.2, 0.2, 1.0203),  # the way it faces now will do; 1.0 / cos(0.2)
        (1.0, -3.0, 2.0, -0.5184, 1.1516),  # as near as will do to how it faces now: 2 pi - 3.0 - 0.66 - pi
    ],
)
def test_who_is_to_face_behind_goes_there_backwards(speed, facing, now, off, asked):
    still, one = torch.zeros(1, 3), torch.ones(1)
    target = veer(_bodies(still, LEFT + now, still, still), LEFT, speed * one, LEFT + facing, SLOTS)
    back = direction(still, LEFT + off, asked * one, SLOTS, LEFT + off + math.pi)
    for ours, theirs in zip(target, back, strict=True):
        torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=0)


@pytest.mark.parametrize(
    ("ahead", "asked"),
    [
        (0.04, math.pi - VEERING.beside),  # it stands
        (1.0, 1.0 + VEERING.turn),
        (-0.1, math.pi - VEERING.beside),  # it goes backwards already
    ],
)
def test_who_goes_ahead_turns_by_little_at_a_time_and_brakes_where_it_faces(ahead, asked):
    """Told to go along x and to face the other way; it faces 1 rad to the left of x."""
    still, one, heading = torch.zeros(1, 3), torch.ones(1), torch.tensor([asked])
    velocity = ahead * torch.tensor([[math.cos(1.0), math.sin(1.0), 0.0]])
    target = veer(_bodies(still, one, velocity, still), torch.zeros(1), one, math.pi * one, SLOTS)
    fast = 1.276150 * one  # 1 / cos(0.65) = 1.256149, which is 0.106149 above 1.15: + 1.59224 %
    for ours, theirs in zip(target, direction(still, heading + math.pi, fast, SLOTS, heading), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("pace", "asked"), [(0.1, 1.209), (0.3, 3.0), (0.9, 1.749), (1.1, 1.209)])
def test_who_goes_backwards_already_is_asked_for_the_speed_that_it_lacks(pace, asked):
    """Straight back at 1.2 m/s, for which the bundled model is asked for 1.2 + 0.75 %, or 1.209; hurried from 0.2 to 1.08 m/s."""
    still, zero, velocity = torch.zeros(1, 3), torch.zeros(1), torch.tensor([[pace, 0.0, 0.0]])
    target = veer(_bodies(still, zero + math.pi, velocity, still), zero, zero + 1.2, zero + math.pi, SLOTS)
    back = direction(still, zero, zero + asked, SLOTS, zero + math.pi)
    for ours, theirs in zip(target, back, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


def test_who_walks_and_has_to_run_aside_is_asked_for_the_speed_that_it_lacks():
    """Along x at 2 m/s, told to face 1 rad to the left: 0.41 rad aside, 2 / cos(0.41) = 2.1807 m/s."""
    still, one, velocity = torch.zeros(1, 3), torch.ones(1), torch.tensor([[2.0, 0.0, 0.0]])
    target = veer(_bodies(still, 0.0 * one, velocity, still), 0.0 * one, 2.0 * one, one, SLOTS)
    asked = (2.180738 + PACING.gain * (2.180738 - 2.0 * math.cos(0.41))) * one
    for ours, theirs in zip(target, direction(still, 0.41 * one, asked, SLOTS), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("pace", "faces"), [(-0.04, 2.0), (-1.0, VEERING.turn), (1.0, 2.0)])
def test_who_goes_backwards_turns_by_little_at_a_time_until_it_goes_ahead(pace, faces):
    """It faces along x, and is told to go 2 rad to the left of it, facing there."""
    still, zero, velocity = torch.zeros(1, 3), torch.zeros(1), torch.tensor([[pace, 0.0, 0.0]])
    target = veer(_bodies(still, zero, velocity, still), zero + 2.0, zero + VEERING.ahead.even, zero + 2.0, SLOTS)
    ahead = direction(still, zero + faces, zero + VEERING.ahead.even, SLOTS)
    for ours, theirs in zip(target, ahead, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(("pace", "faces"), [(0.2, 2.0), (1.0, VEERING.turn), (-1.0, VEERING.turn)])
def test_who_is_to_stand_turns_by_little_at_a_time_until_it_does(pace, faces):
    """Along x, told to face 2 rad to the left."""
    still, zero, velocity = torch.zeros(1, 3), torch.zeros(1), torch.tensor([[pace, 0.0, 0.0]])
    target = veer(_bodies(still, zero, velocity, still), zero, zero, zero + 2.0, SLOTS)
    for ours, theirs in zip(target, direction(still, zero, zero, SLOTS, zero + faces), strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("speed", [0.0, 0.5])
def test_who_is_to_stand_or_step_faces_as_ordered(speed):
    still, speed = torch.zeros(1, 3), torch.tensor([speed])
    target = veer(_bodies(still, LEFT, still, still), LEFT, speed, 2.0 * LEFT, SLOTS)
    for ours, theirs in zip(target, direction(still, LEFT, speed, SLOTS, 2.0 * LEFT), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_far_points_are_stepped_towards_and_near_ones_reached_for():
    """1 m left of where it is easy to reach: steps that way, facing ahead, until there is no more time. Near there: the hand,
    and the pelvis stays; but for a point near the ground the hand alone."""
    easy = torch.tensor([REACHING.ahead, REACHING.left, 0.0])
    point = easy + torch.tensor([[0.0, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.3, 1.0], [0.0, 0.3, 0.1]])
    bodies = _bodies(torch.tensor([[0.0, 0.0, 0.8]]).expand(4, 3), torch.zeros(4), torch.zeros(4, 3), point)
    elapsed, time = torch.tensor([0, REACHING.early, 0, 0]), torch.tensor([1.5, 1.0, 1.5, 1.5])
    target = step_and_reach(bodies, point, elapsed, time, SLOTS, "R_Hand")
    steps = direction(torch.zeros(1, 3), LEFT, torch.tensor([REACHING.pace]), SLOTS, torch.zeros(1))
    for ours, theirs in zip(target, steps, strict=True):
        torch.testing.assert_close(ours[:1], theirs[:, :1])
    hand = SLOTS.index("R_Hand")
    asked = torch.stack((*point[1:3], torch.tensor([easy[0], easy[1] + 0.3, REACHING.lowest])))
    torch.testing.assert_close(target.pos[1:, 0, hand], asked)
    torch.testing.assert_close(target.pos[1:3, 0, PELVIS], torch.tensor([0.0, 0.0, 0.9]).expand(2, 3))
    assert target.visible[1:, 0].sum(dim=(1, 2)).tolist() == [2, 2, 1]
    assert target.visible[1:, 0, hand, 0].all() and target.visible[1:3, 0, PELVIS, 0].all()


@pytest.mark.parametrize(("short", "time", "beyond"), [(0.1, 0.4, 0.04), (0.1, 0.6, 0.0), (1.0, 0.4, 0.12)])
def test_a_hand_that_is_short_of_its_point_is_asked_beyond_it(short, time, beyond):
    point = torch.tensor([[0.3, 0.0, 1.0]])
    bodies = _bodies(torch.zeros(1, 3), torch.zeros(1), torch.zeros(1, 3), point - torch.tensor([0.0, 0.0, short]))
    target = step_and_reach(bodies, point, torch.tensor([40]), torch.tensor([time]), SLOTS, "R_Hand")
    expected = point[0] + torch.tensor([0.0, 0.0, beyond])
    torch.testing.assert_close(target.pos[0, 0, SLOTS.index("R_Hand")], expected)


def test_the_hand_is_not_asked_to_the_ground():
    point = torch.tensor([[0.3, 0.0, 0.05]])
    bodies = _bodies(torch.zeros(1, 3), torch.zeros(1), torch.zeros(1, 3), point)
    target = step_and_reach(bodies, point, torch.tensor([20]), torch.tensor([1.0]), SLOTS, "R_Hand")
    torch.testing.assert_close(target.pos[0, 0, SLOTS.index("R_Hand")], torch.tensor([0.3, 0.0, REACHING.lowest]))


def test_strike_walks_to_a_far_box_stops_pushes_and_stands_by_one_that_lies():
    still = torch.tensor([False, False, True, True])
    velocity = torch.tensor([0.0, 0.6, 0.0]) * ~still.unsqueeze(1)
    box = torch.tensor([[0.0, 3.0, 0.9], [0.0, 0.9, 0.9], [0.0, 0.9, 0.9], [0.0, 0.9, 0.2]])
    bodies = _bodies(torch.zeros(4, 3), LEFT.expand(4), velocity, torch.zeros(4, 3))
    target = strike(bodies, box, torch.tensor([True, True, True, False]), SLOTS, "R_Hand")
    hand, (far, brakes, pushes, lies) = SLOTS.index("R_Hand"), target.visible
    torch.testing.assert_close(target.heading[:, 0], LEFT.expand(4))
    assert target.root_lin_vel[:, 0, 1].tolist() == pytest.approx([1.8, 0.0, 0.0, 0.0])
    for walks in (far, brakes, lies):
        assert walks[0, PELVIS].all() and walks[0, -1].all() and not walks[:, hand].any()
    assert pushes[1, hand, 0] and pushes.sum() == 1
    torch.testing.assert_close(target.pos[2, 1, hand], torch.tensor([0.0, 0.75, 1.2]), atol=1e-6, rtol=0.0)
    assert target.time[:, 1].tolist() == pytest.approx([1.0, 1.0, 0.15, 1.0])


@pytest.mark.parametrize(("distance", "pace"), [(3.0, 1.8), (2.0, 1.0), (1.2, 0.6), (0.9, 0.0)])
def test_strike_walks_slower_the_nearer_the_box(distance, pace):
    box = torch.tensor([[0.0, distance, 0.9]])
    bodies = _bodies(torch.zeros(1, 3), LEFT, torch.tensor([[0.0, 1.0, 0.0]]), torch.zeros(1, 3))
    target = strike(bodies, box, torch.tensor([True]), SLOTS, "R_Hand")
    torch.testing.assert_close(target.root_lin_vel[0, 0], torch.tensor([0.0, pace, 0.0]), atol=1e-6, rtol=0.0)


def test_strike_turns_towards_a_near_box_and_steps_away_from_one_that_is_too_near():
    """The box is to the left of who faces ahead: 0.9 m away turn to it; 0.6 m away step to the right, still facing ahead."""
    box = torch.tensor([[0.0, 0.9, 0.9], [0.0, 0.6, 0.9]])
    bodies = _bodies(*(torch.zeros(2, *shape) for shape in ((3,), (), (3,), (3,))))
    target = strike(bodies, box, torch.tensor([True, True]), SLOTS, "R_Hand")
    assert target.visible[:, 0, PELVIS].all() and not target.visible[:, :, SLOTS.index("R_Hand")].any()
    velocity = torch.tensor([[0.0, 0.0, 0.0], [0.0, -0.5, 0.0]])
    torch.testing.assert_close(target.root_lin_vel[:, 0], velocity, atol=1e-6, rtol=0.0)
    torch.testing.assert_close(target.heading[:, 0], torch.tensor([0.5 * math.pi, 0.0]))
