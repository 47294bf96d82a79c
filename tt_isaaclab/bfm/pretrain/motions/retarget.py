# SPDX-License-Identifier: BSD-3-Clause
"""Fit recorded motions to our body: world rotations relative to the rest pose carry over, positions are scaled."""

from __future__ import annotations

import math

import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID as SPEC
from tt_isaaclab.kinematics.rotations import quat_conj, quat_mul, quat_rotate

from .bones import BoneTable
from .curves import quat_between, smooth, smooth_quat, velocity
from .footwork import plant_feet
from .motion import KINEMATICS, Motion
from .source import SourceMotion
from .toes import bend_toes

FPS = 30.0
"""Frame rate of the fitted motions: the control rate [1/s]."""

_SMOOTHING = 0.02
"""Standard deviation of the Gaussian that takes marker noise out [s]: half of the signal passes at 9 Hz."""

_LIMBS = {"Hip": "Knee", "Knee": "Ankle", "Shoulder": "Elbow", "Elbow": "Wrist"}
"""Segments that must point where the source's bone points, and the body at their far end."""


def retarget(source: SourceMotion, bones: BoneTable) -> Motion:
    """Fit a recorded motion to our body at `FPS`, starting at the origin and travelling along +x.

    Args:
        source: The recording.
        bones: The table of its skeleton.

    Raises:
        ValueError: if the recording lacks a bone, or is too short to be smoothed.
    """
    missing = sorted({bone for bone in bones.values() if bone} - set(source.names))
    if missing:
        raise ValueError(f"The recording has no bone {', '.join(missing)}; give a table for its skeleton.")
    ends = margin(source)
    if len(source.quat) < 4 * ends:
        raise ValueError(f"The recording has {len(source.quat)} frames; at least {4 * ends} are needed.")
    bone: list[int] = []
    for name, parent in zip(SPEC.body_names, SPEC.parents, strict=True):
        followed = bones[name]
        bone.append(bone[parent] if followed is None else source.names.index(followed))

    quat = quat_mul(source.quat[:, bone], _alignment(source, bone))
    quat = _flat_feet(quat, source, bone)
    quat = smooth_quat(quat, _SMOOTHING * source.fps)
    local = torch.cat((quat[:, :1], quat_mul(quat_conj(quat[:, KINEMATICS.parents[1:]]), quat[:, 1:])), dim=1)

    hips, knees = SPEC.body_ids("L_Hip", "R_Hip"), SPEC.body_ids("L_Knee", "R_Knee")
    leg = KINEMATICS.offsets[[knees[0], knees[0] + 1]].norm(dim=-1).sum()
    source_leg = source.rest_bones[[bone[hips[0]], bone[knees[0]]]].norm(dim=-1).sum()
    hip_center = source.joint_pos[:, [bone[h] for h in hips]].mean(1) * (leg / source_leg)
    root_pos = hip_center - quat_rotate(quat[:, 0], KINEMATICS.offsets[hips].mean(0).expand(len(quat), 3))
    motion = Motion(source.fps, smooth(root_pos, _SMOOTHING * source.fps), local)
    if bones["L_Toe"] is None:
        motion = bend_toes(motion)
    motion = plant_feet(motion)[ends:-ends]
    return motion.resample(FPS).facing_forward()


def margin(source: SourceMotion) -> int:
    """Frames that a fitted motion lacks at either end of its recording: smoothing has spoiled them."""
    return math.ceil(3.0 * _SMOOTHING * source.fps)


def _alignment(source: SourceMotion, bone: list[int]) -> torch.Tensor:
    """Rotation (B, 4) of our bodies at the source's rest pose: limbs point along its bones, the rest follows."""
    rotations = [source.quat.new_tensor([0.0, 0.0, 0.0, 1.0])] * len(SPEC.body_names)
    for body, name in enumerate(SPEC.body_names[1:], start=1):
        side, _, part = name.partition("_")
        if part in _LIMBS:
            rest = source.quat.new_tensor(SPEC.offsets[SPEC.body_names.index(f"{side}_{_LIMBS[part]}")])
            there = source.rest_bones[bone[body]]
            rotations[body] = quat_between(rest / rest.norm(), there / there.norm())
        else:
            rotations[body] = rotations[SPEC.parents[body]]
    return torch.stack(rotations)


def _flat_feet(quat: torch.Tensor, source: SourceMotion, bone: list[int]) -> torch.Tensor:
    """Turn the feet (T, B, 4) in their own frames so that the soles are level while they stand.

    A subject's feet are rarely level in the recorded rest pose. They stand in the fifth of the frames in which the tip
    of the foot moves least.
    """
    up = quat.new_tensor([0.0, 0.0, 1.0])
    quat = quat.clone()
    for ankle in SPEC.body_ids(*SPEC.ankles):
        speed = velocity(source.tip_pos[:, bone[ankle]], source.fps).norm(dim=-1)
        standing = speed <= torch.quantile(speed, 0.2)
        sole = quat_rotate(quat_conj(quat[standing, ankle]), up.expand(int(standing.sum()), 3)).median(0).values
        level = quat_between(up, sole / sole.norm())
        for body in (ankle, ankle + 1):  # the foot and its toes
            quat[:, body] = quat_mul(quat[:, body], level)
    return quat
