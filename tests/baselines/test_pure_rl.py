# SPDX-License-Identifier: BSD-3-Clause
"""The pure RL baseline trains with Isaac Lab's own runner, and its checkpoint acts as the runner's policy does."""

import pytest
import torch
from isaaclab_rl.rsl_rl import (
    RslRlVecEnvWrapper,
    check_rsl_rl_version,
    create_rsl_rl_runner,
    handle_deprecated_rsl_rl_cfg,
)
from isaaclab_tasks.utils import resolve_task_config

from tt_isaaclab.baselines.pure_rl.policy import PureRlPolicy
from tt_isaaclab.tasks.make import open_env


def test_a_checkpoint_acts_as_the_runner_does(tmp_path):
    _, cfg = resolve_task_config("TaskTokens-Reach", "rsl_rl_pure_rl_cfg_entry_point", overrides=[])
    cfg.num_steps_per_env = 4
    with open_env("Reach", physics="newton_mujoco", num_envs=8, seed=0) as env:
        wrapped = RslRlVecEnvWrapper(env)
        runner = create_rsl_rl_runner(wrapped, handle_deprecated_rsl_rl_cfg(cfg, check_rsl_rl_version()))
        runner.learn(2)
        runner.save(str(tmp_path / "model.pt"))
        observations = wrapped.get_observations()
        expected = runner.get_inference_policy()(observations)
    torch.testing.assert_close(PureRlPolicy(tmp_path / "model.pt")(observations), expected)


def test_a_file_that_is_none_is_named(tmp_path):
    (tmp_path / "cut.pt").write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match=r"cut\.pt: no checkpoint of a pure RL policy"):
        PureRlPolicy(tmp_path / "cut.pt")
    with pytest.raises(ValueError, match="no such checkpoint"):
        PureRlPolicy(tmp_path / "none.pt")
