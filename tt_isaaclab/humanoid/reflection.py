# SPDX-License-Identifier: BSD-3-Clause
"""The humanoid's mirror image: left and right change places in what it feels, is asked and does."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from .spec import DEFAULT_HUMANOID

VECTOR, AXIAL = (1.0, -1.0, 1.0), (-1.0, 1.0, -1.0)
"""What a reflection in the plane y = 0 does to a vector, and to an angular velocity or a rotation vector."""
ROTATION = VECTOR + VECTOR
"""The same for a 6-D rotation: the rotated x axis and the rotated z axis."""

_BODIES = DEFAULT_HUMANOID.body_names

STATE = ((("height",), (1.0,)), (_BODIES[1:], VECTOR), (_BODIES, ROTATION), (_BODIES, VECTOR), (_BODIES, AXIAL))
"""Blocks of a `Reflection` of self observations (358)."""


class Reflection(nn.Module):
    """Reflects numbers in the plane y = 0 of the heading frame: left and right change places.

    Args:
        blocks: One after another, the names of bodies or joints and the signs of the numbers that each of them has;
            a name without side stays where it is.
    """

    def __init__(self, blocks: Sequence[tuple[Sequence[str], Sequence[float]]]) -> None:
        super().__init__()
        order, signs, start = [], [], 0
        for names, sign in blocks:
            for name in names:
                first = start + len(sign) * names.index(other_side(name))
                order += range(first, first + len(sign))
                signs += sign
            start += len(names) * len(sign)
        self.register_buffer("order", torch.tensor(order), persistent=False)
        self.register_buffer("signs", torch.tensor(signs), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Reflected numbers (..., D)."""
        return x[..., self.order] * self.signs


def other_side(name: str) -> str:
    """Name of the body or joint across; its own for what lies in the middle."""
    return {"L_": "R_", "R_": "L_"}.get(name[:2], name[:2]) + name[2:]


def state_reflection() -> Reflection:
    """Of self observations (358)."""
    return Reflection(STATE)


def targets_reflection(slots: Sequence[str]) -> Reflection:
    """Of rows (184) of `sparse_targets`, whose slots hold these bodies."""
    bit = (1.0,)
    body, motion = 4 * VECTOR + bit + 2 * ROTATION + bit, 2 * ROTATION + bit + 4 * VECTOR + bit
    return Reflection([(slots, body), (("heading and velocity",), motion), (("time", "one"), bit)])


def action_reflection() -> Reflection:
    """Of actions (69), rotation vectors."""
    return Reflection([(DEFAULT_HUMANOID.joint_names, AXIAL)])
