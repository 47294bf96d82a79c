# SPDX-License-Identifier: BSD-3-Clause
"""A straddling source skeleton of twice our size."""

import math

import pytest
import torch

from tt_isaaclab.bfm.pretrain.motions.bones import BVH_BONES, CMU_BONES, DEEPMIMIC_BONES
from tt_isaaclab.bfm.pretrain.motions.footwork import feet_of
from tt_isaaclab.bfm.pretrain.motions.ground import floor_quality
from tt_isaaclab.bfm.pretrain.motions.retarget import retarget
from tt_isaaclab.bfm.pretrain.motions.source import SourceMotion
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID as SPEC
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, quat_rotate

NAMES = ("root", *sorted({bone for bone in CMU_BONES.values() if bone} - {"root"}))
SPLAY = math.radians(20.0)


def make_source(frames: int = 120, splay: float = SPLAY, foot_pitch: float = 0.0) -> SourceMotion:
    """Slide along +y at 2 m/s (in the source's size) in the rest pose, thighs and shins splayed, feet pitched."""
    rest = torch.zeros(len(NAMES), 3, dtype=torch.float64)
    for i, name in enumerate(NAMES):
        side = 1.0 if name.startswith("l") else -1.0
        if name.endswith(("femur", "tibia")):
            rest[i] = 0.79 * torch.tensor([0.0, side * math.sin(splay), -math.cos(splay)])
        elif name.endswith(("humerus", "radius")):
            rest[i] = torch.tensor([0.0, 0.5 * side, 0.0])
    quat = torch.zeros(frames, len(NAMES), 4, dtype=torch.float64)
    quat[..., 3] = 1.0
    for name in ("lfoot", "rfoot", "ltoes", "rtoes"):
        quat[:, NAMES.index(name)] = quat_from_rotvec(torch.tensor([0.0, foot_pitch, 0.0], dtype=torch.float64))
    shift = torch.arange(frames, dtype=torch.float64).view(-1, 1, 1) / 60.0 * rest.new_tensor([0.0, 1.0, 0.0])
    joint = torch.zeros(frames, len(NAMES), 3, dtype=torch.float64) + shift
    return SourceMotion(120.0, NAMES, joint, joint + quat_rotate(quat, rest.expand_as(joint)), quat, rest)


def test_path_is_scaled_by_the_length_of_the_legs_and_turned_forward() -> None:
    motion = retarget(make_source(), CMU_BONES)
    assert motion.fps == 30.0
    speed = (motion.root_pos[-1] - motion.root_pos[0]) / motion.seconds
    torch.testing.assert_close(speed, speed.new_tensor([1.0, 0.0, 0.0]), atol=1e-5, rtol=0.0)


def test_straddled_rest_pose_stays_straddled() -> None:
    """Our legs are straight down at rest; they must point where the source's point, not where its frames do."""
    pos, _ = retarget(make_source(), CMU_BONES).poses()
    thigh, shin = pos[:, 2] - pos[:, 1], pos[:, 3] - pos[:, 2]
    for bone in (thigh, shin):  # the source travels to its left, so its left is +x now
        angle = torch.atan2(bone[:, 0], -bone[:, 2])
        torch.testing.assert_close(angle, torch.full_like(angle, SPLAY), atol=0.06, rtol=0.0)


def test_pitched_feet_are_levelled_and_stand_on_the_ground() -> None:
    motion = retarget(make_source(splay=0.0, foot_pitch=0.15), CMU_BONES)
    up = quat_rotate(feet_of(motion).quat, torch.tensor([0.0, 0.0, 1.0]).double().expand(len(motion), 2, 3))
    torch.testing.assert_close(up[..., 2], torch.ones_like(up[..., 2]), atol=1e-6, rtol=0.0)
    assert floor_quality(motion).penetration < 1e-6


def test_short_or_foreign_recordings_are_refused() -> None:
    with pytest.raises(ValueError, match="has 20 frames; at least 32 are needed"):
        retarget(make_source(frames=20), CMU_BONES)
    with pytest.raises(ValueError, match="no bone tail"):
        retarget(make_source(), CMU_BONES | {"Head": "tail"})


def test_bodies_without_a_bone_stay_straight_on_their_parents() -> None:
    """Legs, whose bones are splayed, and hands, whose bones are there."""
    source = make_source()
    nod = quat_from_rotvec(torch.tensor([0.0, 0.3, 0.0], dtype=torch.float64))
    source.quat[:, [NAMES.index(name) for name in ("lowerback", "head", "lwrist")]] = nod
    followed = retarget(source, CMU_BONES).local_quat
    straight = retarget(source, CMU_BONES | {"Torso": None, "Head": None, "L_Wrist": None}).local_quat
    bodies = SPEC.body_ids("Torso", "Head", "L_Wrist")
    assert followed[:, bodies, 3].max() < 0.999
    torch.testing.assert_close(straight[:, bodies, 3].abs(), torch.ones(len(straight), 3).double())


@pytest.mark.parametrize("bones", [CMU_BONES, BVH_BONES, DEEPMIMIC_BONES])
def test_tables_name_every_body_and_both_sides(bones: dict[str, str | None]) -> None:
    assert set(bones) == set(SPEC.body_names)
    assert bones["Pelvis"] is not None
    used = [bone for bone in bones.values() if bone]
    assert len(used) == len(set(used))
