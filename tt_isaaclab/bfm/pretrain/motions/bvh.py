# SPDX-License-Identifier: BSD-3-Clause
"""Reader of Biovision motion capture (BVH): a tree of joints and its channels in one file.

The files are y up and face +z, lengths are centimetres, angles degrees; what comes out is as `SourceMotion` says.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch

from .skeleton import Joint, pose_tree, turns
from .source import SourceMotion

_AXES = ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
"""File axes (left, up, forward) to ours (forward, left, up)."""
_CENTIMETRE = 0.01
_CHANNELS = {f"{axis}position": f"t{axis.lower()}" for axis in "XYZ"} | {
    f"{axis}rotation": f"r{axis.lower()}" for axis in "XYZ"
}
"""Channel name in the file -> tx ty tz rx ry rz."""


def read_bvh(path: Path) -> SourceMotion:
    """Read a recording; a bone is called by the joint it begins at, and ends at that joint's first child.

    Raises:
        ValueError: if the file is not a BVH file or was cut short.
    """
    lines = path.read_text().splitlines()
    joints, channels, start = _hierarchy(lines, path)
    fps, values = _motion(lines, start, sum(map(len, channels)), path)
    columns = list(values.split([len(c) for c in channels], dim=1))
    translation = columns[0][:, [channels[0].index(c) for c in ("tx", "ty", "tz")]]
    # Each rotation is about an axis that the ones before it have turned: about fixed axes, the last one comes first.
    local = [turns(v.flip(1) * (math.pi / 180.0), c[::-1]) for v, c in zip(columns, channels, strict=True)]
    return pose_tree(joints, translation, local, fps, _AXES, _CENTIMETRE)


def _hierarchy(lines: list[str], path: Path) -> tuple[list[Joint], list[list[str]], int]:
    """The joints, the channels of each, and the index of the line after MOTION."""
    joints: list[Joint] = []
    channels: list[list[str]] = []
    open_blocks: list[int] = []  # joint that each open brace belongs to
    for number, line in enumerate(lines, start=1):
        words = line.split()
        try:
            if words[:1] in (["ROOT"], ["JOINT"]):
                joints.append(Joint(words[1], open_blocks[-1] if open_blocks else -1, ()))
                channels.append([])
            elif words == ["{"]:
                open_blocks.append(len(joints) - 1)
            elif words == ["}"]:
                open_blocks.pop()
            elif words[:1] == ["OFFSET"]:
                _offset(joints, open_blocks[-1], [float(w) for w in words[1:4]])
            elif words[:1] == ["CHANNELS"]:
                channels[open_blocks[-1]] = [_CHANNELS[w] for w in words[2 : 2 + int(words[1])]]
            elif words == ["MOTION"]:
                break
        except (IndexError, KeyError, ValueError) as error:
            raise ValueError(f"{path}:{number}: {line.strip()!r} does not belong in a BVH hierarchy.") from error
    else:
        raise ValueError(f"{path}: not a BVH recording, or cut short: it has no MOTION; get the file again.")
    placed = joints and all(joint.offset for joint in joints) and not open_blocks
    if not placed or not {"tx", "ty", "tz"} <= set(channels[0]):
        raise ValueError(f"{path}: the hierarchy is not one closed tree with a moving root; get the file again.")
    return joints, channels, number


def _offset(joints: list[Joint], joint: int, offset: list[float]) -> None:
    """Place a joint, or the end of its bone if it has a place already (an End Site)."""
    if len(offset) != 3:
        raise ValueError
    if joints[joint].offset:
        joints[joint].tip = offset
        return
    joints[joint].offset = offset
    parent = joints[joint].parent
    if parent >= 0 and not any(other.parent == parent for other in joints[:joint]):
        joints[parent].tip = offset


def _motion(lines: list[str], start: int, width: int, path: Path) -> tuple[float, torch.Tensor]:
    """Frame rate [1/s] and channel values (T, ``width``)."""
    head = [line.split(":") for line in lines[start : start + 2]]
    if [words[0].strip() for words in head] != ["Frames", "Frame Time"]:
        raise ValueError(f"{path}:{start + 1}: 'Frames:' and 'Frame Time:' must follow MOTION; get the file again.")
    rows = [(start + 3 + i, line.split()) for i, line in enumerate(lines[start + 2 :]) if line.strip()]
    for number, row in rows:
        if len(row) != width:
            raise ValueError(f"{path}:{number}: {len(row)} values where the channels are {width}; get the file again.")
    try:
        frames, frame_time = int(head[0][1]), float(head[1][1])
        values = torch.tensor([[float(word) for word in row] for _, row in rows], dtype=torch.float64)
    except ValueError as error:
        raise ValueError(f"{path}: {error} below MOTION; get the file again.") from error
    if len(rows) != frames:
        raise ValueError(f"{path}: {len(rows)} frames where it promises {frames}; it is cut short, get the file again.")
    return 1.0 / frame_time, values
