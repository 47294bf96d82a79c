# SPDX-License-Identifier: BSD-3-Clause
import math

import pytest
import torch
from random_states import random_quat, random_vector, turn, turn_quat

from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.kinematics.self_observation import fastest_body, self_observation, speed_backwards


def _random_state(bodies: int = 24) -> tuple[torch.Tensor, ...]:
    pos, lin_vel, ang_vel = (random_vector(3, bodies, seed=seed) for seed in (0, 1, 2))
    return pos, random_quat(3, bodies, seed=3), lin_vel, ang_vel


def test_every_block_of_a_hand_made_pose():
    """All bodies face world y (heading 90 degrees); body 5 sits 1 m ahead, moves up, and spins about world x."""
    pos = torch.zeros(1, 24, 3)
    pos[..., 2] = 1.5
    pos[0, 5, 1] += 1.0
    quat = quat_from_yaw(torch.full((1, 24), math.pi / 2))
    lin_vel, ang_vel = torch.zeros(1, 24, 3), torch.zeros(1, 24, 3)
    lin_vel[0, 5], ang_vel[0, 5] = torch.tensor([0.0, 2.0, 3.0]), torch.tensor([4.0, 0.0, 0.0])
    expected = torch.zeros(358)
    expected[0] = 1.5 - 0.25
    expected[1 + 4 * 3] = 1.0  # body 5 is the fifth after the root: ahead is x in the heading frame
    expected[70:214] = torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0, 1.0]).repeat(24)
    expected[214 + 15 : 214 + 18] = torch.tensor([2.0, 0.0, 3.0])
    expected[286 + 15 : 286 + 18] = torch.tensor([0.0, -4.0, 0.0])  # world x is to the right: -y
    observation = self_observation(pos, quat, lin_vel, ang_vel, torch.tensor([0.25]))
    torch.testing.assert_close(observation, expected.unsqueeze(0))
    assert fastest_body(observation).item() == pytest.approx(math.sqrt(13.0))
    assert speed_backwards(observation).item() == 0.0


def test_root_tilt_is_kept():
    """Only the heading is removed: a root pitched 90 degrees down has its x axis at -z and its z axis at x."""
    state = [torch.zeros(1, 24, 3), torch.zeros(1, 24, 4), torch.zeros(1, 24, 3), torch.zeros(1, 24, 3)]
    state[1][..., 3] = 1.0
    pitch = 1.0  # not 90 degrees, where heading is undefined
    state[1][0, 0] = torch.tensor([0.0, math.sin(pitch / 2), 0.0, math.cos(pitch / 2)])
    root = self_observation(*state)[0, 70:76]
    expected = torch.tensor([math.cos(pitch), 0.0, -math.sin(pitch), math.sin(pitch), 0.0, math.cos(pitch)])
    torch.testing.assert_close(root, expected)


def test_turning_and_moving_the_scene_changes_nothing():
    pos, quat, lin_vel, ang_vel = _random_state()
    before = self_observation(pos, quat, lin_vel, ang_vel)
    shift = torch.tensor([5.0, -3.0, 0.0], dtype=torch.float64)
    after = self_observation(turn(pos, 2.1) + shift, turn_quat(quat, 2.1), turn(lin_vel, 2.1), turn(ang_vel, 2.1))
    torch.testing.assert_close(after, before)
    assert before.shape == (3, 358)


def test_gradients_and_compile():
    state = tuple(tensor[:1, :2].clone().requires_grad_() for tensor in _random_state())
    assert torch.autograd.gradcheck(self_observation, state)
    compiled = torch.compile(self_observation, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(*state), self_observation(*state))
