# SPDX-License-Identifier: BSD-3-Clause
"""Forward kinematics of the humanoid: from root and joint rotations to the poses and velocities of all bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from .rotations import quat_mul, quat_rotate

if TYPE_CHECKING:
    from tt_isaaclab.humanoid.spec import HumanoidSpec


class ForwardKinematics:
    """Poses and velocities of B bodies, batch first; exact, differentiable, and a loop over tree depth only."""

    def __init__(
        self, spec: HumanoidSpec, device: torch.device | str | None = None, dtype: torch.dtype = torch.float32
    ) -> None:
        parents = spec.parents
        self.parents = torch.tensor([max(p, 0) for p in parents], device=device)
        """Parent of each body (B,); the root is its own."""
        self.offsets = torch.tensor(spec.offsets, device=device, dtype=dtype)
        """Rest position of each body in its parent's frame (B, 3) [m]."""
        self.offsets[0] = 0.0
        depth: list[int] = []
        self._ancestors = torch.zeros(len(parents), len(parents), device=device, dtype=dtype)
        for body, parent in enumerate(parents):
            depth.append(0 if parent < 0 else depth[parent] + 1)
            if parent >= 0:
                self._ancestors[body] = self._ancestors[parent]
            self._ancestors[body, body] = 1.0
        levels = [[b for b, d in enumerate(depth) if d == level] for level in range(1, max(depth) + 1)]
        self._levels = [torch.tensor(bodies, device=device) for bodies in levels]

    def poses(self, root_pos: torch.Tensor, local_quat: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """World positions (..., B, 3) [m] and orientations (..., B, 4) xyzw of all bodies.

        Args:
            root_pos: Position of the root (..., 3), world [m].
            local_quat: Orientation of each body in its parent's frame (..., B, 4) xyzw; the root's is in the world.
        """
        quat = local_quat.clone()
        for bodies in self._levels:
            quat[..., bodies, :] = quat_mul(quat[..., self.parents[bodies], :], local_quat[..., bodies, :])
        arms = quat_rotate(quat[..., self.parents, :], self.offsets)
        return root_pos.unsqueeze(-2) + self._ancestors @ arms, quat

    def velocities(
        self,
        body_pos: torch.Tensor,
        body_quat: torch.Tensor,
        root_lin_vel: torch.Tensor,
        root_ang_vel: torch.Tensor,
        joint_ang_vel: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Velocities (..., B, 3) of the body frame origins [m/s] and angular velocities (..., B, 3) [rad/s], world.

        Args:
            body_pos: World positions from `poses` (..., B, 3) [m].
            body_quat: World orientations from `poses` (..., B, 4) xyzw.
            root_lin_vel: Velocity of the root (..., 3), world [m/s].
            root_ang_vel: Angular velocity of the root (..., 3), world [rad/s].
            joint_ang_vel: Angular velocity of each body but the root relative to its parent, in the body's own frame
                (..., B - 1, 3) [rad/s]: what a ball joint's velocity is.
        """
        relative = quat_rotate(body_quat[..., 1:, :], joint_ang_vel)
        ang_vel = self._ancestors @ torch.cat((root_ang_vel.unsqueeze(-2), relative), dim=-2)
        arms = body_pos - body_pos[..., self.parents, :]
        swing = torch.linalg.cross(ang_vel[..., self.parents, :], arms)
        return root_lin_vel.unsqueeze(-2) + self._ancestors @ swing, ang_vel
