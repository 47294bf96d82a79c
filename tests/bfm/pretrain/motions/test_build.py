# SPDX-License-Identifier: BSD-3-Clause
"""From text files and a table to a library, and the errors on the way."""

from pathlib import Path

import pytest

from tt_isaaclab.bfm.pretrain.motions.build import build_library
from tt_isaaclab.bfm.pretrain.motions.retarget import CMU_BONES
from tt_isaaclab.bfm.pretrain.motions.table import load_table

BONES = sorted(set(CMU_BONES.values()) - {"root"})
TABLE = """
clips:
  - name: glide
    file: cmu/07_01.amc
    frames: [0, 100]
    tags: [walk]
    captions: [a person glides]
    hold_out: true
    variants:
      - {}
      - {speed: 0.5, mirror: true, tags: [slow], captions: [a person glides slowly]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A motions folder with one recording: 120 frames in the rest pose, 1.2 m forward."""
    cmu = tmp_path / "motions" / "cmu"
    cmu.mkdir(parents=True)
    lines = [":units", "length 0.45", "angle deg", ":root", "order TX TY TZ RX RY RZ", "axis XYZ"]
    lines += ["orientation 0 0 0", ":bonedata"]
    for name in BONES:
        side = 1 if name.startswith("l") else -1
        direction = "0 -1 0" if name.endswith(("femur", "tibia")) else f"{side} 0 0"
        lines += ["begin", f"name {name}", f"direction {direction}", "length 7", "axis 0 0 0 XYZ", "end"]
    lines += [":hierarchy", "begin", *(f"root {name}" for name in BONES), "end"]
    (cmu / "07.asf").write_text("\n".join(lines))
    step = 0.01 / 0.056444
    (cmu / "07_01.amc").write_text("\n".join(f"{i + 1}\nroot 0 0 {i * step} 0 0 0" for i in range(120)))
    (tmp_path / "table.yaml").write_text(TABLE)
    return tmp_path


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
    (folder / "table.yaml").write_text(TABLE.replace("speed: 0.5", "loop: 5").replace("100]", "60]"))
    with pytest.raises(ValueError, match=r"07_01.amc: loop: .* too short to be looped"):
        build_library(folder / "motions", folder / "table.yaml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("speed: 0.5", "sped: 0.5", r"glide has the unknown step 'sped'; known are mirror"),
        ("hold_out", "holdout", r"glide has the unknown key 'holdout'"),
        ("    tags: [walk]\n", "", r"glide lacks tags"),
        ("clips:", "clip:", r"no clips"),
    ],
)
def test_table_mistakes_are_named(folder: Path, old: str, new: str, message: str) -> None:
    table = folder / "table.yaml"
    table.write_text(TABLE.replace(old, new))
    with pytest.raises(ValueError, match=message):
        load_table(table)
