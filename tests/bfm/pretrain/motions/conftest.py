# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the tests of motions."""

from pathlib import Path

import pytest
from formula_walk import make_walk

from tt_isaaclab.bfm.pretrain.motions.bones import CMU_BONES
from tt_isaaclab.bfm.pretrain.motions.motion import Motion

BONES = sorted({bone for bone in CMU_BONES.values() if bone} - {"root"})
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


@pytest.fixture
def walk() -> Motion:
    """Four seconds of `make_walk`."""
    return make_walk()
