# SPDX-License-Identifier: BSD-3-Clause
"""Every registered task can be made, reset and stepped on the CPU backends, in training and in play mode."""

import pytest
import torch
from formula_walk import make_walk

from tt_isaaclab.bfm.pretrain.motions.library import Clip, MotionLibrary
from tt_isaaclab.tasks.make import command_name, open_env, task_ids
from tt_isaaclab.tasks.mdp.segment_command import SegmentCommand


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("motions") / "library.safetensors"
    MotionLibrary.from_motions([Clip("walk", ("walk",))], [make_walk(2.0)]).save(path)
    return str(path)


@pytest.mark.parametrize("physics", ["newton_mujoco", "ovphysx"])
@pytest.mark.parametrize("task", task_ids())
def test_task_runs(task, physics, library):
    overrides = [f"env.commands.motion.library={library}"] if task == "TaskTokens-Tracking" else []
    with open_env(task, physics=physics, num_envs=3, seed=0, overrides=overrides) as env:
        observations, _ = env.reset()
        assert task == "TaskTokens-Stand" or observations["humanoid"].shape == (3, 358)
        for _ in range(3):
            observations, reward, *_ = env.step(torch.zeros(3, env.action_manager.total_action_dim))
            assert torch.isfinite(reward).all()
            assert all(torch.isfinite(group).all() for group in observations.values())
        if "task" in observations:
            term = env.command_manager.get_term(command_name(task))
            assert isinstance(term, SegmentCommand)
            assert term.caption(1) and all(start.shape == end.shape == (3,) for start, end, _ in term.marks(1))
