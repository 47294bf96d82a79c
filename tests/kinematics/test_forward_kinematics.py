# SPDX-License-Identifier: BSD-3-Clause
"""Forward kinematics against MuJoCo's, for the poses and for the velocities."""

import mujoco
import numpy as np
import pytest
import torch

from tt_isaaclab.humanoid.mjcf import build_mjcf
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.forward_kinematics import ForwardKinematics
from tt_isaaclab.kinematics.rotations import quat_rotate


@pytest.fixture(scope="module")
def random_states() -> list[dict[str, torch.Tensor]]:
    """Random states posed by MuJoCo; its quaternions (wxyz) and its body-frame root rates are turned into ours."""
    model = mujoco.MjModel.from_xml_string(build_mjcf())
    data = mujoco.MjData(model)
    order = [model.body(name).id for name in DEFAULT_HUMANOID.body_names]
    rng = np.random.default_rng(0)
    states = []
    for _ in range(8):
        data.qpos[:3] = rng.normal(size=3)
        quat = rng.normal(size=(24, 4))
        quat /= np.linalg.norm(quat, axis=1, keepdims=True)
        data.qpos[3:] = quat.ravel()
        data.qvel[:] = rng.normal(size=model.nv)
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_comVel(model, data)
        velocity = np.zeros((24, 6))
        for row, body in enumerate(order):
            mujoco.mj_objectVelocity(model, data, mujoco.mjtObj.mjOBJ_XBODY, body, velocity[row], 0)
        states.append(
            {
                "root_pos": torch.tensor(data.qpos[:3].copy()),
                "local_quat": torch.tensor(quat[:, [1, 2, 3, 0]]),
                "qvel": torch.tensor(data.qvel.copy()),
                "pos": torch.tensor(data.xpos[order]),
                "quat": torch.tensor(data.xquat[order][:, [1, 2, 3, 0]]),
                "ang_vel": torch.tensor(velocity[:, :3]),
                "lin_vel": torch.tensor(velocity[:, 3:]),
            }
        )
    return states


def _stack(states: list[dict[str, torch.Tensor]], key: str) -> torch.Tensor:
    return torch.stack([state[key] for state in states])


def test_poses_equal_mujoco(random_states: list[dict[str, torch.Tensor]]) -> None:
    kinematics = ForwardKinematics(DEFAULT_HUMANOID, dtype=torch.float64)
    pos, quat = kinematics.poses(_stack(random_states, "root_pos"), _stack(random_states, "local_quat"))
    torch.testing.assert_close(pos, _stack(random_states, "pos"), atol=1e-9, rtol=0.0)
    expected = _stack(random_states, "quat")
    same_sign = expected * (expected * quat).sum(-1, keepdim=True).sign()
    torch.testing.assert_close(quat, same_sign, atol=1e-9, rtol=0.0)


def test_velocities_equal_mujoco(random_states: list[dict[str, torch.Tensor]]) -> None:
    kinematics = ForwardKinematics(DEFAULT_HUMANOID, dtype=torch.float64)
    pos, quat = kinematics.poses(_stack(random_states, "root_pos"), _stack(random_states, "local_quat"))
    qvel = _stack(random_states, "qvel")
    root_ang_vel = quat_rotate(quat[:, 0], qvel[:, 3:6])
    lin_vel, ang_vel = kinematics.velocities(pos, quat, qvel[:, :3], root_ang_vel, qvel[:, 6:].view(-1, 23, 3))
    torch.testing.assert_close(lin_vel, _stack(random_states, "lin_vel"), atol=1e-8, rtol=0.0)
    torch.testing.assert_close(ang_vel, _stack(random_states, "ang_vel"), atol=1e-8, rtol=0.0)


def test_rest_pose_is_the_sum_of_offsets() -> None:
    kinematics = ForwardKinematics(DEFAULT_HUMANOID)
    rest = torch.tensor([0.0, 0.0, 0.0, 1.0]).expand(24, 4)
    pos, _ = kinematics.poses(torch.tensor([1.0, 2.0, 0.94]), rest)
    toe = DEFAULT_HUMANOID.body_ids("L_Toe")[0]  # hip, knee, ankle and toe offsets of the anatomy table
    torch.testing.assert_close(pos[toe], torch.tensor([1.125, 2.09, 0.94 - 0.08 - 0.39 - 0.40 - 0.05]))
