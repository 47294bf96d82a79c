# SPDX-License-Identifier: BSD-3-Clause
"""Clips that another one follows on, in a real environment."""

import torch

from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.kinematics.heading import heading_angle
from tt_isaaclab.tasks.make import open_env


def test_a_clip_of_the_chain_goes_on_where_the_humanoid_is_and_the_others_end(library):
    def edit(cfg) -> None:
        cfg.commands.motion.library, cfg.commands.motion.chain = library, ("stand",)
        cfg.terminations.lost_reference.params["distance"] = 10.0
        cfg.events.push = None

    with open_env("TaskTokens-Tracking", physics="newton_mujoco", num_envs=4, seed=0, edit=edit) as env:
        env.reset()
        command, clips = env.command_manager.get_term("motion"), torch.tensor([0, 1, 0, 1])  # walk, stand
        command.begin(torch.arange(4), clips, command.library.seconds[clips] - 0.1)
        ended, went_on = torch.zeros(4, dtype=torch.bool), torch.zeros(4, dtype=torch.bool)
        for _ in range(4):
            _, _, _, finished, _ = env.step(torch.zeros(4, 27))
            ended |= finished
            if (now := command.went_on & ~went_on).any():
                bodies, reference = read_bodies(env.scene["robot"]), command.reference(0.0)
                torch.testing.assert_close(reference.body_pos[now, 0, :2], bodies.pos[now, 0, :2])
                apart = heading_angle(reference.body_quat[now, 0]) - heading_angle(bodies.quat[now, 0])
                torch.testing.assert_close(torch.cos(apart), torch.ones_like(apart))
                assert (command.clip[now] == 1).all() and (command.time[now] == 0.0).all()
            went_on |= command.went_on
        assert ended.tolist() == [True, False, True, False]
        assert (went_on | (clips == 0)).all()
