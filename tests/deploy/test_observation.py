# SPDX-License-Identifier: BSD-3-Clause
"""The NumPy observations are the torch ones, number by number."""

import numpy as np
import torch
from random_states import random_quat, random_vector
from scipy.spatial.transform import Rotation

from tt_isaaclab.deploy.observation import BodyState, PoseTarget, heading, self_observation, target_rows, turn
from tt_isaaclab.kinematics.self_observation import self_observation as torch_self_observation
from tt_isaaclab.kinematics.sparse_targets import SparseTarget, sparse_targets

SLOTS, TIMES = [0, 3, 7, 18, 23, 13], 3


def _matrices(quat: torch.Tensor) -> np.ndarray:
    return Rotation.from_quat(quat.reshape(-1, 4).numpy()).as_matrix().reshape(*quat.shape[:-1], 3, 3)


def _states(count: int = 4):
    torch_states = (
        random_vector(count, 24, seed=0),
        random_quat(count, 24, seed=1),
        random_vector(count, 24, seed=2),
        random_vector(count, 24, seed=3),
    )
    pos, quat, lin_vel, ang_vel = torch_states
    numpy_states = [BodyState(*x) for x in zip(pos.numpy(), _matrices(quat), lin_vel.numpy(), ang_vel.numpy())]
    return torch_states, numpy_states


def test_heading_of_a_quarter_turn_and_of_a_tilted_body():
    assert heading(turn(0.5 * np.pi)) == np.float64(0.5 * np.pi)
    pitched = turn(1.0) @ Rotation.from_euler("y", 0.6).as_matrix()
    np.testing.assert_allclose(heading(pitched), 1.0)
    np.testing.assert_allclose([1.0, 0.0, 0.0] @ turn(0.5 * np.pi).T, [0.0, 1.0, 0.0], atol=1e-15)


def test_self_observation_equals_torch():
    torch_states, numpy_states = _states()
    expected = torch_self_observation(*torch_states).numpy()
    np.testing.assert_allclose(np.stack([self_observation(s) for s in numpy_states]), expected, atol=1e-12)


def test_target_rows_equal_torch():
    torch_states, numpy_states = _states()
    shape = (len(numpy_states), TIMES)
    quat, pos = random_quat(*shape, len(SLOTS), seed=4), random_vector(*shape, len(SLOTS), seed=5)
    velocity, yaw = random_vector(*shape, seed=6), random_vector(*shape, seed=7)[..., 0]
    visible = torch.rand(*shape, len(SLOTS) + 1, 2, generator=torch.Generator().manual_seed(8)) < 0.5
    time = torch.tensor([0.1, 0.5, 1.0], dtype=torch.float64).expand(shape)
    target = SparseTarget(pos, quat, yaw, velocity, visible, time)
    expected = sparse_targets(*torch_states[:2], target, torch.tensor(SLOTS)).numpy()
    for i, state in enumerate(numpy_states):
        one = PoseTarget(
            pos[i].numpy(),
            _matrices(quat[i]),
            yaw[i].numpy(),
            velocity[i, :, :2].numpy(),
            visible[i].numpy(),
            time[i].numpy(),
        )
        np.testing.assert_allclose(target_rows(state, one, SLOTS), expected[i], atol=1e-12)
