# SPDX-License-Identifier: BSD-3-Clause
"""The past as words: a ring of the last control steps, and the two ways in which MaskedMimic writes it down."""

import torch

from .heading import heading_quat_inverse
from .rotations import quat_mul, quat_rotate, quat_to_tan_norm


class Ring:
    """The last values of N rows; a value's age is the number of pushes since its own."""

    def __init__(self, length: int, value: torch.Tensor) -> None:
        """Hold ``length`` values, all equal to ``value`` (N, ...) at first."""
        self._values = value.unsqueeze(0).repeat(length, *(1 for _ in value.shape))
        self._newest = 0

    def push(self, value: torch.Tensor) -> None:
        """Make ``value`` (N, ...) the newest; the oldest is forgotten."""
        self._newest = (self._newest + 1) % len(self._values)
        self._values[self._newest] = value

    def fill(self, rows: torch.Tensor | slice, value: torch.Tensor) -> None:
        """Give some rows a past in which nothing changed: ``value`` (n, ...)."""
        self._values[:, rows] = value

    def at(self, ages: torch.Tensor) -> torch.Tensor:
        """Values (N, T, ...) of the given ages (T,), each below the length."""
        return self._values[(self._newest - ages) % len(self._values)].transpose(0, 1)


def history_rows(observations: torch.Tensor, age: torch.Tensor) -> torch.Tensor:
    """History rows (N, T, D + 1) of MaskedMimic v2.3 and v3: what was felt then, in the frame of then, and its age.

    Args:
        observations: Self observations of earlier steps (N, T, D).
        age: What the model is told of their age (T,) [s].
    """
    return torch.cat((observations, age.expand(observations.shape[:2]).unsqueeze(-1)), dim=-1)


def history_rows_v1(
    body_pos: torch.Tensor, body_quat: torch.Tensor, root_pos: torch.Tensor, root_quat: torch.Tensor, age: torch.Tensor
) -> torch.Tensor:
    """History rows (N, T, 9 B + 1) of MaskedMimic v1; 217 for 24 bodies.

    Poses are relative to the pelvis of *now*, in its heading frame of *now*. v1 was trained on rows that are not one
    frame each: all positions of all frames, then all 6-D rotations of all frames, cut into T rows of 9 B, and to row i
    the age of frame i. Its weights need just that.

    Args:
        body_pos: Earlier body positions, newest first (N, T, B, 3), world [m].
        body_quat: Earlier body orientations (N, T, B, 4), world, xyzw.
        root_pos: Pelvis now (N, 3), world [m].
        root_quat: Pelvis now (N, 4), world, xyzw.
        age: Age of each frame (T,) [s].
    """
    to_heading = heading_quat_inverse(root_quat)[:, None, None]
    positions = quat_rotate(to_heading, body_pos - root_pos[:, None, None])
    rotations = quat_to_tan_norm(quat_mul(to_heading, body_quat))
    numbers = torch.cat((positions.flatten(1), rotations.flatten(1)), dim=1)
    return history_rows(numbers.unflatten(1, (len(age), -1)), age)
