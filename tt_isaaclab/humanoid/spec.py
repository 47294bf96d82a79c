# SPDX-License-Identifier: BSD-3-Clause
"""What the rest of the project knows about a humanoid: names, order, gains, roles. Never indices by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from .anatomy import ANATOMY, STANDING_HEIGHT, Segment

AXES = "xyz"


def backend_dof_names(hinges: dict[str, str]) -> list[str]:
    """Canonical coordinates (joint by joint, body axes x, y, z) as the engines name them: ``joint:slot``.

    Slots count the axes of the joint frame, which stand in serial hinge order.
    """
    return [f"{joint}:{order.index(axis)}" for joint, order in hinges.items() for axis in AXES]


def hinge_axes(hinges: dict[str, str]) -> list[list[int]]:
    """Per joint, the body axes (0 = x, 1 = y, 2 = z) in the order the serial hinges turn about them."""
    return [[AXES.index(axis) for axis in order] for order in hinges.values()]


@dataclass(frozen=True)
class HumanoidSpec:
    """Names and constants of a 24-body, 69-DoF humanoid in canonical (depth-first) order."""

    name: str
    body_names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each body's parent; -1 for the root."""
    offsets: tuple[tuple[float, float, float], ...]
    """Rest position of each body in its parent's frame [m]."""
    stiffness: tuple[float, ...]
    """Proportional gain of each of the 23 joints [N m/rad]."""
    damping: tuple[float, ...]
    """Derivative gain of each of the 23 joints [N m s/rad]."""
    hinges: dict[str, str]
    """Joint name -> serial order of its hinges on engines without spherical joints."""
    standing_height: float
    """Pelvis height of the rest pose standing on the ground [m]."""
    pelvis: str = "Pelvis"
    head: str = "Head"
    left_hand: str = "L_Hand"
    right_hand: str = "R_Hand"
    ankles: tuple[str, ...] = ("L_Ankle", "R_Ankle")
    feet: tuple[str, ...] = ("L_Ankle", "L_Toe", "R_Ankle", "R_Toe")
    """Bodies that may touch the ground without it being a fall."""
    conditionable: tuple[str, ...] = ("Pelvis", "L_Ankle", "R_Ankle", "L_Hand", "R_Hand", "Head")
    """Bodies that a sparse pose target can name (MaskedMimic v2.3 order)."""

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The 23 spherical joints, each named after its child body."""
        return self.body_names[1:]

    @property
    def dof_names(self) -> tuple[str, ...]:
        """The 69 coordinates ``L_Hip_x``, ``L_Hip_y``, ``L_Hip_z``, ``L_Knee_x``, …: one rotation vector a joint."""
        return tuple(f"{joint}_{axis}" for joint in self.joint_names for axis in AXES)

    def body_ids(self, *names: str) -> list[int]:
        """Canonical indices of the named bodies.

        Raises:
            ValueError: if a name is not a body of this humanoid.
        """
        return [self.body_names.index(name) for name in names]

    @property
    def hash(self) -> str:
        """SHA-256 of the description; a token or a BFM is bound to the body it was trained on."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def spec_of(name: str, anatomy: Sequence[Segment], standing_height: float) -> HumanoidSpec:
    """The description of a body."""
    names = tuple(segment.name for segment in anatomy)
    return HumanoidSpec(
        name=name,
        body_names=names,
        parents=tuple(-1 if s.parent is None else names.index(s.parent) for s in anatomy),
        offsets=tuple(s.offset for s in anatomy),
        stiffness=tuple(s.stiffness for s in anatomy[1:]),
        damping=tuple(s.damping for s in anatomy[1:]),
        hinges={s.name: s.hinges for s in anatomy[1:]},
        standing_height=standing_height,
    )


DEFAULT_HUMANOID = spec_of("tt_humanoid", ANATOMY, STANDING_HEIGHT)
"""The body this project ships."""
