# SPDX-License-Identifier: BSD-3-Clause
"""Steps any way and on the spot, made from a stander."""

import math

import pytest
import torch
from formula_walk import make_walk

from tt_isaaclab.bfm.pretrain.motions.footwork import feet_of
from tt_isaaclab.bfm.pretrain.motions.gait import stand
from tt_isaaclab.bfm.pretrain.motions.ground import floor_quality
from tt_isaaclab.bfm.pretrain.motions.motion import Motion, states
from tt_isaaclab.bfm.pretrain.motions.stepping import SPEED, spin, step
from tt_isaaclab.kinematics.heading import heading_angle

STEADY = slice(60, 120)
"""Frames at full speed."""


@pytest.fixture(scope="module")
def still() -> Motion:
    return stand(make_walk(1.0), 6.0)


def _check_feet(motion: Motion) -> None:
    """They stand still or swing, take turns, and never come near each other; the clip begins and ends with both down."""
    quality = floor_quality(motion)
    assert quality.penetration < 1e-3 and quality.float_height < 5e-3 and quality.skate < 0.1
    ankles = feet_of(motion).pos
    raised = ankles[..., 2] > ankles[0, 0, 2] + 0.005
    assert raised[STEADY].any(0).all() and not raised.all(1).any() and not raised[[0, -1]].any()
    assert (ankles[:, 0, :2] - ankles[:, 1, :2]).norm(dim=-1).min() > 0.1


@pytest.mark.parametrize("angle", [45.0, 90.0, -90.0, 135.0, 180.0])
def test_step_goes_any_way_and_faces_ahead(still: Motion, angle: float):
    motion = step(still, angle)
    velocity = states(motion).body_lin_vel[STEADY, 0, :2].mean(0)
    assert velocity.norm().item() == pytest.approx(SPEED, abs=0.05)
    assert math.degrees(torch.atan2(velocity[1], velocity[0]).item()) % 360.0 == pytest.approx(angle % 360.0, abs=5.0)
    assert heading_angle(motion.local_quat[:, 0]).abs().max() < 1e-6
    _check_feet(motion)


@pytest.mark.parametrize("rate", [60.0, -90.0])
def test_spin_turns_on_the_spot(still: Motion, rate: float):
    motion = spin(still, rate)
    turning = states(motion).body_ang_vel[STEADY, 0, 2].mean()
    assert math.degrees(turning.item()) == pytest.approx(rate, rel=0.02)
    assert motion.root_pos[:, :2].norm(dim=-1).max() < 0.05
    _check_feet(motion)


def test_both_begin_and_end_as_the_stander(still: Motion):
    for motion in (step(still, 90.0), spin(still, 90.0)):
        torch.testing.assert_close(motion.local_quat[0], still.local_quat[0], atol=0.02, rtol=0.0)
        torch.testing.assert_close(motion.local_quat[-1, 1:], still.local_quat[-1, 1:], atol=0.02, rtol=0.0)
