# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of clips: something is to be seen on them, and mistakes are named."""

from pathlib import Path

import imageio.v2 as imageio
import numpy as np
import pytest
import torch

from tt_isaaclab import cli
from tt_isaaclab.bfm.pretrain.motions.build import build_library
from tt_isaaclab.bfm.pretrain.motions.show import recorded_bones
from tt_isaaclab.evaluation.film import LEFT, MARK, RIGHT


def _show(*arguments: str | Path) -> int:
    return cli.main(["motions", "show", *map(str, arguments)])


def _pixels(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(picture.astype(int) - colour).max(-1) < 12).sum())


def test_strip_shows_poses_and_curves(library: str, tmp_path: Path) -> None:
    out = tmp_path / "new" / "walk.png"
    assert _show("--library", library, "--clip", "walk", "--out", out) == 0
    picture = imageio.imread(out)
    assert picture.shape == (620, 2400, 3)
    for pose in np.split(picture[:300], 8, axis=1):
        assert min(_pixels(pose, LEFT), _pixels(pose, RIGHT)) > 50
        assert _pixels(pose, MARK) == 0
    assert len(np.unique(picture[300:].reshape(-1, 3), axis=0)) > 10


def test_all_clips_have_a_row_each(library: str, tmp_path: Path) -> None:
    assert _show("--library", library, "--out", tmp_path / "all.png") == 0
    rows = np.split(imageio.imread(tmp_path / "all.png"), 3)
    assert all(_pixels(row, LEFT) > 50 for row in rows)


def test_film_is_as_long_as_the_clip(library: str, tmp_path: Path) -> None:
    assert _show("--library", library, "--clip", "unseen", "--out", tmp_path / "unseen.mp4") == 0
    assert len([*imageio.get_reader(tmp_path / "unseen.mp4").iter_data()]) == 31


def test_recorded_skeleton_goes_behind_the_body(folder: Path) -> None:
    """The recording glides 1.2 m in a second, its root on the ground; ours is shorter, and so is its way."""
    motion = build_library(folder / "motions", folder / "table.yaml").motion(0)
    bones = recorded_bones("glide", motion, folder / "motions", folder / "table.yaml")
    sticks = np.array([[(bone.start, bone.end) for bone in frame] for frame in bones])
    assert sticks.shape == (len(motion), 22, 2, 3)  # as many as bones
    root = torch.from_numpy(sticks[:, 0, 0])
    torch.testing.assert_close(root[:, :2], motion.root_pos[:, :2] - root.new_tensor([1.0, 0.0]), atol=1e-6, rtol=0.0)
    thigh = sticks[0, :, 1] - sticks[0, :, 0]
    assert np.isclose(thigh[:, 2].min(), -7 * 0.0254 / 0.45)  # of its own length, straight down


def test_recorded_skeleton_is_painted(folder: Path) -> None:
    build_library(folder / "motions", folder / "table.yaml").save(folder / "library.safetensors")
    beside = [
        "--library",
        folder / "library.safetensors",
        "--motions",
        folder / "motions",
        "--table",
        folder / "table.yaml",
    ]
    assert _show(*beside, "--clip", "glide", "--out", folder / "glide.png") == 0
    assert _pixels(imageio.imread(folder / "glide.png"), MARK) > 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--clip", "wlak", "--out", "x.png"], "no clip 'wlak' in the library; the nearest name is 'walk'"),
        (["--clip", "walk", "--out", "x.gif"], "x.gif: --out must be a .png, or with --clip an .mp4"),
        (["--out", "x.mp4"], "x.mp4: --out must be a .png, or with --clip an .mp4"),
        (["--clip", "walk", "--out", "x.png", "--motions", "m", "--table", "t.yaml"], "t.yaml: no such table"),
    ],
)
def test_mistakes_are_one_line(library: str, arguments: list[str], message: str, capsys) -> None:
    assert _show("--library", library, *arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_clips_without_a_recording_are_named(folder: Path) -> None:
    motion = build_library(folder / "motions", folder / "table.yaml").motion(1)
    table = folder / "table.yaml"
    with pytest.raises(ValueError, match=r"'glide-speed0.5-mirror' is a variation; only 'glide' is as it was recorded"):
        recorded_bones("glide-speed0.5-mirror", motion, folder / "motions", table)
    with pytest.raises(ValueError, match=r"nowhere/cmu/07_01.amc: no such recording; .* --motions"):
        recorded_bones("glide", motion, folder / "nowhere", table)
    with pytest.raises(ValueError, match=r"table.yaml: no recording of the clip 'slide'"):
        recorded_bones("slide", motion, folder / "motions", table)
