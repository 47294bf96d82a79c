# SPDX-License-Identifier: BSD-3-Clause
"""From text files and a table to a library, and the errors on the way."""

from pathlib import Path

import pytest

from tt_isaaclab.bfm.pretrain.motions.bones import CMU_BONES
from tt_isaaclab.bfm.pretrain.motions.build import build_library, read_recording
from tt_isaaclab.bfm.pretrain.motions.table import load_table


def test_library_has_every_variant(folder: Path) -> None:
    library = build_library(folder / "motions", folder / "table.yaml")
    assert [c.name for c in library.clips] == ["glide", "glide-speed0.5-mirror"]
    assert library.clips[1].tags == ("walk", "slow")
    assert library.clips[1].captions == ("a person glides slowly",)
    assert all(c.hold_out for c in library.clips)
    trimmed = (100 - 2 * 8 - 1) / 120.0  # 0.06 s at each end, and frames 100 to 119 are not used
    assert library.seconds[0].item() == pytest.approx(trimmed, abs=1 / 30)
    assert library.seconds[1].item() == pytest.approx(2 * library.seconds[0].item(), abs=1e-6)


def test_missing_things_are_named(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder"):
        build_library(folder / "nowhere", folder / "table.yaml")
    (folder / "motions" / "cmu" / "07_01.amc").rename(folder / "07_01.amc")
    with pytest.raises(FileNotFoundError, match=r"07_01.amc: no such recording"):
        build_library(folder / "motions", folder / "table.yaml")


def test_failing_step_names_file_and_step(folder: Path) -> None:
    table = folder / "table.yaml"
    table.write_text(table.read_text().replace("speed: 0.5", "loop: 5").replace("100]", "60]"))
    with pytest.raises(ValueError, match=r"07_01.amc: loop: .* too short to be looped"):
        build_library(folder / "motions", folder / "table.yaml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("speed: 0.5", "sped: 0.5", r"glide has the unknown step 'sped'; known are mirror"),
        ("hold_out", "holdout", r"glide has the unknown key 'holdout'"),
        ("    tags: [walk]\n", "", r"glide lacks tags"),
        ("clips:", "clip:", r"no clips"),
        ("clips:", "include: [walks.yaml]\nclips:", r"walks.yaml: no such table"),
        ("clips:", "include: [other.yaml]\nclips:", r"table.yaml: 'glide' is the name of two recordings"),
    ],
)
def test_table_mistakes_are_named(folder: Path, old: str, new: str, message: str) -> None:
    table = folder / "table.yaml"
    (folder / "other.yaml").write_text(table.read_text())
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(ValueError, match=message):
        load_table(table)


def test_included_tables_come_first(folder: Path) -> None:
    (folder / "all.yaml").write_text("include: [table.yaml]\nclips: [{name: b, file: b.bvh, tags: [], captions: []}]")
    assert [entry.name for entry in load_table(folder / "all.yaml")] == ["glide", "b"]


def test_reader_and_bones_go_by_the_suffix(folder: Path) -> None:
    source, bones = read_recording(folder / "motions" / "cmu" / "07_01.amc")
    assert len(source.quat) == 120 and bones is CMU_BONES
    with pytest.raises(ValueError, match=r"walk.c3d: cannot read '.c3d' files; known formats are .amc, .bvh, .json"):
        read_recording(folder / "walk.c3d")


def test_recording_without_a_bone_is_named(folder: Path) -> None:
    rows = "\n".join(["0 0 0 0 0 0"] * 40)
    channels = "CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation"
    text = f"HIERARCHY\nROOT hip\n{{\nOFFSET 0 0 0\n{channels}\n}}\nMOTION\nFrames: 40\nFrame Time: 0.01\n{rows}\n"
    (folder / "motions" / "hip.bvh").write_text(text)
    table = folder / "table.yaml"
    table.write_text("clips: [{name: hip, file: hip.bvh, tags: [], captions: []}]")
    with pytest.raises(ValueError, match=r"hip.bvh: The recording has no bone abdomen, chest, "):
        build_library(folder / "motions", table)
