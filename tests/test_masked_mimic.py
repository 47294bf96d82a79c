# SPDX-License-Identifier: BSD-3-Clause
"""A whole checkpoint of each generation, random weights: import, train a Direction token, reload, evaluate, export."""

import copy

import numpy as np
import onnxruntime
import published_checkpoints as published
import pytest
import torch
from isaaclab_tasks.utils import resolve_task_config
from safetensors.torch import save_file

from tt_isaaclab import cli
from tt_isaaclab.bfm.files import TokenFileError
from tt_isaaclab.bfm.importers.command import import_bfm
from tt_isaaclab.deploy.contract import load as load_contract
from tt_isaaclab.evaluation.evaluator import evaluate
from tt_isaaclab.evaluation.result import read_result
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.task_tokens import ppo
from tt_isaaclab.task_tokens.policy import BfmPolicy
from tt_isaaclab.task_tokens.token_file import TokenCard, load_token, save_token
from tt_isaaclab.task_tokens.training import CHECKPOINT, train_policy
from tt_isaaclab.tasks.make import open_env, presets_for

GROUPS = {
    "v1": ["humanoid", "task", "terrain", "history", "targets"],
    "v2_3": ["humanoid", "task", "history", "terrain", "targets"],
    "v3": ["humanoid", "task", "history", "previous_action", "targets"],
}


@pytest.mark.parametrize("generation", published.SHAPES)
def test_from_the_checkpoint_to_the_exported_policy(generation, tmp_path, monkeypatch):
    monkeypatch.setattr(ppo, "_STEPS", 2)  # of the fit of the first word: a minute of its own with these models
    state = published.random_state(generation)
    path = published.write(tmp_path / "last.ckpt", published.checkpoint(generation, state))
    file = tmp_path / "bfm.safetensors"
    bfm = import_bfm(path, file)
    path.unlink()
    overrides = presets_for(bfm.layout, "joint_prior", *(["pose_history"] if generation == "v1" else []))
    _, cfg = resolve_task_config("TaskTokens-Direction", "rsl_rl_cfg_entry_point", overrides=overrides)
    cfg.actor.bfm, cfg.num_steps_per_env, cfg.algorithm.num_learning_epochs = str(file), 2, 1
    cfg.algorithm.num_mini_batches = 2
    with open_env("Direction", num_envs=4, seed=0, overrides=overrides) as env:
        runner, curve = train_policy(env, cfg, "direction", tmp_path, seconds=1.0)
        actor = runner.alg.get_policy()
        assert set(actor.obs_groups) == set(GROUPS[generation]) and len(curve) >= 1
        assert all(torch.equal(t, bfm.state_dict()[name]) for name, t in actor.bfm.state_dict().items())
        assert (tmp_path / CHECKPOINT).stat().st_size < 20e6  # no behaviour model in it

        card = TokenCard("TaskTokens-Direction", bfm.hash, DEFAULT_HUMANOID.hash, bfm.layout.name)
        save_token(tmp_path / "token.safetensors", actor.encoder, card)
        encoder, _ = load_token(tmp_path / "token.safetensors", bfm)
        result = evaluate(env, BfmPolicy(bfm, encoder.eval(), actor.prompt_groups), "direction", 0, steps=4).summary()
        assert result.episodes == 4 and np.isfinite(result.mean_return)

        actor.eval()
        observations = {name: group.clone() for name, group in env.reset()[0].items()}
        with torch.inference_mode():
            expected = actor(observations)
            torch.testing.assert_close(BfmPolicy(bfm, encoder, actor.prompt_groups)(observations), expected)
    _check_exports(actor, observations, expected, tmp_path)
    other = copy.copy(bfm)
    other.hash = "0" * 64
    with pytest.raises(TokenFileError, match=bfm.layout.name):
        load_token(tmp_path / "token.safetensors", other)


