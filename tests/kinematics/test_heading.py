# SPDX-License-Identifier: BSD-3-Clause
import math

import torch

from tt_isaaclab.kinematics import heading
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, quat_mul, quat_to_tan_norm


def _quat(*rotvec: float) -> torch.Tensor:
    return quat_from_rotvec(torch.tensor(rotvec, dtype=torch.float64))


def test_heading_is_the_projected_x_axis():
    """Yaw 60 degrees after any pitch or roll of the body: still 60 degrees."""
    yaw = _quat(0.0, 0.0, math.pi / 3)
    for tilt in ((0.0, 0.0, 0.0), (0.9, 0.0, 0.0), (0.0, 1.2, 0.0)):
        angle = heading.heading_angle(quat_mul(yaw, _quat(*tilt)))
        torch.testing.assert_close(angle.item(), math.pi / 3)


def test_backward_pitch_beyond_vertical_faces_the_other_way():
    """Pitched 120 degrees the x axis points back: heading 180, whatever an Euler yaw would say."""
    torch.testing.assert_close(heading.heading_angle(_quat(0.0, 2.0 * math.pi / 3, 0.0)).abs().item(), math.pi)


def test_vertical_x_axis_is_finite():
    quat = torch.tensor([0.0, -0.5, 0.0, 0.5], dtype=torch.float64).mul(math.sqrt(2.0)).requires_grad_()
    angle = heading.heading_angle(quat)
    (gradient,) = torch.autograd.grad(angle, quat)
    assert bool(torch.isfinite(angle)) and bool(torch.isfinite(gradient).all())


def test_to_and_from_the_heading_frame():
    quat = quat_mul(_quat(0.0, 0.0, math.pi / 2), _quat(0.4, 0.0, 0.0))  # faces world y, rolled
    forward = torch.tensor([0.0, 2.0, 1.0], dtype=torch.float64)
    local = torch.tensor([2.0, 0.0, 1.0], dtype=torch.float64)
    torch.testing.assert_close(heading.to_heading_frame(quat, forward), local)
    torch.testing.assert_close(heading.from_heading_frame(quat, local), forward)


def test_inverse_and_yaw():
    quat = quat_mul(_quat(0.0, 0.0, -2.5), _quat(0.2, 0.3, 0.0))
    both = quat_mul(heading.heading_quat_inverse(quat), heading.heading_quat(quat))
    torch.testing.assert_close(quat_to_tan_norm(both).tolist(), [1.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    yaw = torch.tensor([-3.0, 0.0, 2.0])
    torch.testing.assert_close(heading.heading_angle(heading.quat_from_yaw(yaw)), yaw)


def test_gradients_and_compile():
    quat = _quat(0.2, -0.4, 1.0).requires_grad_()
    vector = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(heading.to_heading_frame, (quat, vector))
    compiled = torch.compile(heading.to_heading_frame, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(quat, vector), heading.to_heading_frame(quat, vector))


def test_angles_wrap_to_half_a_turn_either_way():
    angle = torch.tensor([0.5, math.pi + 0.5, -math.pi - 0.5, 7.0 * math.pi / 3.0], dtype=torch.float64)
    expected = torch.tensor([0.5, 0.5 - math.pi, math.pi - 0.5, math.pi / 3.0], dtype=torch.float64)
    torch.testing.assert_close(heading.wrap_angle(angle), expected)
