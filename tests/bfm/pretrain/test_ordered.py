# SPDX-License-Identifier: BSD-3-Clause
"""Episodes with orders, in a real environment."""

import pytest
import torch

from tt_isaaclab.kinematics.heading import unit_vector
from tt_isaaclab.tasks.make import open_env


def test_the_reference_is_as_far_ahead_always_and_never_ends(library):
    def edit(cfg) -> None:
        cfg.commands.motion.library = library
        cfg.commands.motion.ordered = 1.0
        cfg.terminations.lost_reference.params["distance"] = 10.0  # whoever falls stays

    with open_env("TaskTokens-Tracking", physics="newton_mujoco", num_envs=6, seed=0, edit=edit) as env:
        env.reset()
        command = env.command_manager.get_term("motion")
        assert command.orders.given.all() and set(command.clip.tolist()) <= set(command.orders.clips.tolist())
        for _ in range(60):
            _, _, lost, finished, _ = env.step(torch.zeros(6, 27))
            assert not (lost | finished).any()
            apart = command.reference(0.0).body_pos[:, 0] - command.robot.data.root_link_pos_w.torch
            orders = command.orders
            lead = command.cfg.orders.lead * (orders.speed > 0.0) * torch.where(orders.aside, 0.5, 1.0)
            torch.testing.assert_close(apart[:, :2], lead.unsqueeze(1) * unit_vector(orders.yaw), atol=1e-4, rtol=0.0)
        command.pace[:] = torch.linspace(0.8, 1.2, 6)
        before, now, after = (command.reference(ahead) for ahead in (-0.01, 0.0, 0.01))
        torch.testing.assert_close((after.body_pos - before.body_pos) / 0.02, now.body_lin_vel, rtol=0.1, atol=0.05)


def test_orders_need_clips_that_answer(library):
    def edit(cfg) -> None:
        cfg.commands.motion.library = library
        cfg.commands.motion.ordered = 0.5
        cfg.commands.motion.orders.tag = "swim"

    with (
        pytest.raises(ValueError, match="no clip to train on has the tag 'swim'"),
        open_env("TaskTokens-Tracking", physics="newton_mujoco", num_envs=2, seed=0, edit=edit),
    ):
        pass