def _check_exports(actor, observations, expected, folder) -> None:
    """TorchScript and ONNX hold the behaviour model and act alike."""
    flat = torch.cat([observations[name] for name in actor.obs_groups], dim=-1)
    torch.testing.assert_close(actor.as_jit()(flat), expected, rtol=0, atol=1e-4)
    policy = actor.as_onnx()
    names = {"input_names": policy.input_names, "output_names": policy.output_names}
    torch.onnx.export(policy, policy.get_dummy_inputs(), str(folder / "policy.onnx"), opset_version=18, **names)
    session = onnxruntime.InferenceSession(str(folder / "policy.onnx"))
    rows = [session.run(None, {"obs": row[None].numpy()})[0][0] for row in flat]
    np.testing.assert_allclose(np.stack(rows), expected.numpy(), rtol=0, atol=1e-4)


def test_it_is_exported_with_its_own_inputs_and_the_runner_says_that_it_cannot_make_them(tmp_path, capsys):
    path = published.write(tmp_path / "last.ckpt", published.checkpoint("v2_3", published.random_state("v2_3")))
    file, out = tmp_path / "bfm.safetensors", tmp_path / "policy"
    import_bfm(path, file)
    command = ["export", "--task", "Direction", "--token", "none", "--prior", "--bfm", str(file), "--episodes", "4"]
    assert cli.main([*command, "--out", str(out)]) == 0
    contract = load_contract(out)
    assert contract["layout"] == "masked_mimic_v2_3"
    assert [entry["name"] for entry in contract["inputs"]] == ["humanoid", "history", "terrain", "targets"]
    assert cli.main(["run-policy", str(out)]) != 0
    assert "the policy of a masked_mimic_v2_3, whose history" in capsys.readouterr().err


def test_the_commands_show_it_its_past_and_a_sentence(tmp_path, capsys):
    state = published.random_state("v1")
    for tensor in state.values():
        if tensor.shape[:1] == (69,):
            tensor *= 0.1  # actions as small as a trained model's; an export is exact in absolute terms
    path = published.write(tmp_path / "last.ckpt", published.checkpoint("v1", state))
    file, result = tmp_path / "bfm.safetensors", tmp_path / "result.json"
    import_bfm(path, file)
    texts = save_texts(tmp_path / "text.safetensors", "a person waits")
    words = [f"env.observations.text.vector.params.{key}={value!r}" for key, value in texts.items()]
    command = ["evaluate", "--task", "Direction", "--bfm", str(file), "--prior", "--episodes", "2"]
    assert cli.main([*command, "--json", str(result), "presets=pose_history,text", *words]) == 0
    record = read_result(result)
    assert record["method"] == "bfm_prior_pose_history_text"
    assert record["overrides"] == ["presets=masked_mimic_v1,joint_prior,pose_history,text", *words]
    alone = tmp_path / "alone.json"
    assert cli.main([*command, "--json", str(alone)]) == 0
    assert read_result(alone)["mean_return"] != record["mean_return"]
    assert cli.main([*command, "pose_history"]) == 2
    assert "unknown argument(s) pose_history" in capsys.readouterr().err

    out = tmp_path / "policy"
    export = ["export", "--task", "Direction", "--token", "none", "--bfm", str(file), "--episodes", "4"]
    assert cli.main([*export, "--out", str(out), "presets=pose_history"]) == 0
    assert [entry["name"] for entry in load_contract(out)["inputs"]] == ["humanoid", "terrain", "history"]
    film = [
        "play",
        "--task",
        "Direction",
        "--bfm",
        str(file),
        "--video",
        str(tmp_path / "film.mp4"),
        "--seconds",
        "0.2",
    ]
    assert cli.main([*film, "presets=pose_history"]) == 0


def save_texts(path, sentence):
    """A file with one random vector, and what names its sentence."""
    save_file({sentence: torch.randn(512, generator=torch.Generator().manual_seed(0))}, path)
    return {"file": str(path), "sentence": sentence}


def test_an_environment_that_lacks_an_input_says_so(tmp_path):
    path = published.write(tmp_path / "last.ckpt", published.checkpoint("v3", published.random_state("v3")))
    import_bfm(path, tmp_path / "bfm.safetensors")
    _, cfg = resolve_task_config("TaskTokens-Direction", "rsl_rl_cfg_entry_point", overrides=[])
    cfg.actor.bfm = str(tmp_path / "bfm.safetensors")
    with open_env("Direction", num_envs=2, seed=0) as env:
        with pytest.raises(ValueError, match="reads 'history', which the environment.*presets=masked_mimic_v3"):
            train_policy(env, cfg, "direction", tmp_path, seconds=1.0)
