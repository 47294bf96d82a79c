# SPDX-License-Identifier: BSD-3-Clause
"""Training within a time budget on real physics, with a behaviour model of random weights."""

import csv

import pytest
import torch
from isaaclab_tasks.utils import resolve_task_config

from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.weights import save_bfm
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.task_tokens.token_file import Token, TokenCard
from tt_isaaclab.task_tokens.training import CHECKPOINT, CURVE, train_policy
from tt_isaaclab.tasks.make import open_env


@pytest.mark.parametrize("overrides", [(), ("presets=joint_prior",)])
def test_training_writes_whole_files_and_goes_on_from_them(tmp_path, overrides):
    torch.manual_seed(0)
    save_bfm(tmp_path / "bfm.safetensors", bundled(), BfmNetwork(bundled()).state_dict())
    _, cfg = resolve_task_config("TaskTokens-Direction", "rsl_rl_cfg_entry_point", overrides=list(overrides))
    cfg.actor.bfm, cfg.num_steps_per_env = str(tmp_path / "bfm.safetensors"), 4
    with open_env("Direction", physics="newton_mujoco", num_envs=16, seed=0, overrides=overrides) as env:
        first_runner, first = train_policy(env, cfg, "direction", tmp_path, seconds=0.5)
        assert first[-1].seconds >= 0.5 and first[-1].frames == 64 * len(first)
        saved = first_runner.alg.get_policy().encoder.state_dict()

        same_runner, same = train_policy(env, cfg, "direction", tmp_path, seconds=0.5, resume=True)
        assert [point.frames for point in same] == [point.frames for point in first]
        for name, tensor in same_runner.alg.get_policy().encoder.state_dict().items():
            assert torch.equal(tensor, saved[name])

        _, longer = train_policy(env, cfg, "direction", tmp_path, seconds=first[-1].seconds + 0.5, resume=True)
        assert longer[len(first)].frames == first[-1].frames + 64
        assert len(env.episode_length_buf.unique()) > 1  # episodes do not all end together, also after a resume
    rows = list(csv.DictReader((tmp_path / CURVE).open()))
    assert int(rows[-1]["frames"]) == longer[-1].frames
    assert {path.name for path in tmp_path.iterdir()} == {"bfm.safetensors", CHECKPOINT, CURVE}


def test_training_can_go_on_from_a_token(tmp_path):
    torch.manual_seed(0)
    save_bfm(tmp_path / "bfm.safetensors", bundled(), BfmNetwork(bundled()).state_dict())
    encoder = TaskEncoder(3, bundled().width)
    torch.nn.init.normal_(encoder.first_word)  # one that is not new
    _, cfg = resolve_task_config("TaskTokens-Direction", "rsl_rl_cfg_entry_point", overrides=[])
    cfg.actor.bfm, cfg.num_steps_per_env = str(tmp_path / "bfm.safetensors"), 4
    cfg.algorithm.learning_rate = 0.0  # what comes out is what went in
    start = Token(encoder, TokenCard("TaskTokens-Direction", "", "", ""), tmp_path / "token.safetensors")
    with open_env("Direction", physics="newton_mujoco", num_envs=4, seed=0) as env:
        runner, curve = train_policy(env, cfg, "direction", tmp_path, frames=16, start=start)
    assert [point.frames for point in curve] == [16]
    for name, tensor in runner.alg.get_policy().encoder.mlp.state_dict().items():
        assert torch.equal(tensor, encoder.mlp.state_dict()[name])
