# SPDX-License-Identifier: BSD-3-Clause
"""Interpolation, smoothing and rates, on curves whose values are known."""

import math

import torch

from tt_isaaclab.bfm.pretrain.motions.curves import (
    angular_velocity,
    quat_between,
    sample_rows,
    slerp,
    smooth,
    smooth_quat,
    velocity,
)
from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate


def test_quat_between_takes_one_to_the_other() -> None:
    start, end = torch.tensor([0.0, 0.0, -1.0]), torch.tensor([0.6, 0.0, -0.8])
    torch.testing.assert_close(quat_rotate(quat_between(start, end), start), end)


def test_slerp_goes_the_short_way_at_constant_rate() -> None:
    start, end = quat_from_yaw(torch.tensor(0.2)), -quat_from_yaw(torch.tensor(1.0))
    torch.testing.assert_close(heading_angle(slerp(start, end, 0.25)), torch.tensor(0.4))


def test_rows_between_frames_and_beyond_the_ends() -> None:
    values = torch.tensor([0.0, 2.0, 6.0])
    torch.testing.assert_close(
        sample_rows(values, torch.tensor([-1.0, 0.5, 1.25, 9.0])), torch.tensor([0.0, 1.0, 3.0, 6.0])
    )
    assert sample_rows(values[:1], torch.tensor([0.0, 3.0])).tolist() == [0.0, 0.0]


def test_smoothing_keeps_lines_and_takes_out_jitter() -> None:
    line = torch.arange(60, dtype=torch.float64)
    jitter = line + 0.5 * (-1.0) ** line
    torch.testing.assert_close(smooth(jitter, 2.0)[10:-10], line[10:-10], atol=1e-3, rtol=0.0)


def test_smoothing_rotations_ignores_the_sign_of_a_quaternion() -> None:
    yaw = torch.linspace(0.0, 2.0, 60, dtype=torch.float64)
    signs = torch.where(torch.arange(60) % 3 == 0, -1.0, 1.0).unsqueeze(-1)
    smoothed = smooth_quat(quat_from_yaw(yaw) * signs, 2.0)
    torch.testing.assert_close(heading_angle(smoothed)[10:-10], yaw[10:-10], atol=1e-4, rtol=0.0)


def test_velocity_of_a_parabola_is_exact_inside() -> None:
    time = torch.arange(10, dtype=torch.float64) / 30.0
    torch.testing.assert_close(velocity(time**2, 30.0)[1:-1], 2.0 * time[1:-1])


def test_angular_velocity_is_in_the_rotating_frame() -> None:
    """A body pitched by 90 degrees and turning about the world's z turns about its own -x."""
    turn = quat_from_yaw(2.0 * torch.arange(5, dtype=torch.float64) / 30.0)
    pitch = turn.new_tensor([0.0, math.sqrt(0.5), 0.0, math.sqrt(0.5)])
    rate = angular_velocity(quat_mul(turn, pitch), 30.0)
    torch.testing.assert_close(rate, rate.new_tensor([-2.0, 0.0, 0.0]).expand(5, 3))
