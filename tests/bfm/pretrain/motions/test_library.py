# SPDX-License-Identifier: BSD-3-Clause
"""Reading references out of packed clips."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from formula_walk import make_walk
from safetensors.torch import save_file

from tt_isaaclab.bfm.pretrain.motions.gait import stand
from tt_isaaclab.bfm.pretrain.motions.library import Clip, MotionLibrary
from tt_isaaclab.bfm.pretrain.motions.motion import states

WALK = make_walk(2.0)
MOTIONS = [WALK, stand(WALK, 1.0), WALK[10:]]
CLIPS = [
    Clip("walk", ("walk",), ("a person walks", "someone is walking")),
    Clip("stand", ("stand",), ("a person stands",)),
    Clip("late", ("walk",), hold_out=True),
]


@pytest.fixture
def library() -> MotionLibrary:
    return MotionLibrary.from_motions(CLIPS, MOTIONS)


def test_whole_frames_are_the_motions_states(library: MotionLibrary) -> None:
    clips = torch.tensor([[0, 0], [2, 1]])
    frames = torch.tensor([[7, 60], [3, 30]])
    got = library.sample(clips, frames / 30.0)
    for i in range(2):
        for j in range(2):
            expected = states(MOTIONS[clips[i, j]])
            for key, value in got._asdict().items():
                torch.testing.assert_close(
                    value[i, j], getattr(expected, key)[frames[i, j]].float(), atol=2e-6, rtol=1e-5, msg=key
                )


def test_a_clip_is_the_motion_it_was_packed_from(library: MotionLibrary) -> None:
    late = library.motion(2)
    assert late.fps == 30.0
    torch.testing.assert_close(late.root_pos, MOTIONS[2].root_pos, atol=1e-6, rtol=0.0)
    same = (late.local_quat * MOTIONS[2].local_quat).sum(-1).abs()
    torch.testing.assert_close(same, torch.ones_like(same), atol=1e-6, rtol=0.0)


def test_between_frames_is_interpolated_and_beyond_the_ends_held(library: MotionLibrary) -> None:
    clip = torch.zeros(3, dtype=torch.long)
    got = library.sample(clip, torch.tensor([7.5 / 30.0, -1.0, 99.0]))
    expected = states(WALK)
    middle = 0.5 * (expected.body_pos[7] + expected.body_pos[8])
    torch.testing.assert_close(got.body_pos[0], middle.float())
    torch.testing.assert_close(got.body_quat[0].norm(dim=-1), torch.ones(24))
    torch.testing.assert_close(got.body_pos[1], expected.body_pos[0].float())
    torch.testing.assert_close(got.body_pos[2], expected.body_pos[-1].float())


def test_interpolation_ignores_the_sign_of_a_quaternion() -> None:
    signs = torch.where(torch.arange(len(WALK)) % 2 == 0, 1.0, -1.0).double().view(-1, 1, 1)
    flipped = replace(WALK, local_quat=WALK.local_quat * signs)
    clip, time = torch.tensor([0]), torch.tensor([7.5 / 30.0])
    got = MotionLibrary.from_motions(CLIPS[:1], [flipped]).sample(clip, time)
    expected = MotionLibrary.from_motions(CLIPS[:1], [WALK]).sample(clip, time)
    torch.testing.assert_close(got.body_quat.abs(), expected.body_quat.abs())
    torch.testing.assert_close(got.joint_rotvec, expected.joint_rotvec, atol=1e-6, rtol=0.0)


def test_lengths_weights_and_tags(library: MotionLibrary) -> None:
    torch.testing.assert_close(library.seconds, torch.tensor([2.0, 1.0, 50 / 30.0]))
    torch.testing.assert_close(library.weights, torch.tensor([2.0, 1.0, 0.0]) / 3.0)
    assert library.ids("walk").tolist() == [0, 2]


def test_saved_and_loaded_is_the_same(library: MotionLibrary, tmp_path: Path) -> None:
    library.save(tmp_path / "library.safetensors")
    loaded = MotionLibrary.load(tmp_path / "library.safetensors")
    assert loaded.clips == CLIPS
    assert loaded.fps == 30.0
    clip, time = torch.tensor([0, 1, 2]), torch.tensor([0.31, 0.5, 1.0])
    for a, b in zip(library.sample(clip, time), loaded.sample(clip, time), strict=True):
        torch.testing.assert_close(a, b, atol=0.0, rtol=0.0)


def test_other_files_and_other_bodies_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match=r"other.safetensors: not a motion library"):
        MotionLibrary.load(path)
    metadata = {"format": "tt_isaaclab motion library 1", "fps": "30.0", "body_hash": "0", "clips": "[]"}
    save_file({"frames": torch.zeros(0)}, path, metadata)
    with pytest.raises(ValueError, match="built for another body"):
        MotionLibrary.load(path)


def test_mixed_frame_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="one frame rate"):
        MotionLibrary.from_motions(CLIPS[:2], [WALK, WALK.resample(15.0)])
