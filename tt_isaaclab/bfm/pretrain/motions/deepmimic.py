# SPDX-License-Identifier: BSD-3-Clause
"""Reader of DeepMimic clips: JSON frames of root pose and joint rotations, for a skeleton in a file beside them.

The files are y up and face +x, lengths are metres; what comes out is as `SourceMotion` says.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import torch

from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, quat_mul, quat_rotate

from .skeleton import Joint, pose_tree
from .source import SourceMotion

SKELETON = "humanoid3d_skeleton.json"
"""Name of the skeleton's file, in the folder of the clips."""
CYCLES = 3
"""A clip that repeats itself is played so often: a cycle needs neighbours to be smoothed and to be found again."""

_AXES = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
"""File axes (forward, up, right) to ours (forward, left, up)."""
_VALUES = {"none": 7, "spherical": 4, "revolute": 1, "fixed": 0}
"""Numbers in a frame for each type of joint: the root's position and quaternion, a quaternion, an angle."""


def read_deepmimic(path: Path) -> SourceMotion:
    """Read a clip and the file `SKELETON` beside it; a bone is called by the joint it begins at.

    Raises:
        ValueError: if the files are not a clip and its skeleton.
    """
    joints, types = _skeleton(path.with_name(SKELETON))
    clip = _json(path)
    rows, width = clip.get("Frames"), 1 + sum(_VALUES[kind] for kind in types)
    if not isinstance(rows, list) or len(rows) < 2:
        raise ValueError(f"{path}: not a DeepMimic clip; it needs two or more 'Frames'.")
    for number, row in enumerate(rows):
        if len(row) != width:
            raise ValueError(
                f"{path}: frame {number} has {len(row)} values where {SKELETON} asks for {width};"
                " use the skeleton that the clip was made for."
            )
    frames = torch.tensor(rows, dtype=torch.float64)
    motion = pose_tree(joints, frames[:, 1:4], _rotations(frames[:, 4:], types), 1.0 / frames[0, 0].item(), _AXES)
    return _repeat(motion) if clip.get("Loop") == "wrap" else motion


def _json(path: Path) -> dict:
    if not path.is_file():
        raise ValueError(f"{path}: no such file; a DeepMimic clip needs it.")
    try:
        return json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}:{error.lineno}: not JSON, or cut short; get the file again.") from error


def _skeleton(path: Path) -> tuple[list[Joint], list[str]]:
    """The joints and the type of each. A bone ends at the joint's first child, a leaf at twice its shape's centre."""
    content = _json(path)
    try:
        rows = content["Skeleton"]["Joints"]
        centers = [[body[f"Attach{axis}"] for axis in "XYZ"] for body in content["BodyDefs"]]
        joints = [Joint(row["Name"], row["Parent"], [row[f"Attach{axis}"] for axis in "XYZ"]) for row in rows]
        types = [row["Type"] for row in rows]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path}: no DeepMimic skeleton; it lacks {error}.") from error
    if unknown := sorted(set(types) - _VALUES.keys()):
        raise ValueError(f"{path}: joints of type {unknown[0]!r} are not known; known are {', '.join(_VALUES)}.")
    if len(centers) != len(joints) or any(joint.parent >= i for i, joint in enumerate(joints)):
        raise ValueError(f"{path}: the joints need their parents before them and a body in 'BodyDefs' each.")
    for i, joint in enumerate(joints):
        children = [other.offset for other in joints if other.parent == i]
        joint.tip = children[0] if children else [2.0 * c for c in centers[i]]
    return joints, types


def _rotations(values: torch.Tensor, types: list[str]) -> list[torch.Tensor]:
    """Local rotation (T, 4) xyzw of each joint, from the columns after the root's position."""
    rotations = []
    for columns, kind in zip(values.split([4, *(_VALUES[kind] for kind in types[1:])], dim=1), types, strict=True):
        if kind in ("none", "spherical"):
            quat = columns[:, [1, 2, 3, 0]]
            rotations.append(quat / quat.norm(dim=-1, keepdim=True))
        else:  # hinges turn about z; a fixed joint has no column, and the sum of none is 0
            angle = columns.sum(-1, keepdim=True)
            rotations.append(quat_from_rotvec(angle * values.new_tensor([0.0, 0.0, 1.0])))
    return rotations


def _repeat(motion: SourceMotion) -> SourceMotion:
    """`CYCLES` times the motion: go on where the last frame is, which shows the first one again further on."""
    root = motion.joint_pos[:, 0]
    yaw = heading_angle(motion.quat[-1, 0]) - heading_angle(motion.quat[0, 0])
    pieces = [motion]
    for _ in range(CYCLES - 1):
        end = pieces[-1].joint_pos[-1, 0]
        turn = quat_from_yaw(yaw * len(pieces))
        shift = (end - quat_rotate(turn, root[0])) * root.new_tensor([1.0, 1.0, 0.0])
        pieces[-1] = pieces[-1][slice(None, -1)]
        pieces.append(
            replace(
                motion,
                joint_pos=quat_rotate(turn, motion.joint_pos) + shift,
                tip_pos=quat_rotate(turn, motion.tip_pos) + shift,
                quat=quat_mul(turn.expand_as(motion.quat), motion.quat),
            )
        )
    joined = {key: torch.cat([getattr(piece, key) for piece in pieces]) for key in ("joint_pos", "tip_pos", "quat")}
    return replace(motion, **joined)
