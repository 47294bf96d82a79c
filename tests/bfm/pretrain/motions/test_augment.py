# SPDX-License-Identifier: BSD-3-Clause
"""Augmentations of a walk made of formulas."""

import math
from dataclasses import replace

import pytest
import torch
from formula_walk import SPEED

from tt_isaaclab.bfm.pretrain.motions.augment import bend, change_speed, change_stride, even, face, mirror, steady
from tt_isaaclab.bfm.pretrain.motions.footwork import feet_of, with_feet
from tt_isaaclab.bfm.pretrain.motions.motion import Motion, states
from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate


def test_mirror_reflects_every_body(walk: Motion) -> None:
    here, there = walk.poses()[0], mirror(walk).poses()[0]
    left, right = slice(1, 5), slice(5, 9)  # the legs
    reflected = here * here.new_tensor([1.0, -1.0, 1.0])
    torch.testing.assert_close(there[:, left], reflected[:, right])
    torch.testing.assert_close(there[:, 13], reflected[:, 13])  # the head
    nose, mirrored_nose = (
        quat_rotate(m.poses()[1][0, 13], here.new_tensor([1.0, 0.0, 0.0])) for m in (walk, mirror(walk))
    )
    torch.testing.assert_close(mirrored_nose, nose * nose.new_tensor([1.0, -1.0, 1.0]))
    torch.testing.assert_close(there[:, 14:19], reflected[:, 19:24])  # the arms


def test_speed_changes_the_time_and_not_the_place(walk: Motion) -> None:
    fast = change_speed(walk, 1.25)
    assert fast.fps == walk.fps
    assert fast.seconds == pytest.approx(walk.seconds / 1.25, abs=1 / 30)
    assert states(fast).body_lin_vel[:, 0, 0].mean().item() == pytest.approx(1.25 * SPEED, rel=1e-3)
    torch.testing.assert_close(fast.root_pos[24], walk.root_pos[30])


def test_stride_changes_the_steps_and_not_their_time(walk: Motion) -> None:
    short = change_stride(walk, 0.6)
    assert len(short) == len(walk)
    torch.testing.assert_close(feet_of(short).pos[..., 0], 0.6 * feet_of(walk).pos[..., 0], atol=1e-8, rtol=0.0)
    assert states(short).body_lin_vel[:, 0, 0].mean().item() == pytest.approx(0.6 * SPEED, rel=1e-3)


@pytest.mark.parametrize("rate", [45.0, -30.0])
def test_bend_turns_at_the_rate_and_keeps_standing_feet(walk: Motion, rate: float) -> None:
    curved = bend(walk, rate)
    heading = heading_angle(curved.local_quat[:, 0])
    turned = math.degrees((heading[-1] - heading[60]).item())
    assert turned == pytest.approx(2.0 * rate, rel=0.02)
    foot = feet_of(curved).pos[30:45, 0]  # the left foot stands from 1.0 to 1.5 s
    assert (foot - foot[0]).norm(dim=-1).max() < 1e-6
    facing = heading_angle(feet_of(curved).quat[30:45, 0])
    assert facing.std() < 1e-6
    assert abs(facing[0] - 0.5 * (heading[37] + heading[38])) < 1e-3  # when the body passes over the foot
    way = curved.root_pos[61:, :2] - curved.root_pos[60:-1, :2]
    off = torch.atan2(way[:, 1], way[:, 0]) - heading[60:-1]
    assert off.abs().max() < 0.3  # it walks where it faces, but for the sway


def test_bend_leans_into_the_curve(walk: Motion) -> None:
    """Balance asks for tan(lean) = v omega / g."""
    curved = bend(walk, 45.0)
    pos, quat = curved.poses()
    left = torch.stack((-torch.sin(heading_angle(quat[:, 0])), torch.cos(heading_angle(quat[:, 0]))), dim=-1)
    trunk = pos[60:, 13] - pos[60:, 0]
    lean = torch.atan2((trunk[:, :2] * left[60:]).sum(-1), trunk[:, 2])
    assert lean.mean().item() == pytest.approx(math.atan(SPEED * math.radians(45.0) / 9.81), rel=0.03)


def test_even_takes_half_of_every_step_out_of_the_pelvis_and_none_out_of_the_feet(walk: Motion) -> None:
    time = torch.arange(len(walk), dtype=torch.float64) / walk.fps
    ripple = 0.02 * torch.sin(2.0 * math.pi * 2.0 * time)  # two steps a second
    uneven = with_feet(walk.moved(0.0, torch.stack((ripple, 0 * ripple, 0 * ripple), dim=-1)), feet_of(walk))
    halved = even(uneven, 0.5)
    torch.testing.assert_close(feet_of(halved).pos, feet_of(uneven).pos, atol=1e-6, rtol=0.0)
    torch.testing.assert_close(halved.root_pos[:, 0], SPEED * time + 0.5 * ripple, atol=1e-3, rtol=0.0)
    torch.testing.assert_close(halved.root_pos[:, 1:], uneven.root_pos[:, 1:])


def test_steady_takes_half_of_the_sway_and_of_the_turning_out_of_the_pelvis_and_none_out_of_the_feet(
    walk: Motion,
) -> None:
    time = torch.arange(len(walk), dtype=torch.float64) / walk.fps
    wave = torch.sin(2.0 * math.pi * time)
    local = walk.local_quat.clone()
    local[:, 0] = quat_mul(quat_from_yaw(0.1 * wave), local[:, 0])
    sway = torch.stack((0.0 * wave, 0.02 * wave, 0.0 * wave), dim=-1)
    unsteady = with_feet(replace(walk, local_quat=local).moved(0.0, sway), feet_of(walk))
    halved = steady(unsteady, 0.5)
    torch.testing.assert_close(feet_of(halved).pos, feet_of(unsteady).pos, atol=1e-6, rtol=0.0)
    torch.testing.assert_close(halved.root_pos[:, (0, 2)], unsteady.root_pos[:, (0, 2)])
    for half, full in (
        (halved.root_pos[:, 1], unsteady.root_pos[:, 1]),
        *[[heading_angle(m.local_quat[:, 0]) for m in (halved, unsteady)]],
    ):
        torch.testing.assert_close(half - half.mean(), 0.5 * (full - full.mean()))


def test_face_turns_the_body_aside_both_ways_and_keeps_way_and_standing_feet(walk: Motion) -> None:
    turned = face(walk, 40.0)
    torch.testing.assert_close(turned.root_pos, walk.root_pos)
    aside = torch.rad2deg(heading_angle(turned.local_quat[:, 0]) - heading_angle(walk.local_quat[:, 0]))
    assert aside[0].abs() < 1e-6 and aside.max().item() == pytest.approx(40.0, abs=0.1)
    assert walk.seconds < 8.0 or aside.min().item() == pytest.approx(-40.0, abs=0.1)
    foot = feet_of(turned).pos[30:45, 0]  # the left foot stands from 1.0 to 1.5 s
    assert (foot - foot[0]).norm(dim=-1).max() < 1e-6
