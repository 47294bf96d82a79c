# SPDX-License-Identifier: BSD-3-Clause
import itertools
import math

import pytest
import torch
from scipy.spatial.transform import Rotation

from tt_isaaclab.kinematics.hinges import hinges_to_rotvec, rotvec_to_hinges

ORDERS = list(itertools.permutations(range(3)))


def _as_rotation(angles: torch.Tensor, order: tuple[int, ...]) -> Rotation:
    """The hinges composed by scipy; upper case means intrinsic, i.e. in series from parent to child."""
    return Rotation.from_euler("".join("XYZ"[a] for a in order), angles[..., list(order)].double().numpy())


def _error(angles: torch.Tensor, rotvec: torch.Tensor, order: tuple[int, ...]) -> float:
    """Largest angle [rad] between the hinge pose and the rotation vector."""
    return (_as_rotation(angles, order).inv() * Rotation.from_rotvec(rotvec.double().numpy())).magnitude().max()


def _random(count: int, scale: float) -> torch.Tensor:
    return (2.0 * torch.rand(count, 3, generator=torch.Generator().manual_seed(1)) - 1.0).double() * scale


@pytest.mark.parametrize("order", ORDERS)
def test_same_rotation_for_every_order(order):
    rotvec = _random(500, math.pi)  # up to 5.4 rad long: beyond the shortest turn too
    assert _error(rotvec_to_hinges(rotvec, order), rotvec, order) < 1e-9


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("axis", range(3))
def test_single_axis_turn_is_that_hinge(order, axis):
    rotvec = torch.zeros(73, 3)
    rotvec[:, axis] = torch.linspace(-math.pi, math.pi, 73)  # every 5 degrees, so 90 and 180 are hit exactly
    torch.testing.assert_close(rotvec_to_hinges(rotvec, order), rotvec, rtol=0.0, atol=2e-6)


def test_known_angles():
    """Hinges (x, y, z) = (90, 0, 90) degrees in series turn by 120 degrees about (1, -1, 1) for order x, y, z."""
    hinges = torch.tensor([math.pi / 2, 0.0, math.pi / 2], dtype=torch.float64)
    third = 2.0 * math.pi / 3.0 / math.sqrt(3.0)
    expected = torch.tensor([third, -third, third], dtype=torch.float64)
    torch.testing.assert_close(hinges_to_rotvec(hinges, (0, 1, 2)), expected)
    # Back: (90, 0, 90) lies 1.31 from the rotation vector; the other branch (-90, 180, -90) lies far away.
    torch.testing.assert_close(rotvec_to_hinges(expected, (0, 1, 2)), hinges)


@pytest.mark.parametrize("order", ORDERS)
def test_nearest_of_all_solutions(order):
    """No other branch or multiple of 2 pi comes closer to the rotation vector."""
    rotvec = _random(50, math.pi)
    angles = rotvec_to_hinges(rotvec, order)
    distance = (angles - rotvec).norm(dim=-1)
    other = angles + math.pi  # the other branch: outer hinges half a turn on, middle one mirrored
    other[:, order[1]] = math.pi - angles[:, order[1]]
    assert _error(other, rotvec, order) < 1e-9
    for turns in itertools.product((-1, 0, 1), repeat=3):
        shift = 2.0 * math.pi * torch.tensor(turns)
        assert bool(((other + shift - rotvec).norm(dim=-1) >= distance - 1e-9).all())
        assert bool(((angles + shift - rotvec).norm(dim=-1) >= distance - 1e-9).all())


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("sign", (-1.0, 1.0))
def test_gimbal_lock(order, sign):
    """Middle hinge at 90 degrees: rotation kept, free split nearest to the rotation vector, gradient finite."""
    first, middle, third = order
    hinges = torch.zeros(1, 3, dtype=torch.float64)
    hinges[0, first], hinges[0, middle], hinges[0, third] = 0.6, sign * math.pi / 2, -0.1
    rotvec = hinges_to_rotvec(hinges, order)
    rotvec[0, first] += 1e-7  # float32 rounding: the split must not follow it
    rotvec.requires_grad_()
    angles = rotvec_to_hinges(rotvec, order)
    assert _error(angles.detach(), rotvec.detach(), order) < 2e-6
    parity = 1.0 if (middle - first) % 3 == 1 else -1.0
    for shift in (-0.1, 0.1):  # turn the outer hinges against each other
        other = angles.detach().clone()
        other[0, first] += shift
        other[0, third] -= shift * sign * parity
        assert _error(other, rotvec.detach(), order) < 2e-6
        assert (other - rotvec).norm() > (angles - rotvec).norm() + 1e-3
    angles.sum().backward()
    assert bool(torch.isfinite(rotvec.grad).all())


def test_one_order_a_joint():
    orders = torch.tensor([ORDERS[j % 6] for j in range(23)])
    rotvec = _random(4 * 23, 2.0).view(4, 23, 3)
    together = rotvec_to_hinges(rotvec, orders)
    alone = torch.stack([rotvec_to_hinges(rotvec[:, j], ORDERS[j % 6]) for j in range(23)], dim=1)
    torch.testing.assert_close(together, alone)
    short = rotvec * (torch.pi - 0.1) / rotvec.norm(dim=-1, keepdim=True).clamp(min=torch.pi)
    torch.testing.assert_close(hinges_to_rotvec(rotvec_to_hinges(short, orders), orders), short)


def test_gradients_and_compile():
    order = torch.tensor([[0, 1, 2], [2, 1, 0]])
    rotvec = torch.tensor([[[0.3, -0.5, 0.8], [0.0, 0.0, 0.0]]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda r: rotvec_to_hinges(r, order), (rotvec,))
    compiled = torch.compile(
        lambda r: hinges_to_rotvec(rotvec_to_hinges(r, order), order), fullgraph=True, backend="eager"
    )
    torch.testing.assert_close(compiled(rotvec), rotvec)
