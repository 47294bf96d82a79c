# SPDX-License-Identifier: BSD-3-Clause
"""The demo from start to end on a few steps: its overrides are for the training alone, what it writes can be read."""

import functools
import json

from tt_isaaclab import cli, demo
from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.evaluation.evaluator import evaluate
from tt_isaaclab.task_tokens.token_file import load_token

SHORT = ["agent.num_steps_per_env=4", "agent.algorithm.num_mini_batches=2"]


def test_from_nothing_to_a_token(tmp_path, monkeypatch):
    speeds, opened = [], demo.open_env

    def open_env(*args, **options):
        speeds.append("env.commands.direction.speed_range=[1.2,2.0]" in options["overrides"])
        return opened(*args, **options)

    monkeypatch.setattr(demo, "open_env", open_env)
    monkeypatch.setattr(demo, "evaluate", functools.partial(evaluate, steps=8))
    monkeypatch.setattr(demo, "_FILM_STEPS", 4)
    command = ["demo", "--task", "Direction", "--minutes", "0.02", "--episodes", "4", "--num_envs", "8"]
    command += ["--proprioception", "self_obs", "--out", str(tmp_path)]
    assert cli.main([*command, *SHORT, "env.commands.direction.speed_range=[1.2,2.0]"]) == 0
    assert speeds == [False, True, False, False]  # without a token, training, with it, film
    _, card = load_token(tmp_path / "direction.safetensors", load_bfm_or_bundled("bundled"))
    assert card.proprioception == "self_obs" and card.training["frames"] >= 32
    results = json.loads((tmp_path / "demo.json").read_text())["results"]
    assert list(results) == ["no token", "joint-condition prior", "task token and prior"]
    assert {"learning_curve.png", "direction.mp4"} <= {path.name for path in tmp_path.iterdir()}


def test_what_is_no_override_is_refused(capsys):
    assert cli.main(["demo", "--mintues", "3"]) == 2
    assert "--mintues" in capsys.readouterr().err


def test_a_preset_that_the_card_would_not_name_is_refused_before_the_training(capsys):
    assert cli.main(["demo", "presets=self_obs"]) == 2
    assert "presets=self_obs: what a token reads is chosen by --prior and --proprioception" in capsys.readouterr().err
