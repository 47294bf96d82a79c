# SPDX-License-Identifier: BSD-3-Clause
"""Read and write the humanoid's state in canonical form, whatever physics backend runs it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from isaaclab.assets import Articulation

from tt_isaaclab.kinematics.hinges import rotvec_to_hinges
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, quat_mul, rotvec_from_quat

_RATE_STEP = 1.0e-3
"""Time over which hinge rates are differenced [s]."""


class BodyState(NamedTuple):
    """World poses and velocities of the 24 body frames."""

    pos: torch.Tensor
    """(N, 24, 3) [m]."""
    quat: torch.Tensor
    """(N, 24, 4) xyzw."""
    lin_vel: torch.Tensor
    """(N, 24, 3) of the frame origins [m/s]."""
    ang_vel: torch.Tensor
    """(N, 24, 3) [rad/s]."""


def read_bodies(robot: Articulation) -> BodyState:
    """Current state of all bodies in canonical order, world frame."""
    data = robot.data
    return BodyState(
        data.body_link_pos_w.torch,
        data.body_link_quat_w.torch,
        data.body_link_lin_vel_w.torch,
        data.body_link_ang_vel_w.torch,
    )


def joint_coordinates(rotvec: torch.Tensor, hinge_order: torch.Tensor | None) -> torch.Tensor:
    """Backend coordinates (N, 69) [rad] of joint rotation vectors (N, 23, 3).

    Args:
        rotvec: Joint rotations in the parent's frame [rad].
        hinge_order: Axes of the serial hinges (23, 3), or ``None`` where a joint's coordinates are a rotation vector.
    """
    if hinge_order is None:
        return rotvec_from_quat(quat_from_rotvec(rotvec)).flatten(-2)
    return rotvec_to_hinges(rotvec, hinge_order).flatten(-2)


def joint_rates(rotvec: torch.Tensor, ang_vel: torch.Tensor, hinge_order: torch.Tensor | None) -> torch.Tensor:
    """Backend velocities (N, 69) [rad/s] of joints that turn with ``ang_vel`` (N, 23, 3), in the child's frame."""
    if hinge_order is None:
        return ang_vel.flatten(-2)
    later = rotvec_from_quat(quat_mul(quat_from_rotvec(rotvec), quat_from_rotvec(ang_vel * _RATE_STEP)))
    change = rotvec_to_hinges(later, hinge_order) - rotvec_to_hinges(rotvec, hinge_order)
    return ((change + torch.pi) % (2.0 * torch.pi) - torch.pi).flatten(-2) / _RATE_STEP


def write_state(
    robot: Articulation,
    env_ids: torch.Tensor,
    root_pose: torch.Tensor,
    root_twist: torch.Tensor,
    joint_rotvec: torch.Tensor,
    joint_ang_vel: torch.Tensor,
    hinge_order: torch.Tensor | None,
) -> None:
    """Put the humanoid of some environments into a state.

    Args:
        robot: The humanoid.
        env_ids: Environments (n,).
        root_pose: Position [m] and orientation, xyzw, of the pelvis (n, 7), world.
        root_twist: Linear [m/s] and angular [rad/s] velocity of the pelvis (n, 6), world.
        joint_rotvec: Joint rotations (n, 23, 3) [rad], as for `joint_coordinates`.
        joint_ang_vel: Joint velocities (n, 23, 3) [rad/s], as for `joint_rates`.
        hinge_order: As for `joint_coordinates`.
    """
    ids = env_ids.int()
    joints = joint_coordinates(joint_rotvec, hinge_order)
    rates = joint_rates(joint_rotvec, joint_ang_vel, hinge_order)
    robot.write_root_link_pose_to_sim_index(root_pose=root_pose, env_ids=ids)
    robot.write_root_link_velocity_to_sim_index(root_velocity=root_twist, env_ids=ids)
    robot.write_joint_position_to_sim_index(position=joints, env_ids=ids)
    robot.write_joint_velocity_to_sim_index(velocity=rates, env_ids=ids)
