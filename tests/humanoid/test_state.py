# SPDX-License-Identifier: BSD-3-Clause
"""Joint rotations and rates written to an engine give the body poses and velocities of forward kinematics."""

import pytest
import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import joint_coordinates, joint_rates, read_bodies
from tt_isaaclab.kinematics.forward_kinematics import ForwardKinematics
from tt_isaaclab.kinematics.rotations import quat_from_rotvec
from tt_isaaclab.tasks.make import open_env

N = 4


@pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
def test_written_state_is_read_back(physics):
    generator = torch.Generator().manual_seed(1)
    rotvec = 0.5 * torch.randn(N, 23, 3, generator=generator)
    joint_ang_vel = torch.randn(N, 23, 3, generator=generator)
    root_quat = quat_from_rotvec(torch.randn(N, 3, generator=generator))
    root_lin_vel, root_ang_vel = torch.randn(2, N, 3, generator=generator)

    with open_env("Stand", physics=physics, num_envs=N, seed=0) as env:
        env.reset()
        root_pos = env.scene.env_origins + torch.tensor([0.0, 0.0, 2.0])
        robot, order = env.scene["robot"], env.action_manager.get_term("joint_target").hinge_order
        robot.write_root_link_pose_to_sim_index(root_pose=torch.cat((root_pos, root_quat), dim=-1))
        robot.write_root_link_velocity_to_sim_index(root_velocity=torch.cat((root_lin_vel, root_ang_vel), dim=-1))
        robot.write_joint_position_to_sim_index(position=joint_coordinates(rotvec, order))
        robot.write_joint_velocity_to_sim_index(velocity=joint_rates(rotvec, joint_ang_vel, order))
        env.sim.forward()
        robot.update(0.0)
        state = [x.clone() for x in read_bodies(robot)]

    kinematics = ForwardKinematics(DEFAULT_HUMANOID)
    local = torch.cat((root_quat[:, None], quat_from_rotvec(rotvec)), dim=1)
    pos, quat = kinematics.poses(root_pos, local)
    lin_vel, ang_vel = kinematics.velocities(pos, quat, root_lin_vel, root_ang_vel, joint_ang_vel)
    torch.testing.assert_close(state[0], pos, atol=1e-4, rtol=0)
    torch.testing.assert_close((state[1] * quat).sum(-1).abs(), torch.ones(N, 24), atol=1e-5, rtol=0)
    torch.testing.assert_close(state[2], lin_vel, atol=1e-2, rtol=0)
    torch.testing.assert_close(state[3], ang_vel, atol=1e-2, rtol=0)
