# SPDX-License-Identifier: BSD-3-Clause
"""Sentences are taught by prompts, in a real environment, and nothing else of the model changes."""

import dataclasses
from pathlib import Path

import pytest
import torch

from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.pretrain.motions.table import Spoken, load_prompts, load_spoken
from tt_isaaclab.bfm.pretrain.words import WordLessons, WordsCfg
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.kinematics.heading import heading_angle
from tt_isaaclab.kinematics.self_observation import self_observation
from tt_isaaclab.kinematics.sparse_targets import sparse_targets, token_visible
from tt_isaaclab.prompts import joint_conditions
from tt_isaaclab.tasks.make import open_env

LAYOUT = dataclasses.replace(bundled(), name="small", width=32, layers=1, feed_forward=32, decoder_hidden=(32,))
SPOKEN = [Spoken(("stop",)), Spoken(("walk", "go"), 1.2), Spoken(("turn left",), 1.0, aside=40.0)]
TABLE = Path(__file__).parents[3] / "config" / "motions.yaml"


@pytest.fixture
def lessons():
    torch.manual_seed(0)
    silent = dataclasses.replace(LAYOUT, tokens=LAYOUT.tokens[:2])
    former = FrozenBfm(silent, BfmNetwork(silent).state_dict())
    vectors = {sentence: torch.randn(256) for order in SPOKEN for sentence in order.sentences}
    cfg = WordsCfg(samples=640, steps=5, replay=300, batch=32, reuse=10.0, learning_rate=3e-3)
    with open_env("TaskTokens-Stand", physics="newton_mujoco", num_envs=16, seed=0) as env:
        yield WordLessons(env, former, LAYOUT, SPOKEN, vectors, cfg), env, former


def test_a_sentence_is_answered_as_its_prompt_is(lessons):
    lessons, env, former = lessons
    samples, bodies = lessons._look(), read_bodies(env.scene["robot"])
    slots = torch.tensor(DEFAULT_HUMANOID.body_ids(*LAYOUT.target_slots))
    speed = torch.tensor([0.0, 1.2, 1.2, 1.0])[samples.caption]
    aside = torch.tensor([0.0, 0.0, 0.0, 40.0]).deg2rad()[samples.caption]
    yaw = heading_angle(bodies.quat[:, 0]) + aside
    prompt = joint_conditions.direction(bodies.pos[:, 0], yaw, speed, LAYOUT.target_slots)
    seen = token_visible(prompt) & (speed > 0.0).unsqueeze(1)
    inputs = {"state": self_observation(*bodies), "targets": sparse_targets(bodies.pos, bodies.quat, prompt, slots)}
    torch.testing.assert_close(samples.label, former(inputs, {"targets": seen}))
    assert samples.targets.shape == (16, 0, 184) and len(samples.caption.unique()) == 4


def test_only_words_are_learned(lessons, tmp_path):
    lessons, _, former = lessons
    before = (lessons.student.act(sample := lessons._look()) - sample.label).square().mean()
    lessons.run(tmp_path / "state.safetensors")
    after = (lessons.student.act(sample := lessons._look()) - sample.label).square().mean()
    assert after < before
    learned = lessons.student.average.state_dict()
    assert all(learned[name].equal(tensor) for name, tensor in former.state_dict().items())


def test_lessons_go_on_where_they_were_stopped(lessons, tmp_path):
    lessons, env, former = lessons
    state, cfg, words = tmp_path / "state.safetensors", lessons.cfg, lessons._words
    lessons.cfg = dataclasses.replace(cfg, samples=320)
    lessons.run(state)
    half = lessons.student.average.state_dict()
    vectors = dict(zip([sentence for order in SPOKEN for sentence in order.sentences], words, strict=True))
    later = WordLessons(env, former, LAYOUT, SPOKEN, vectors, dataclasses.replace(cfg, samples=320))
    later.run(state, resume=True)  # nothing is left to do
    assert later.collected == 320 and all(later.student.average.state_dict()[n].equal(t) for n, t in half.items())
    later.cfg = cfg
    later.run(state, resume=True)
    assert later.collected == 640 and later.student.updates == cfg.updates(640)


def test_a_known_sentence_is_kept():
    former = FrozenBfm(LAYOUT, BfmNetwork(LAYOUT).state_dict())
    vectors = {"kick": torch.randn(256), "stop": torch.randn(256)}
    spoken = [Spoken(("stop",)), Spoken(("kick",), known=True)]
    with open_env("TaskTokens-Stand", physics="newton_mujoco", num_envs=16, seed=0) as env:
        lessons = WordLessons(env, former, LAYOUT, spoken, vectors, WordsCfg(samples=640))
        samples = lessons._look()
    told = former({"state": samples.state, "text": vectors["kick"].expand(16, 256)})
    silent = former({"state": samples.state})
    kick = samples.caption.unsqueeze(1) == 1
    torch.testing.assert_close(samples.label, torch.where(kick, told, silent))
    assert 0 < kick.sum() < 16


def test_what_is_spoken_is_not_what_is_measured():
    spoken, prompts = load_spoken(TABLE), load_prompts(TABLE)
    said = {sentence for order in spoken for sentence in order.sentences}
    assert not said & {sentence for group in prompts.values() for sentence in group}
    assert {order.speed for order in spoken} == {0.0, 0.7, 1.0, 1.2, 1.8}
    assert min(len(group) for group in prompts.values()) >= 3
