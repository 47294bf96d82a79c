# SPDX-License-Identifier: BSD-3-Clause
"""Distillation on a real environment, a tiny library and a tracker that always says the same."""

import dataclasses

import pytest
import torch

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.pretrain.distill import Distillation, DistillCfg, student_env
from tt_isaaclab.bfm.pretrain.evaluate import VIEWS, follow_student
from tt_isaaclab.bfm.pretrain.replay import Replay, Samples
from tt_isaaclab.bfm.pretrain.student import Student
from tt_isaaclab.bfm.pretrain.tracker import Experts, Tracker
from tt_isaaclab.bfm.weights import save_bfm
from tt_isaaclab.tasks.make import open_env

LAYOUT = dataclasses.replace(bundled(), name="small", width=32, layers=1, feed_forward=32, decoder_hidden=(32,))
CFG = DistillCfg(samples=800, steps=10, replay=500, batch=32, reuse=4.0, learning_rate=3e-3)


def _samples(n: int) -> Samples:
    return Samples(torch.randn(n, 358), torch.randn(n, 6, 184), torch.rand(n, 6) < 0.5, torch.randn(n, 69))


def test_replay_keeps_the_latest():
    replay = Replay(5, _samples(3))
    for value in range(4):
        replay.add(_samples(2)._replace(label=torch.full((2, 69), float(value))))
    assert len(replay) == 5
    assert set(replay.draw(200).label[:, 0].tolist()) == {1.0, 2.0, 3.0}


def test_student_learns_and_goes_on_from_its_file(tmp_path):
    torch.manual_seed(0)
    samples, path = _samples(64), tmp_path / "student.safetensors"
    student = Student(LAYOUT, updates=40, learning_rate=3e-3)
    student.observe(samples)
    losses = [student.update(samples).item() for _ in range(20)]
    assert losses[-1] < losses[0]
    student.save(path, {"collected": 7})
    again = Student(LAYOUT, updates=40, learning_rate=3e-3)
    assert again.load(path) == {"collected": 7, "updates": 20}
    for _ in range(3):
        assert again.update(samples) == student.update(samples)
    with pytest.raises(BfmFileError, match="another layout"):
        Student(bundled(), updates=40, learning_rate=3e-3).load(path)


def test_distillation_learns_resumes_and_gives_a_model(library, checkpoint, tmp_path):
    def edit(cfg) -> None:
        student_env(cfg)
        cfg.commands.motion.library = library

    state, path = tmp_path / "state.safetensors", tmp_path / "model.safetensors"
    with open_env("TaskTokens-Tracking", physics="newton_mujoco", num_envs=8, seed=0, edit=edit) as env:
        experts = Experts([Tracker(checkpoint)], torch.zeros(3, dtype=torch.long))
        half = Distillation(env, experts, LAYOUT, dataclasses.replace(CFG, samples=400))
        half.run(state)
        whole = Distillation(env, experts, LAYOUT, CFG)
        whole.run(state, resume=True)
        assert whole.collected == 800 and whole.student.updates == 100
        samples = whole._look()
        learnt = whole.student.act(samples.state, samples.targets, samples.visible)
        fresh = Student(LAYOUT, 1, 1.0).act(samples.state, samples.targets, samples.visible)
        error, untrained = ((x - samples.label).square().mean() for x in (learnt, fresh))
        assert error < 0.5 * untrained
        save_bfm(path, LAYOUT, whole.student.average.state_dict())
    result = follow_student(library, FrozenBfm.load(path), starts=1, physics="newton_mujoco", seed=0)
    assert set(result) == set(VIEWS) and (result["everything"].first > 0.0).all()
