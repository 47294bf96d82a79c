# SPDX-License-Identifier: BSD-3-Clause
"""The checks that a body must pass before a behaviour model of SMPL topology may drive it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..anatomy import ANATOMY, Box, Capsule, Segment, Shape

_OURS = {segment.name: segment for segment in ANATOMY}
_TOTAL_MASS = (30.0, 150.0)  # kg


class HumanoidFileError(ValueError):
    """A body file that cannot be used."""


@dataclass(frozen=True)
class Body:
    """A body as a table of segments.

    Attributes:
        anatomy: Segments in canonical order; the serial hinge order of each joint is that of our own body.
        uncollidable: Pairs of bodies that may overlap.
        standing_height: Pelvis height of the rest pose on both soles [m].
    """

    anatomy: tuple[Segment, ...]
    uncollidable: tuple[tuple[str, str], ...]
    standing_height: float


def checked_body(path: Path, segments: Sequence[Segment], uncollidable: Sequence[tuple[str, str]]) -> Body:
    """A body of these segments.

    Raises:
        HumanoidFileError: Names, order, parents, gains or masses are not those of an SMPL humanoid.
    """
    names, ours = [segment.name for segment in segments], list(_OURS)
    if names != ours:
        wrong = next((i for i, (a, b) in enumerate(zip(names, ours)) if a != b), min(len(names), len(ours)))
        found, wanted = (x[wrong] if wrong < len(x) else "nothing" for x in (names, ours))
        raise HumanoidFileError(
            f"{path}: body {wrong} is {found}, not {wanted}; the behaviour models know the {len(ours)} SMPL bodies in "
            "depth-first order"
        )
    for segment in segments:
        own = _OURS[segment.name]
        if segment.parent != own.parent:
            raise HumanoidFileError(f"{path}: {segment.name} hangs on {segment.parent}, not on {own.parent}")
        if own.parent is not None and abs(segment.stiffness - own.stiffness) > 1e-3 * own.stiffness:
            raise HumanoidFileError(
                f"{path}: {segment.name} has stiffness {segment.stiffness:g}, not {own.stiffness:g} N m/rad; use the gains "
                "that the behaviour models were trained with"
            )
        if not segment.mass > 0.0:
            raise HumanoidFileError(f"{path}: {segment.name} has no mass")
    total = sum(segment.mass for segment in segments)
    if not _TOTAL_MASS[0] <= total <= _TOTAL_MASS[1]:
        raise HumanoidFileError(
            f"{path}: weighs {total:.1f} kg, not {_TOTAL_MASS[0]:g} to {_TOTAL_MASS[1]:g}; check units"
        )
    return Body(tuple(segments), tuple(uncollidable), _standing_height(segments))


def hinges_of(name: str) -> str:
    """Serial hinge order of a joint on engines without spherical joints."""
    return _OURS[name].hinges if name in _OURS else "xyz"


def canonical_index(name: str) -> int:
    """Place of a body in canonical order; unknown ones come last."""
    return list(_OURS).index(name) if name in _OURS else len(_OURS)


def _standing_height(segments: Sequence[Segment]) -> float:
    """Height of the pelvis above the lowest point of the rest pose [m]."""
    height: dict[str | None, float] = {None: 0.0}
    for segment in segments:
        height[segment.name] = height[segment.parent] + (0.0 if segment.parent is None else segment.offset[2])
    return -min(height[segment.name] + _lowest(segment.shape) for segment in segments)


def _lowest(shape: Shape) -> float:
    """Lowest z of a shape in its body's frame [m]."""
    if isinstance(shape, Capsule):
        return min(shape.start[2], shape.end[2]) - shape.radius
    if isinstance(shape, Box):
        w, x, y, z = shape.orientation
        up = (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y))  # world z in the box's axes
        return shape.center[2] - float(np.abs(up) @ np.array(shape.half_extents))
    return shape.center[2] - shape.radius
