# SPDX-License-Identifier: BSD-3-Clause
"""Distillation on a real environment, a tiny library and a tracker that always says the same."""

import dataclasses

import pytest
import torch

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.pretrain import other_foot
from tt_isaaclab.bfm.pretrain.captions import NONE, Captions
from tt_isaaclab.bfm.pretrain.distill import Distillation, DistillCfg, student_env
from tt_isaaclab.bfm.pretrain.evaluate import VIEWS, follow_student
from tt_isaaclab.bfm.pretrain.masks import Kind
from tt_isaaclab.bfm.pretrain.motions.library import Clip, MotionLibrary
from tt_isaaclab.bfm.pretrain.replay import Replay, Samples
from tt_isaaclab.bfm.pretrain.student import Only, Student
from tt_isaaclab.bfm.pretrain.tracker import Experts, Tracker
from tt_isaaclab.bfm.weights import save_bfm
from tt_isaaclab.tasks.make import open_env

LAYOUT = dataclasses.replace(bundled(), name="small", width=32, layers=1, feed_forward=32, decoder_hidden=(32,))
CFG = DistillCfg(samples=800, steps=10, replay=500, batch=32, reuse=4.0, learning_rate=3e-3)


CAPTIONS = torch.randn(3, 256)


def _samples(n: int) -> Samples:
    visible, caption = torch.rand(n, 6) < 0.5, torch.randint(NONE, len(CAPTIONS), (n,))
    rows = torch.randn(n, 6, 184)
    return Samples(torch.randn(n, 358), rows, visible, caption, torch.randn(n, 69), torch.randn_like(rows))


def test_replay_keeps_the_latest():
    replay = Replay(5, _samples(3))
    for value in range(4):
        replay.add(_samples(2)._replace(label=torch.full((2, 69), float(value))))
    assert len(replay) == 5
    assert set(replay.draw(200).label[:, 0].tolist()) == {1.0, 2.0, 3.0}


def test_replay_draws_the_same_whatever_else_draws():
    torch.manual_seed(3)
    one, other, samples = Replay(50, _samples(1)), Replay(50, _samples(1)), _samples(50)
    one.add(samples)
    other.add(samples)
    first = one.draw(20)
    torch.rand(7)
    assert other.draw(20).label.equal(first.label) and not one.draw(20).label.equal(first.label)


@pytest.mark.parametrize("variational", [None, 0.01])
def test_student_learns_and_goes_on_from_its_file(tmp_path, variational):
    torch.manual_seed(0)
    samples, path = _samples(64), tmp_path / "student.safetensors"
    student = Student(LAYOUT, CAPTIONS, updates=40, learning_rate=3e-3, variational=variational)
    student.observe(samples)
    losses = [student.update(samples).item() for _ in range(20)]
    assert losses[-1] < losses[0]
    student.save(path, {"collected": 7})
    again = Student(LAYOUT, CAPTIONS, updates=40, learning_rate=3e-3, variational=variational)
    assert again.load(path) == {"collected": 7, "updates": 20}
    for i in range(3):
        torch.manual_seed(i)
        expected = student.update(samples)
        torch.manual_seed(i)
        assert again.update(samples) == expected
    with pytest.raises(BfmFileError, match="another layout"):
        Student(bundled(), CAPTIONS, updates=40, learning_rate=3e-3).load(path)
    other = Student(LAYOUT, CAPTIONS, updates=40, learning_rate=3e-3, variational=None if variational else 0.01)
    with pytest.raises(BfmFileError, match="another kind of latent"):
        other.load(path)


@pytest.mark.parametrize(("capability", "halves"), [("AVX2", False), ("AVX512", True)])
def test_student_learns_in_half_precision_where_that_is_faster(monkeypatch, capability, halves):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    student, seen = Student(LAYOUT, CAPTIONS, updates=40, learning_rate=3e-3), []
    student.network.decoder.register_forward_hook(lambda *_: seen.append(torch.is_autocast_enabled("cpu")))
    student.update(_samples(8))
    assert seen == [halves]


def test_student_goes_on_from_a_model_that_reads_less():
    samples = _samples(8)
    smaller = BfmNetwork(dataclasses.replace(LAYOUT, tokens=LAYOUT.tokens[:2]))
    student = Student(LAYOUT, CAPTIONS, 40, 3e-3, former=smaller)
    silent = samples._replace(caption=torch.full_like(samples.caption, NONE))
    expected = smaller({"state": samples.state, "targets": samples.targets}, {"targets": samples.visible})
    torch.testing.assert_close(student.act(silent), expected.detach())
    student.observe(_samples(100))
    torch.testing.assert_close(student.act(silent), expected.detach())  # its statistics are kept too
    assert not torch.allclose(student.act(samples._replace(caption=torch.zeros_like(samples.caption))), expected)
    with pytest.raises(BfmFileError, match="has no place in 'bundled'"):
        Student(bundled(), CAPTIONS, 40, 3e-3, former=smaller)

    kept = Student(LAYOUT, CAPTIONS, 40, 3e-3, former=smaller, only=Only.WORDS)  # learns sentences alone
    losses = [kept.update(samples._replace(caption=samples.caption.clamp(min=0))).item() for _ in range(40)]
    assert losses[-1] < losses[0]
    for name, tensor in smaller.state_dict().items():
        assert kept.average.state_dict()[name].equal(tensor)


