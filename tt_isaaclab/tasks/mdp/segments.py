# SPDX-License-Identifier: BSD-3-Clause
"""Success of a command segment, defined once for training logs and evaluation."""

from __future__ import annotations

from enum import IntEnum

import torch

ORDER_CHANGED = "order_changed"
"""Key of the environment's extras: which environments got another order after this control step (N,), bool."""


class Outcome(IntEnum):
    """How a command segment ended in the last control step."""

    NONE = 0
    """No segment ended, or it ended by the time limit before it was measured."""
    SUCCESS = 1
    """Every measured step was within tolerance."""
    FAILURE = 2
    """A measured step was out of tolerance, or the humanoid fell while being measured."""
    EARLY_FALL = 3
    """The humanoid fell before it was measured: a failure here, left out of the paper's count."""


class SegmentSuccess:
    """Judges command segments of N environments: after a grace period every step, or the last one, must be good.

    Call :meth:`step` once per control step, then :meth:`close` for the segments that end in it.

    Args:
        num_envs: Number of environments.
        grace: Steps at the start of a segment that are not measured.
        last_step: Judge the last step alone.
        window: Number of finished segments the running success rate looks back on.
        device: Torch device.
    """

    def __init__(
        self, num_envs: int, grace: int, last_step: bool = False, window: int = 1024, device: str = "cpu"
    ) -> None:
        self.grace, self.last_step = grace, last_step
        self.elapsed = torch.zeros(num_envs, dtype=torch.long, device=device)
        """Steps since the segment began. Shape (N,)."""
        self.good = torch.ones(num_envs, dtype=torch.bool, device=device)
        """Whether every measured step so far was good, or the last one. Shape (N,)."""
        self.outcome = torch.zeros(num_envs, dtype=torch.long, device=device)
        """:class:`Outcome` of the last control step. Shape (N,)."""
        self._recent = torch.zeros(window, device=device)
        self._closed = 0

    @property
    def measured(self) -> torch.Tensor:
        """Whether the segment has reached its measured part. Shape (N,), bool."""
        return self.elapsed > self.grace

    @property
    def success_rate(self) -> float:
        """Share of successes among the last finished segments; falls are failures. NaN before the first one ends."""
        count = min(self._closed, len(self._recent))
        return float(self._recent[:count].mean()) if count else float("nan")

    def step(self, good: torch.Tensor) -> None:
        """Take one control step into account; ``good`` (N,) says whether it was within tolerance."""
        self.outcome.zero_()
        self.elapsed += 1
        self.good[:] = good if self.last_step else self.good & (good | ~self.measured)

    def close(self, env_ids: torch.Tensor, fell: torch.Tensor) -> None:
        """End the segments of ``env_ids`` (K,); ``fell`` (K,) says which end by a fall or a blow-up."""
        measured = self.measured[env_ids]
        success = measured & self.good[env_ids] & ~fell
        outcome = torch.where(measured, Outcome.FAILURE, Outcome.NONE)
        outcome = torch.where(fell & ~measured, Outcome.EARLY_FALL, outcome)
        outcome = torch.where(success, Outcome.SUCCESS, outcome)
        self.outcome[env_ids] = outcome
        for value in success[outcome != Outcome.NONE].tolist():
            self._recent[self._closed % len(self._recent)] = value
            self._closed += 1
        self.elapsed[env_ids] = 0
        self.good[env_ids] = True
