# SPDX-License-Identifier: BSD-3-Clause
"""The action term: pi times the action, three numbers a joint, clamped, in canonical order."""

import math

import pytest
import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.tasks.make import open_env


@pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
def test_one_axis_at_a_time_is_its_own_target(physics):
    """A rotation about one body axis is that axis' coordinate on every engine; beyond +-1 the action is clamped."""
    action = torch.zeros(2, 69)
    action[0, 4::9] = 0.25  # y axes
    action[1, 2::9] = -3.0  # z axes, out of range
    with open_env("Stand", physics=physics, num_envs=2) as env:
        env.reset()
        term = env.action_manager.get_term("joint_target")
        term.process_actions(action)
        torch.testing.assert_close(term.raw_actions, action)
        target = term.processed_actions.clone()
        assert env.scene["robot"].joint_names[:3] == env.scene["robot"].cfg.joint_ordering[:3]
        assert len(DEFAULT_HUMANOID.dof_names) == term.action_dim == 69
    torch.testing.assert_close(target[0], math.pi * action[0])
    torch.testing.assert_close(target[1].abs(), math.pi * action[1].clamp(-1, 1).abs())  # +-pi are one rotation


@pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
def test_engine_order_is_refused(physics):
    def forget_order(cfg):
        cfg.scene.robot.joint_ordering = None

    with (
        pytest.raises(ValueError, match="canonical order"),
        open_env("Stand", physics=physics, num_envs=1, edit=forget_order),
    ):
        pass


def test_misspelt_joint_is_refused():
    def misspell(cfg):
        cfg.scene.robot.joint_ordering = ["L_Hipp:0", *cfg.scene.robot.joint_ordering[1:]]

    with (
        pytest.raises(ValueError, match="L_Hipp"),
        open_env("Stand", physics="newton_mujoco", num_envs=1, edit=misspell),
    ):
        pass
