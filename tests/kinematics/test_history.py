# SPDX-License-Identifier: BSD-3-Clause
import math

import torch

from tt_isaaclab.kinematics.heading import quat_from_yaw
from tt_isaaclab.kinematics.history import Ring, history_rows, history_rows_v1


def test_ring_returns_values_by_age_and_forgets():
    ring = Ring(3, torch.zeros(2, 1))
    for value in (1.0, 2.0, 3.0, 4.0):
        ring.push(torch.tensor([[value], [-value]]))
    assert ring.at(torch.tensor([0, 1, 2])).squeeze(-1).tolist() == [[4, 3, 2], [-4, -3, -2]]
    ring.fill(torch.tensor([1]), torch.tensor([[9.0]]))
    assert ring.at(torch.tensor([2, 0])).squeeze(-1).tolist() == [[2, 4], [9, 9]]
    ring.push(torch.tensor([[5.0], [6.0]]))
    assert ring.at(torch.tensor([0, 1, 2])).squeeze(-1).tolist() == [[5, 4, 3], [6, 9, 9]]


def test_ring_keeps_its_own_copy():
    value = torch.zeros(1, 2)
    ring = Ring(2, value)
    value += 1.0
    assert not ring.at(torch.tensor([0, 1])).any()


def test_a_row_is_one_frame_and_its_age():
    observations = torch.arange(12.0).view(2, 3, 2)
    rows = history_rows(observations, torch.tensor([0.0, 0.5, 1.0]))
    assert rows.tolist() == [[[0, 1, 0], [2, 3, 0.5], [4, 5, 1]], [[6, 7, 0], [8, 9, 0.5], [10, 11, 1]]]


def test_rows_of_v1_are_interleaved():
    """Frame f has all bodies at (f, 10 f, 100 f) and turned by f / 10 rad: known numbers in known places.

    15 frames of 72 positions fill rows 0 to 4, three frames a row; 15 frames of 144 rotation numbers fill rows 5 to 14,
    one and a half a row.
    """
    frame = torch.arange(1.0, 16.0)
    pos = (frame.view(15, 1, 1) * torch.tensor([1.0, 10.0, 100.0])).expand(1, 15, 24, 3)
    quat = quat_from_yaw(0.1 * frame).view(1, 15, 1, 4).expand(1, 15, 24, 4)
    age = (8.0 * torch.arange(15) + 1.0) / 30.0
    upright = torch.tensor([[0.0, 0.0, 0.0, 1.0]])
    rows = history_rows_v1(pos, quat, torch.zeros(1, 3), upright, age)[0]
    assert rows.shape == (15, 217)
    torch.testing.assert_close(rows[:, 216], age)
    assert rows[0, :6].tolist() == [1, 10, 100, 1, 10, 100]
    assert rows[4, 0] == 13 and rows[4, 72] == 14 and rows[4, 215] == 1500  # frames 13 to 15 with the age of frame 5
    turn = [[math.cos(0.1 * f), math.sin(0.1 * f), 0.0, 0.0, 0.0, 1.0] for f in range(17)]
    torch.testing.assert_close(rows[5, :6], torch.tensor(turn[1]))
    torch.testing.assert_close(rows[5, 144:150], torch.tensor(turn[2]))
    torch.testing.assert_close(rows[6, :6], torch.tensor(turn[2]))
    torch.testing.assert_close(rows[6, 72:78], torch.tensor(turn[3]))
    torch.testing.assert_close(rows[14, 210:216], torch.tensor(turn[15]))


def test_rows_of_v1_are_in_the_heading_frame_of_now():
    """Facing +y at (1, 0, 1), a body that was at (2, 0, 1) is to the right; one that faced +y then faces ahead."""
    now = quat_from_yaw(torch.tensor([0.5 * math.pi]))
    pos, quat = torch.tensor([2.0, 0.0, 1.0]).expand(1, 1, 2, 3), now.view(1, 1, 1, 4).expand(1, 1, 2, 4)
    row = history_rows_v1(pos, quat, torch.tensor([[1.0, 0.0, 1.0]]), now, torch.tensor([0.1]))[0, 0]
    torch.testing.assert_close(row, torch.tensor([0.0, -1, 0, 0, -1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0.1]))
