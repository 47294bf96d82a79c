# SPDX-License-Identifier: BSD-3-Clause
"""Reader of Acclaim motion capture, as the CMU database has it: an ASF skeleton and AMC motions.

The files are y up and face +z; what comes out is z up, faces +x, and has its left side at +y.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch

from tt_isaaclab.kinematics.rotations import quat_conj, quat_mul, quat_rotate

from .skeleton import turns
from .source import SourceMotion

AMC_FPS = 120.0
"""Frame rate of the CMU recordings [1/s]; AMC files do not name theirs."""

_INCH = 0.0254


@dataclass(frozen=True)
class AsfSkeleton:
    """A skeleton at rest, in the file's y-up axes. Bone 0 is the root, parents come before children."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each bone's parent; -1 for the root."""
    bones: torch.Tensor
    """From each bone's joint to its tip (B, 3) [m]; zero for the root."""
    axes: torch.Tensor
    """Frame (B, 4) xyzw in which each bone's angles turn."""
    channels: tuple[tuple[str, ...], ...]
    """Per bone, what a line of the AMC file holds: some of tx ty tz rx ry rz, in file order."""
    unit: float
    """Length of one file unit [m]."""


def read_asf(path: Path) -> AsfSkeleton:
    """Read a skeleton.

    Raises:
        ValueError: if the file is not an ASF skeleton with angles in degrees.
    """
    sections = _sections(path)
    if not {"units", "root", "bonedata", "hierarchy"} <= sections.keys():
        raise ValueError(f"{path}: not an ASF skeleton; it needs :units, :root, :bonedata and :hierarchy.")
    units = {line[0]: line[1] for line in sections["units"]}
    if units.get("angle") != "deg":
        raise ValueError(f"{path}: angles must be in degrees ('angle deg' under :units).")
    unit = _INCH / float(units["length"])
    root = {line[0]: line[1:] for line in sections["root"]}
    parents = _parents(sections["hierarchy"])

    names, vectors, channels = ["root"], [[0.0, 0.0, 0.0]], [tuple(c.lower() for c in root["order"])]
    axes = [_euler(root["orientation"], root["axis"][0])]
    for bone in _bones(sections["bonedata"]):
        name, length = bone["name"][0], float(bone["length"][0])
        if name not in parents:
            raise ValueError(f"{path}: bone {name!r} is missing under :hierarchy.")
        names.append(name)
        vectors.append([float(d) * length * unit for d in bone["direction"]])
        axes.append(_euler(bone["axis"][:3], bone["axis"][3]))
        channels.append(tuple(bone.get("dof", ())))
    order = _parents_first(names, parents)
    return AsfSkeleton(
        names=tuple(names[i] for i in order),
        parents=tuple(-1 if i == 0 else order.index(names.index(parents[names[i]])) for i in order),
        bones=torch.tensor(vectors, dtype=torch.float64)[order],
        axes=torch.stack(axes)[order],
        channels=tuple(channels[i] for i in order),
        unit=unit,
    )


def read_amc(path: Path, skeleton: AsfSkeleton, fps: float = AMC_FPS) -> SourceMotion:
    """Read a motion and pose the skeleton with it.

    Raises:
        ValueError: if a line does not fit the skeleton.
    """
    angles, root_pos = _amc_values(path, skeleton)
    local = [
        quat_mul(quat_mul(axis, turns(a, channels)), quat_conj(axis))
        for axis, a, channels in zip(skeleton.axes, angles, skeleton.channels, strict=True)
    ]
    quat, tip = [local[0]], [root_pos]
    for bone in range(1, len(skeleton.names)):
        parent = skeleton.parents[bone]
        quat.append(quat_mul(quat[parent], local[bone]))
        tip.append(tip[parent] + quat_rotate(quat[bone], skeleton.bones[bone]))
    return SourceMotion(
        fps=fps,
        names=skeleton.names,
        joint_pos=_z_up(torch.stack([tip[max(p, 0)] for p in skeleton.parents], dim=1)),
        tip_pos=_z_up(torch.stack(tip, dim=1)),
        quat=torch.cat((_z_up(torch.stack(quat, dim=1)[..., :3]), torch.stack(quat, dim=1)[..., 3:]), dim=-1),
        rest_bones=_z_up(skeleton.bones),
    )


def _z_up(vector: torch.Tensor) -> torch.Tensor:
    """File axes (left, up, forward) to ours (forward, left, up)."""
    return vector[..., [2, 0, 1]]


def _sections(path: Path) -> dict[str, list[list[str]]]:
    """Lines of each ``:keyword`` section, split into words."""
    sections: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    for line in path.read_text().splitlines():
        words = line.split("#")[0].replace("(", " ").replace(")", " ").split()
        if words and words[0].startswith(":"):
            current = sections.setdefault(words[0][1:], [])
        elif words:
            current.append(words)
    return sections


def _bones(lines: list[list[str]]) -> list[dict[str, list[str]]]:
    """The ``begin … end`` blocks as key -> words."""
    blocks: list[dict[str, list[str]]] = []
    for key, *words in lines:
        if key == "begin":
            blocks.append({})
        elif key != "end":
            blocks[-1].setdefault(key, words)
    return blocks


def _parents(lines: list[list[str]]) -> dict[str, str]:
    return {child: words[0] for words in lines if words[0] not in ("begin", "end") for child in words[1:]}


def _parents_first(names: list[str], parents: dict[str, str]) -> list[int]:
    """Indices of the bones, nearest to the root first."""

    def depth(name: str) -> int:
        return 0 if name == "root" else 1 + depth(parents[name])

    return sorted(range(len(names)), key=lambda i: depth(names[i]))


def _euler(degrees: list[str], order: str) -> torch.Tensor:
    """Rotation (4,) of three angles about the fixed axes named by ``order``, the first one first."""
    angles = torch.tensor([[float(d) for d in degrees]], dtype=torch.float64)
    return turns(torch.deg2rad(angles), tuple(f"r{axis.lower()}" for axis in order))[0]


def _amc_values(path: Path, skeleton: AsfSkeleton) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Per bone the channel values (T, C) [rad; translations untouched], and the root position (T, 3) [m]."""
    index = {name: i for i, name in enumerate(skeleton.names)}
    rows: list[list[list[float]]] = [[] for _ in skeleton.names]
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        words = line.split("#")[0].split()
        if len(words) < 2:  # blank, keyword or frame number
            continue
        bone = index.get(words[0])
        if bone is None or len(words) - 1 != len(skeleton.channels[bone]):
            raise ValueError(f"{path}:{number}: {words[0]!r} does not fit the skeleton; is it the same subject's?")
        rows[bone].append([float(w) for w in words[1:]])
    frames = len(rows[0])
    for name, row, channels in zip(skeleton.names, rows, skeleton.channels, strict=True):
        if channels and (len(row) != frames or not frames):
            raise ValueError(f"{path}: bone {name!r} has {len(row)} frames where the root has {frames}.")
    values = [torch.tensor(row or [[]] * frames, dtype=torch.float64).view(frames, -1) for row in rows]
    translation = [skeleton.channels[0].index(c) for c in ("tx", "ty", "tz")]
    return [v * (math.pi / 180.0) for v in values], values[0][:, translation] * skeleton.unit
