# SPDX-License-Identifier: BSD-3-Clause
"""Reflections checked against motions that are mirrored themselves."""

import torch
from formula_walk import make_walk

from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.pretrain.motions.augment import mirror
from tt_isaaclab.bfm.pretrain.motions.motion import states
from tt_isaaclab.humanoid.reflection import action_reflection, state_reflection, targets_reflection
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.self_observation import self_observation
from tt_isaaclab.kinematics.sparse_targets import sparse_targets, target_from_motion

SLOTS = bundled().target_slots


def _rows(motion) -> torch.Tensor:
    """What the frames but the last ten see of the frames five and ten later (N, 2, 184), some of it hidden."""
    state, n = states(motion), len(motion.root_pos) - 10
    later = torch.arange(n).unsqueeze(1) + torch.tensor([5, 10])
    visible = torch.ones(n, 2, len(SLOTS) + 1, 2, dtype=torch.bool)
    visible[::3, 0, 0] = False  # the pelvis, and the heading: what has no side
    visible[::4, :, -1, 0] = False
    slots = torch.tensor(DEFAULT_HUMANOID.body_ids(*SLOTS))
    time = torch.tensor([5 / 30, 10 / 30]).expand(n, -1)
    target = target_from_motion(
        state.body_pos[later], state.body_quat[later], state.body_lin_vel[later][..., 0, :], visible, time, slots
    )
    return sparse_targets(state.body_pos[:n], state.body_quat[:n], target, slots).float()


def test_reflected_state_is_the_state_of_the_mirrored_motion():
    motion = make_walk(1.0)
    here, there = (
        self_observation(s.body_pos, s.body_quat, s.body_lin_vel, s.body_ang_vel)
        for s in (states(motion), states(mirror(motion)))
    )
    torch.testing.assert_close(state_reflection()(here.float()), there.float(), atol=1e-5, rtol=0)


def test_reflected_targets_are_those_of_the_mirrored_motion():
    motion = make_walk(1.0)
    reflected = targets_reflection(SLOTS)(_rows(motion))
    torch.testing.assert_close(reflected, _rows(mirror(motion)), atol=1e-5, rtol=0)
    assert (reflected - _rows(motion)).abs().max() > 0.1


def test_reflected_action_moves_the_mirrored_joints():
    motion = make_walk(1.0)
    here, there = (states(m).joint_rotvec.flatten(1).float() for m in (motion, mirror(motion)))
    torch.testing.assert_close(action_reflection()(here), there, atol=1e-6, rtol=0)
