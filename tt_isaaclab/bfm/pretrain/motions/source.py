# SPDX-License-Identifier: BSD-3-Clause
"""What every motion file reader returns: a posed source skeleton, before it is fitted to our body."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch


@dataclass(frozen=True)
class SourceMotion:
    """A recorded skeleton over T frames and B bones; z up, facing +x at rest, left at +y, metres, xyzw."""

    fps: float
    """Frame rate [1/s]."""
    names: tuple[str, ...]
    """Bone names; bone 0 is the root."""
    joint_pos: torch.Tensor
    """Where each bone begins (T, B, 3), world [m]."""
    tip_pos: torch.Tensor
    """Where each bone ends (T, B, 3), world [m]."""
    quat: torch.Tensor
    """World rotation of each bone away from the rest pose (T, B, 4); all are the identity at rest."""
    rest_bones: torch.Tensor
    """From joint to tip at rest (B, 3) [m]."""

    def __getitem__(self, frames: slice) -> SourceMotion:
        """Some of the frames."""
        return replace(self, joint_pos=self.joint_pos[frames], tip_pos=self.tip_pos[frames], quat=self.quat[frames])
