# SPDX-License-Identifier: BSD-3-Clause
"""A motion of our body: the few numbers that define it, and all those that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.forward_kinematics import ForwardKinematics
from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate, rotvec_from_quat

from .curves import angular_velocity, sample_rows, velocity

KINEMATICS = ForwardKinematics(DEFAULT_HUMANOID, dtype=torch.float64)
"""Forward kinematics of our body, in the precision in which motions are prepared."""


_TRAVEL = 0.3
"""Slowest mean speed of a motion that gets from one place to another [m/s]."""


@dataclass(frozen=True)
class Motion:
    """T frames of our body of B = 24 segments, in float64; z up, the ground at z = 0."""

    fps: float
    """Frame rate [1/s]."""
    root_pos: torch.Tensor
    """Position of the root (T, 3), world [m]."""
    local_quat: torch.Tensor
    """Orientation of each body in its parent's frame (T, B, 4) xyzw; the root's is in the world."""

    def __len__(self) -> int:
        return len(self.root_pos)

    @property
    def seconds(self) -> float:
        """Time from the first frame to the last [s]."""
        return (len(self) - 1) / self.fps

    def __getitem__(self, frames: slice | torch.Tensor) -> Motion:
        """Some of the frames."""
        return replace(self, root_pos=self.root_pos[frames], local_quat=self.local_quat[frames])

    def at(self, times: torch.Tensor) -> Motion:
        """The frames at times (S,) [s], interpolated; the frame rate stays what it was."""
        frame = times * self.fps
        local_quat = sample_rows(self.local_quat, frame, rotation=True)
        return replace(self, root_pos=sample_rows(self.root_pos, frame), local_quat=local_quat)

    def poses(self) -> tuple[torch.Tensor, torch.Tensor]:
        """World positions (T, B, 3) [m] and orientations (T, B, 4) xyzw of all bodies."""
        return KINEMATICS.poses(self.root_pos, self.local_quat)

    def resample(self, fps: float) -> Motion:
        """The same motion at another frame rate [1/s]."""
        return replace(self.at(torch.arange(int(self.seconds * fps + 1e-6) + 1, dtype=torch.float64) / fps), fps=fps)

    def moved(self, yaw: torch.Tensor | float, shift: torch.Tensor | float) -> Motion:
        """Turned about the world z axis by ``yaw`` () or (T,) [rad], then shifted by (3,) or (T, 3) [m]."""
        turn = quat_from_yaw(torch.as_tensor(yaw, dtype=self.root_pos.dtype))
        root_quat = quat_mul(turn, self.local_quat[:, 0])
        return replace(
            self,
            root_pos=quat_rotate(turn, self.root_pos) + shift,
            local_quat=torch.cat((root_quat.unsqueeze(1), self.local_quat[:, 1:]), dim=1),
        )

    def facing_forward(self) -> Motion:
        """Moved to start at the origin and to travel along +x; a motion that stays or retreats faces +x at its start."""
        way, yaw = (self.root_pos[-1] - self.root_pos[0])[:2], heading_angle(self.local_quat[0, 0])
        advance = way[0] * torch.cos(yaw) + way[1] * torch.sin(yaw)
        if way.norm() > max(0.5, _TRAVEL * self.seconds) and advance > -0.5 * way.norm():
            yaw = torch.atan2(way[1], way[0])
        turned = self.moved(-yaw, 0.0)
        return turned.moved(0.0, -turned.root_pos[0] * self.root_pos.new_tensor([1.0, 1.0, 0.0]))


class MotionState(NamedTuple):
    """Reference states, batch first (N, ...)."""

    body_pos: torch.Tensor
    """Link frame origins (N, B, 3), world [m]."""
    body_quat: torch.Tensor
    """Link orientations (N, B, 4), world, xyzw."""
    body_lin_vel: torch.Tensor
    """Velocities of the link frame origins (N, B, 3), world [m/s]."""
    body_ang_vel: torch.Tensor
    """Angular velocities (N, B, 3), world [rad/s]."""
    joint_rotvec: torch.Tensor
    """Rotation vector of each joint (N, B - 1, 3) [rad]."""
    joint_ang_vel: torch.Tensor
    """Angular velocity of each joint in its child body's frame (N, B - 1, 3) [rad/s]."""


def states(motion: Motion) -> MotionState:
    """All frames of a motion as reference states; velocities are central differences of the root and the joints."""
    pos, quat = motion.poses()
    turning = angular_velocity(motion.local_quat, motion.fps)
    root_ang_vel = quat_rotate(quat[:, 0], turning[:, 0])
    root_lin_vel = velocity(motion.root_pos, motion.fps)
    lin_vel, ang_vel = KINEMATICS.velocities(pos, quat, root_lin_vel, root_ang_vel, turning[:, 1:])
    return MotionState(pos, quat, lin_vel, ang_vel, rotvec_from_quat(motion.local_quat[:, 1:]), turning[:, 1:])
