# SPDX-License-Identifier: BSD-3-Clause
"""Switches of a session on real physics, and what playing refuses."""

import imageio.v2 as imageio
import numpy as np
import pytest
import torch

from tt_isaaclab import cli
from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layouts import bundled, masked_mimic_v2_3
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.evaluation.film import GROUND, LEFT, MIDDLE, RIGHT
from tt_isaaclab.play import command as play
from tt_isaaclab.play.session import Session
from tt_isaaclab.prompts.text import reads_words, text_vector
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.task_tokens.policy import BfmPolicy
from tt_isaaclab.tasks.make import has_prior, open_env


def test_switches_change_the_policy_and_the_command_of_the_next_step():
    bfm = load_bfm_or_bundled("bundled")
    torch.manual_seed(0)
    encoder = TaskEncoder(3, bfm.layout.width).eval()
    with open_env("Reach", physics="newton_mujoco", num_envs=1, seed=0, overrides=["presets=joint_prior"]) as env:
        session = Session(env, "reach", bfm, encoder, prior=False)
        seen = []
        for session.token, session.prior in ((True, False), (False, False), (False, True), (True, True)):
            observations = {name: group.clone() for name, group in session.observations.items()}
            session.step()
            seen.append(session.actions)
            policy = BfmPolicy(bfm, encoder if session.token else None, ["targets"] if session.prior else [])
            with torch.inference_mode():
                torch.testing.assert_close(session.actions, policy(observations), rtol=0, atol=1e-6)
        assert all((a - b).abs().max() > 1e-3 for a, b in zip(seen, seen[1:]))

        pelvis = session.term.pelvis[0].clone()
        session.order = (0.5, -0.25, 1.25)
        session.step()
        expected = pelvis * torch.tensor([1.0, 1.0, 0.0]) + torch.tensor(session.order)
        torch.testing.assert_close(session.term.target[0], expected)
        for _ in range(130):  # longer than an order of the task
            session.step()
        assert session.term.order[0].tolist() == [0.5, -0.25, 1.25]
        session.order = None
        session.step()
        assert session.term.order[0].tolist() != [0.5, -0.25, 1.25]


def test_a_sentence_is_one_more_word_until_it_is_taken_back():
    bfm = FrozenBfm(bundled(), BfmNetwork(bundled()).state_dict())
    assert reads_words(bfm.layout) and not reads_words(masked_mimic_v2_3())
    with open_env("Direction", physics="newton_mujoco", num_envs=1, seed=0) as env:
        session = Session(env, "direction", bfm, None, prior=False)
        for sentence in ("walk ahead", ""):
            session.tell(sentence)
            inputs = {"state": session.observations["humanoid"].clone()}
            if sentence:
                inputs["text"] = text_vector("", sentence).unsqueeze(0)
            session.step()
            torch.testing.assert_close(session.actions, bfm(inputs), rtol=0, atol=1e-6)


def test_tasks_without_a_prompt_are_known():
    assert has_prior("TaskTokens-Direction") and not has_prior("TaskTokens-Stand")


@pytest.mark.parametrize("camera", ["follow", "fixed"])
def test_a_film_shows_the_humanoid_moving_on_the_ground(tmp_path, camera):
    film = tmp_path / "film.mp4"
    command = ["play", "--task", "Direction", "--token", "none", "--prior", "--seconds", "1", "--camera", camera]
    assert cli.main([*command, "--video", str(film)]) == 0
    frames = [frame.astype(int) for frame in imageio.get_reader(film).iter_data()]
    assert len(frames) == 30
    for frame in (frames[0], frames[-1]):
        count = {c: (np.abs(frame - c).max(-1) < 30).sum() for c in (GROUND, LEFT, RIGHT, MIDDLE)}
        assert count[GROUND] > frame[..., 0].size / 4 and min(count.values()) > 50
    assert np.abs(frames[0] - frames[-1]).mean() > 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--viz", "none"], "nothing to see: give --video FILE or a viewer"),
        (["--video", "x.mp4", "--token", "nowhere.safetensors"], "nowhere.safetensors: no such file"),
        (["--num_envs", "4"], "unknown argument(s) --num_envs"),
    ],
)
def test_mistakes_are_one_line(capsys, arguments, message):
    assert cli.main(["play", "--task", "Direction", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("tt play: ") and message in error and error.count("\n") == 1


def test_a_checkpoint_is_handed_to_isaac_lab(monkeypatch):
    handed = []
    monkeypatch.setattr(play, "run_play_cli", lambda arguments: handed.append(arguments) or 0)
    command = ["play", "--task", "Reach", "--checkpoint", "latest", "--viz", "none", "--num_envs", "4"]
    assert cli.main([*command, "physics=ovphysx"]) == 0
    (arguments,) = handed
    assert arguments[:2] == ["--task", "TaskTokens-Reach"] and arguments[-1] == "physics=ovphysx"
    for option, value in (
        ("--viz", "none"),
        ("--checkpoint", "latest"),
        ("--num_envs", "4"),
        ("--rl_library", "rsl_rl"),
    ):
        assert arguments[arguments.index(option) + 1] == value
