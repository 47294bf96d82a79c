# SPDX-License-Identifier: BSD-3-Clause
"""The steps as a user starts them."""

import argparse
import json

import pytest
import torch

from tt_isaaclab.bfm.bundled import BUNDLED
from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.pretrain.cli import add_arguments, run
from tt_isaaclab.bfm.weights import bfm_hash, load_bfm, save_bfm


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args, further = parser.parse_known_args([str(word) for word in words])
    return run(args, further)


def test_distill_writes_a_model_with_its_card_and_evaluate_a_report(library, checkpoint, tmp_path, capsys):
    model, report = tmp_path / "model.safetensors", tmp_path / "report.json"
    simulation = ("--physics", "newton_mujoco", "--device", "cpu", "--library", library)
    distill = (
        "distill",
        *simulation,
        "--num_envs",
        8,
        "--tracker",
        checkpoint,
        f"stand={checkpoint}",
        "--output",
        model,
    )
    assert _run(*distill, "--samples", 128) == 0
    card = load_bfm(model)[2]
    assert "NSF EIA-0196217" in card["data"] and card["clips"] == 3 and card["training"]["samples"] == 128
    assert len(card["trackers_sha256"]) == 2
    assert card["following"]["everything"].keys() == {"training", "held_out"}
    assert [path.name for path in tmp_path.iterdir()] == [model.name]

    assert _run("evaluate", *simulation, "--tracker", checkpoint, "--json", report) == 0
    assert json.loads(report.read_text())["following"]["tracker"]["clips"].keys() == {"walk", "stand", "unseen"}
    assert "tracker, held out clips:" in capsys.readouterr().out


def test_a_model_is_the_teacher_of_another_size(library, tmp_path):
    model = tmp_path / "model.safetensors"
    options = ("--physics", "newton_mujoco", "--device", "cpu", "--num_envs", 8, "--samples", 128)
    files = ("--library", library, "--former", BUNDLED, "--output", model)
    assert _run("distill", *options, *files, "--size", "small") == 0
    layout, _, card = load_bfm(model)
    assert layout == bundled("small") and card["trackers_sha256"] == [] and len(card["former"]["hash"]) == 64
    with pytest.raises(ValueError, match="a --former model"):
        _run("distill", *options, "--library", library, "--output", model)


def test_a_student_starts_with_the_weights_of_another_than_its_teacher(library, tmp_path):
    start, model = tmp_path / "start.safetensors", tmp_path / "model.safetensors"
    layout, weights, _ = load_bfm(BUNDLED)
    weights = {
        name: tensor * 0.5 if "decoder" in name and tensor.is_floating_point() else tensor
        for name, tensor in weights.items()
    }
    save_bfm(start, layout, weights, {})
    options = ("--physics", "newton_mujoco", "--device", "cpu", "--num_envs", 8, "--samples", 128, "--rate", 1e-9)
    files = ("--library", library, "--former", BUNDLED, "--start", start, "--output", model)
    assert _run("distill", *options, *files) == 0
    _, after, card = load_bfm(model)
    for name, tensor in weights.items():
        torch.testing.assert_close(after[name], tensor, atol=1e-4, rtol=0.0)
    assert card["training"]["start"] != card["former"]["hash"] == bfm_hash(layout, load_bfm(BUNDLED)[1])
    with pytest.raises(ValueError, match="another size than small"):
        _run("distill", *options, *files, "--size", "small")


def test_words_of_clips_are_taught_alone(library, checkpoint, tmp_path):
    model = tmp_path / "model.safetensors"
    options = ("--physics", "newton_mujoco", "--device", "cpu", "--num_envs", 8, "--samples", 128, "--only", "words")
    files = ("--library", library, "--former", BUNDLED, "--tracker", checkpoint, "--output", model)
    assert _run("distill", *options, *files) == 0
    (_, before, _), (_, after, card) = load_bfm(BUNDLED), load_bfm(model)
    assert all(after[name].equal(tensor) for name, tensor in before.items() if "text" not in name)
    assert card["training"]["only"] == "words"
    with pytest.raises(ValueError, match="of the same size"):
        _run("distill", *options, *files, "--size", "small")


def test_words_adds_sentences_and_keeps_the_rest(tmp_path):
    model = tmp_path / "model.safetensors"
    words = ("words", "--physics", "newton_mujoco", "--device", "cpu", "--num_envs", 16, "--samples", 1024)
    assert _run(*words, "--former", BUNDLED, "--output", model) == 0
    (_, before, _), (_, after, card) = load_bfm(BUNDLED), load_bfm(model)
    assert all(after[name].equal(tensor) for name, tensor in before.items() if "text" not in name)
    assert card["words"]["training"]["samples"] == 1024 and len(card["words"]["former"]) == 64


@pytest.mark.parametrize(
    "words, message",
    [
        (("motions", "--motions", "nowhere", "--output", "x"), "nowhere: no such folder"),
        (("track", "--library", "nowhere"), "nowhere: no such motion library"),
        (("distill", "--library", "nowhere", "--tracker", "x", "--output", "x"), "nowhere: no such motion library"),
        (("evaluate", "--tracker", "nowhere.pt"), "name a motion library"),
        (("evaluate", "--tracker", "nowhere.pt", "--library", __file__, "--card"), "a tracker has no card"),
        (("average", "a.pt", "b.pt", "--shares", "0.5", "0.5", "--output", "x"), "trackers count alike"),
    ],
)
def test_what_is_missing_is_named(words, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        _run(*words)
