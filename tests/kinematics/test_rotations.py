# SPDX-License-Identifier: BSD-3-Clause
import math

import pytest
import torch
from scipy.spatial.transform import Rotation

from tt_isaaclab.kinematics import rotations as rot

H = math.sqrt(0.5)


def _rotvecs(count: int = 200, longest: float = math.pi - 1e-3) -> torch.Tensor:
    """Random directions with lengths from 0 to ``longest``, float64."""
    generator = torch.Generator().manual_seed(0)
    direction = torch.randn(count, 3, generator=generator, dtype=torch.float64)
    length = torch.linspace(0.0, longest, count, dtype=torch.float64).unsqueeze(-1)
    return direction / direction.norm(dim=-1, keepdim=True) * length


def test_quarter_turn_about_z_takes_x_to_y():
    quat = rot.quat_from_rotvec(torch.tensor([0.0, 0.0, math.pi / 2]))
    torch.testing.assert_close(quat, torch.tensor([0.0, 0.0, H, H]))
    x = torch.tensor([1.0, 0.0, 0.0])
    torch.testing.assert_close(rot.quat_rotate(quat, x), torch.tensor([0.0, 1.0, 0.0]))
    torch.testing.assert_close(rot.quat_rotate_inverse(quat, x), torch.tensor([0.0, -1.0, 0.0]))


def test_product_applies_the_right_factor_first():
    about_z, about_x = torch.tensor([0.0, 0.0, H, H]), torch.tensor([H, 0.0, 0.0, H])
    y = torch.tensor([0.0, 1.0, 0.0])  # about x: to z; about z: z stays
    torch.testing.assert_close(rot.quat_rotate(rot.quat_mul(about_z, about_x), y), torch.tensor([0.0, 0.0, 1.0]))


def test_agrees_with_scipy():
    a, b = _rotvecs(), _rotvecs().flip(0)
    qa, qb = rot.quat_from_rotvec(a), rot.quat_from_rotvec(b)
    ra, rb = Rotation.from_rotvec(a.numpy()), Rotation.from_rotvec(b.numpy())
    torch.testing.assert_close(qa, torch.from_numpy(ra.as_quat()))
    torch.testing.assert_close(rot.rotvec_from_quat(qa), a)
    torch.testing.assert_close(rot.quat_rotate(qa, b), torch.from_numpy(ra.apply(b.numpy())))
    matrix = torch.from_numpy((ra * rb).as_matrix())
    expected = torch.cat((matrix[..., 0], matrix[..., 2]), dim=-1)
    torch.testing.assert_close(rot.quat_to_tan_norm(rot.quat_mul(qa, qb)), expected)


def test_rotation_vector_is_the_shortest_and_ignores_the_sign_of_q():
    long_way = torch.tensor([0.0, 1.5 * math.pi, 0.0])
    quat = rot.quat_from_rotvec(long_way)
    expected = torch.tensor([0.0, -0.5 * math.pi, 0.0])
    torch.testing.assert_close(rot.rotvec_from_quat(quat), expected)
    torch.testing.assert_close(rot.rotvec_from_quat(-quat), expected)
    half_turn = rot.rotvec_from_quat(torch.tensor([1.0, 0.0, 0.0, 0.0]))
    torch.testing.assert_close(half_turn, torch.tensor([math.pi, 0.0, 0.0]))


def test_tan_norm_of_identity():
    identity = torch.tensor([0.0, 0.0, 0.0, 1.0])
    assert rot.quat_to_tan_norm(identity).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]


def test_value_and_gradient_at_zero_rotation():
    zero = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    jacobian = torch.autograd.functional.jacobian(rot.quat_from_rotvec, zero)
    half = 0.5 * torch.eye(3, dtype=torch.float64)
    torch.testing.assert_close(jacobian, torch.cat((half, torch.zeros(1, 3, dtype=torch.float64))))
    round_trip = torch.autograd.functional.jacobian(lambda r: rot.rotvec_from_quat(rot.quat_from_rotvec(r)), zero)
    torch.testing.assert_close(round_trip, torch.eye(3, dtype=torch.float64))


@pytest.mark.parametrize("length", [1e-5, 0.7, 3.0])
def test_gradients(length):
    rotvec = (torch.tensor([[0.6, -0.48, 0.64]], dtype=torch.float64) * length).requires_grad_()
    vector = torch.tensor([[0.3, 2.0, -1.0]], dtype=torch.float64, requires_grad=True)

    def chain(r, v):
        quat = rot.quat_from_rotvec(r)
        return rot.quat_rotate_inverse(quat, v), rot.quat_to_tan_norm(quat), rot.rotvec_from_quat(quat)

    assert torch.autograd.gradcheck(chain, (rotvec, vector))


def test_series_and_closed_form_meet():
    """Just below and just above the switch both agree with the exact value."""
    for length in (0.99e-4, 1.01e-4):
        quat = rot.quat_from_rotvec(torch.tensor([length, 0.0, 0.0], dtype=torch.float64))
        torch.testing.assert_close(quat[0].item(), math.sin(length / 2), rtol=1e-13, atol=0.0)
        torch.testing.assert_close(rot.rotvec_from_quat(quat)[0].item(), length, rtol=1e-13, atol=0.0)


def test_compiles_whole():
    def chain(r, v):
        quat = rot.quat_from_rotvec(r)
        return rot.quat_rotate(rot.quat_mul(quat, rot.quat_conj(quat)), v) + rot.rotvec_from_quat(quat)

    r, v = _rotvecs(5), torch.ones(5, 3, dtype=torch.float64)
    torch.testing.assert_close(torch.compile(chain, fullgraph=True, backend="eager")(r, v), v + r)
