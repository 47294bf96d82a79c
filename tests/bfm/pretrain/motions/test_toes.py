# SPDX-License-Identifier: BSD-3-Clause
"""Toes of feet that stand, tip-toe and fly."""

import torch
from formula_walk import make_walk

from tt_isaaclab.bfm.pretrain.motions.footwork import Feet, feet_of, with_feet
from tt_isaaclab.bfm.pretrain.motions.gait import stand
from tt_isaaclab.bfm.pretrain.motions.motion import Motion
from tt_isaaclab.bfm.pretrain.motions.toes import bend_toes
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID as SPEC
from tt_isaaclab.kinematics.rotations import quat_from_rotvec, quat_mul, quat_rotate

LEFT, RIGHT = SPEC.body_ids("L_Toe", "R_Toe")


def _with_left_foot(pitch: float, up: float) -> Motion:
    """Stand for a second with the left foot pitched by [rad], positive toes down, its ball raised by [m]."""
    still = stand(make_walk(1.0), 1.0)
    feet = feet_of(still)
    turn = quat_from_rotvec(torch.tensor([0.0, pitch, 0.0], dtype=torch.float64)).expand(len(still), 4)
    ball = torch.tensor(SPEC.offsets[LEFT], dtype=torch.float64).expand(len(still), 3)
    left = quat_mul(feet.quat[:, 0], turn)
    ankle = feet.pos[:, 0] + quat_rotate(feet.quat[:, 0], ball) - quat_rotate(left, ball)
    ankle = ankle + ankle.new_tensor([0.0, 0.0, up])
    pos, quat = torch.stack((ankle, feet.pos[:, 1]), dim=1), torch.stack((left, feet.quat[:, 1]), dim=1)
    return with_feet(still, Feet(pos, quat))


def test_toes_of_a_raised_heel_lie_on_the_ground() -> None:
    motion = bend_toes(_with_left_foot(0.6, 0.0))
    up = quat_rotate(motion.poses()[1][:, [LEFT, RIGHT]], torch.tensor([0.0, 0.0, 1.0]).double().expand(31, 2, 3))
    torch.testing.assert_close(up[..., 2], torch.ones(31, 2).double(), atol=1e-3, rtol=0.0)


def test_toes_of_a_foot_in_the_air_or_flat_are_straight() -> None:
    for motion in (_with_left_foot(0.6, 0.1), _with_left_foot(-0.3, 0.0)):
        bent = bend_toes(motion).local_quat[:, [LEFT, RIGHT], 3]
        torch.testing.assert_close(bent, torch.ones(31, 2).double(), atol=1e-9, rtol=0.0)