def test_a_second_trunk_is_taught_alone():
    samples = _samples(64)
    former = BfmNetwork(LAYOUT)
    layout = dataclasses.replace(LAYOUT, backwards_from=0.5)
    student = Student(layout, CAPTIONS, 40, 3e-3, former, Only.BACKWARDS)
    inputs, visibility = student._read(samples)
    chosen = student.network.goes_backwards(inputs, visibility)
    assert chosen.any() and not chosen.all()
    before = former(inputs, visibility).detach()
    assert student.act(samples).equal(before)  # it begins as the first
    asked = Samples(*(x[chosen] for x in samples))
    losses = [student.update(asked).item() for _ in range(40)]
    student.show()
    assert losses[-1] < losses[0]
    assert (student.act(samples) == before).all(-1).equal(~chosen)


def test_a_sentence_stands_for_the_clip_that_the_teacher_sees():
    clips = [Clip("walk", (), ("a walk", "walking")), Clip("stand"), Clip("run", (), ("a run",))]
    library = MotionLibrary(clips, torch.tensor([2, 2, 2]), 30.0, {})
    vectors = {"a walk": torch.ones(4), "walking": 2.0 * torch.ones(4), "a run": 3.0 * torch.ones(4)}
    captions = Captions(library, vectors, 4)
    drawn = captions.draw(torch.arange(3).repeat(40))
    assert (drawn[1::3] == NONE).all()
    assert set(captions.vectors[drawn[0::3], 0].tolist()) == {1.0, 2.0}
    assert set(captions.vectors[drawn[2::3], 0].tolist()) == {3.0}
    with pytest.raises(ValueError, match="no vector of 'a run'"):
        Captions(library, {}, 4)


def test_a_former_model_teaches_prompts_by_the_prompt_and_clips_from_the_whole_reference(library):
    def edit(cfg) -> None:
        student_env(cfg)
        cfg.commands.motion.library = library

    torch.manual_seed(0)
    former = FrozenBfm(bundled(), BfmNetwork(bundled()).state_dict())
    with open_env("TaskTokens-Tracking", physics="newton_mujoco", num_envs=16, seed=0, edit=edit) as env:
        experts = Experts([], torch.full((3,), -1), former)
        lessons = Distillation(env, experts, bundled(), Captions(MotionLibrary.load(library), {}, 256), CFG)
        samples, (rows, shown) = lessons._look(), lessons._everything()
        by_prompt = (lessons._targets.kind >= Kind.DIRECTION).unsqueeze(1)
        whole = former({"state": samples.state, "targets": rows}, {"targets": shown})
        prompted = former({"state": samples.state, "targets": samples.targets}, {"targets": samples.visible})
    assert by_prompt.any() and not by_prompt.all() and not torch.allclose(whole, prompted)
    torch.testing.assert_close(samples.label, torch.where(by_prompt, prompted, whole))


def test_a_former_model_alone_teaches_its_second_trunk_the_other_foot(library, monkeypatch):
    monkeypatch.setattr(other_foot, "_STILL", 100.0)  # m/s: nobody stands in this library

    def edit(cfg) -> None:
        student_env(cfg)
        cfg.commands.motion.library, cfg.commands.motion.ordered = library, 1.0

    torch.manual_seed(0)
    layout = dataclasses.replace(bundled(), backwards_from=0.0)  # it moves whoever is asked for anything
    former = FrozenBfm(layout, BfmNetwork(layout).state_dict())
    cfg = dataclasses.replace(CFG, only=Only.BACKWARDS)
    with open_env("TaskTokens-Tracking", physics="newton_mujoco", num_envs=64, seed=0, edit=edit) as env:
        experts, captions = Experts([], torch.full((3,), -1), former), Captions(MotionLibrary.load(library), {}, 256)
        lessons = Distillation(env, experts, layout, captions, cfg)
        samples = lessons._look()
    seen = {"state": samples.state, "targets": samples.targets}, {"targets": samples.visible}
    own, second, fresh = former(*seen), former.goes_backwards(*seen), torch.ones(64, dtype=torch.bool)
    label = other_foot.OtherFoot(former).answer(*seen, own, second, fresh)
    mirrored = (label != own).any(-1)
    assert mirrored.any() and not mirrored.all() and not second.all()
    torch.testing.assert_close(samples.label[second], label[second])
    learnt = lessons._lesson(samples)
    assert mirrored.sum() < len(learnt.label) < second.sum()


def test_distillation_learns_resumes_and_gives_a_model(library, checkpoint, tmp_path):
    def edit(cfg) -> None:
        student_env(cfg)
        cfg.commands.motion.library = library

    state, path = tmp_path / "state.safetensors", tmp_path / "model.safetensors"
    with open_env("TaskTokens-Tracking", physics="newton_mujoco", num_envs=8, seed=0, edit=edit) as env:
        experts = Experts([Tracker(checkpoint)], torch.zeros(3, dtype=torch.long))
        captions = Captions(MotionLibrary.load(library), {}, 256)
        half = Distillation(env, experts, LAYOUT, captions, dataclasses.replace(CFG, samples=400))
        half.run(state)
        whole = Distillation(env, experts, LAYOUT, captions, CFG)
        whole.run(state, resume=True)
        assert whole.collected == 800 and whole.student.updates == 100
        samples = whole._look()
        learnt, fresh = whole.student.act(samples), Student(LAYOUT, captions.vectors, 1, 1.0).act(samples)
        error, untrained = ((x - samples.label).square().mean() for x in (learnt, fresh))
        assert error < 0.5 * untrained
        save_bfm(path, LAYOUT, whole.student.average.state_dict())
    result = follow_student(library, FrozenBfm.load(path), starts=1, physics="newton_mujoco", seed=0)
    assert set(result) == set(VIEWS) and (result["everything"].first > 0.0).all()
