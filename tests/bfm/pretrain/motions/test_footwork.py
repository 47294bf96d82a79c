# SPDX-License-Identifier: BSD-3-Clause
"""Legs that reach where they are told, and feet that stand on the ground."""

from dataclasses import replace

import torch
from formula_walk import make_walk

from tt_isaaclab.bfm.pretrain.motions.footwork import Feet, feet_of, plant_feet, with_feet
from tt_isaaclab.bfm.pretrain.motions.gait import stand
from tt_isaaclab.bfm.pretrain.motions.ground import floor_quality, sole_corners
from tt_isaaclab.bfm.pretrain.motions.motion import Motion, states


def test_feet_land_where_asked_with_knees_bent_forward(walk: Motion) -> None:
    feet = feet_of(walk)
    asked = Feet(feet.pos + feet.pos.new_tensor([0.05, 0.04, 0.03]), feet.quat)
    moved = with_feet(walk, asked)
    torch.testing.assert_close(feet_of(moved).pos, asked.pos, atol=1e-8, rtol=0.0)
    torch.testing.assert_close(feet_of(moved).quat.abs(), asked.quat.abs(), atol=1e-8, rtol=0.0)
    assert states(moved).joint_rotvec[:, [1, 5], 1].min() > 0.0
    torch.testing.assert_close(moved.local_quat[:, 9:], walk.local_quat[:, 9:])  # trunk and arms are left alone


def test_a_foot_out_of_reach_points_the_leg_at_the_target(walk: Motion) -> None:
    feet = feet_of(walk)
    hips = walk.poses()[0][:, [1, 5]]
    far = with_feet(
        walk, Feet(hips + 2.0 * (feet.pos - hips) / (feet.pos - hips).norm(dim=-1, keepdim=True), feet.quat)
    )
    leg = feet_of(far).pos - hips
    torch.testing.assert_close(leg.norm(dim=-1), torch.full_like(leg[..., 0], 0.999 * 0.79))
    torch.testing.assert_close(torch.linalg.cross(leg, feet.pos - hips), torch.zeros_like(leg), atol=1e-8, rtol=0.0)


def test_planting_undoes_a_sloping_slippery_floor(walk: Motion) -> None:
    """Stretch the path by 5 % below the feet (they slide) and tilt it by 3 % (they sink)."""
    feet = feet_of(walk)
    slide = torch.stack((0.05 * walk.root_pos[:, 0], *torch.zeros(2, len(walk)).double()), dim=-1)
    sink = walk.root_pos[:, :1] * walk.root_pos.new_tensor([0.0, 0.0, -0.03])
    bad = with_feet(
        replace(walk, root_pos=walk.root_pos + slide + sink), Feet(feet.pos + (slide + sink).unsqueeze(1), feet.quat)
    )
    assert floor_quality(bad).penetration > 0.1
    good = plant_feet(bad)
    quality = floor_quality(good)
    assert quality.penetration < 0.002
    assert quality.float_height < 0.01
    middle = slice(32, 43)  # within a step of the left foot
    assert feet_of(good).pos[middle, 0].std(0).max() < 1e-3
    assert feet_of(bad).pos[middle, 0, 0].std() > 4e-3
    # Height of the pelvis above the floor is what it was.
    assert (good.root_pos[15:-15, 2] - 0.88).abs().max() < 0.02


def test_soles_of_the_rest_pose_are_on_the_ground() -> None:
    rest = torch.zeros(3, 24, 4, dtype=torch.float64)
    rest[..., 3] = 1.0
    motion = Motion(30.0, torch.tensor([[0.0, 0.0, 0.94]]).double().expand(3, 3), rest)
    corners = sole_corners(motion)
    torch.testing.assert_close(corners[..., 2].amin(-1), torch.zeros(3, 2).double(), atol=1e-6, rtol=0.0)
    assert (corners[:, 0, :, 1] > 0.0).all()  # the left foot comes first


def test_a_raised_foot_that_is_held_still_is_no_step() -> None:
    """Stand on one leg for two seconds, the other foot half a metre up."""
    still = stand(make_walk(1.0), 2.0)
    feet = feet_of(still)
    raised = with_feet(still, Feet(feet.pos + feet.pos.new_tensor([[0.1, 0.0, 0.5], [0.0, 0.0, 0.0]]), feet.quat))
    planted = feet_of(plant_feet(raised)).pos
    torch.testing.assert_close(planted, feet_of(raised).pos, atol=2e-3, rtol=0.0)


def test_a_jump_keeps_its_height() -> None:
    """Both feet and the root fly 0.3 m high, straight up, in half a second."""
    still = stand(make_walk(1.0), 2.0)
    time = torch.arange(len(still), dtype=torch.float64) / still.fps
    flight = (4.0 * 0.3 * (time - 0.75) * (1.25 - time) / 0.5**2).clamp(min=0.0)
    jump = still.moved(0.0, torch.stack((0.0 * flight, 0.0 * flight, flight), dim=-1))
    landed = plant_feet(jump)
    torch.testing.assert_close(
        sole_corners(landed)[..., 2].amin(-1), flight.unsqueeze(-1).expand(-1, 2), atol=5e-3, rtol=0
    )
    torch.testing.assert_close(landed.root_pos[:, 2], jump.root_pos[:, 2], atol=5e-3, rtol=0.0)
