# SPDX-License-Identifier: BSD-3-Clause
"""Limits between policy and actuators; the defaults limit nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .observation import BodyState


@dataclass(frozen=True)
class Safety:
    """What is allowed to reach the actuators, and when to stop."""

    max_angle: float = math.inf
    """Largest rotation of a joint target from the rest pose [rad]."""
    max_rate: float = math.inf
    """Largest change of a joint target in a second [rad/s]."""
    min_height: float = 0.0
    """Pelvis height below which the policy is stopped [m]."""

    def limit(self, wanted: np.ndarray, previous: np.ndarray, step_dt: float) -> np.ndarray:
        """Joint targets (J, 3) [rad] nearest to the wanted ones along the way from the previous ones."""
        wanted = wanted * _shorten(wanted, self.max_angle)
        change = wanted - previous
        return previous + change * _shorten(change, self.max_rate * step_dt)

    def stop(self, state: BodyState) -> bool:
        """Whether the policy must no longer act."""
        return not np.isfinite(state.pos).all() or state.pos[0, 2] < self.min_height


def _shorten(vectors: np.ndarray, longest: float) -> np.ndarray:
    """Factors (J, 1) that bring rows (J, 3) to at most the given length."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.minimum(1.0, longest / np.maximum(lengths, 1.0e-12))
