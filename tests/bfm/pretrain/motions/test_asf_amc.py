# SPDX-License-Identifier: BSD-3-Clause
"""A skeleton of two bones, posed by hand."""

import math
from pathlib import Path

import pytest
import torch

from tt_isaaclab.bfm.pretrain.motions.asf_amc import read_amc, read_asf

ASF = """# made by hand; one unit is 0.0254 / 0.0127 = 2 m
:version 1.10
:units
  mass 1.0
  length 0.0127
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 2
     name lower
     direction 1 0 0
     length 0.5
     axis 0 0 90 XYZ
    dof rx
    limits (-10.0 170.0)
  end
  begin
     id 1
     name upper
     direction 0 1 0
     length 1
     axis 0 0 0 XYZ
    dof rz
    limits (-160.0 20.0)
  end
:hierarchy
  begin
    root upper
    upper lower
  end
"""
AMC = """:FULLY-SPECIFIED
:DEGREES
1
root 0.5 1 1.5 0 0 0
upper 0
lower 0
2
root 0.5 1 1.5 0 90 0
upper 90
lower 90
3
root 0 0 0 90 0 90
upper 0
lower 0
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    asf, amc = tmp_path / "1.asf", tmp_path / "1_01.amc"
    asf.write_text(ASF)
    amc.write_text(AMC)
    return asf, amc


def _assert_position(actual: torch.Tensor, forward: float, left: float, up: float) -> None:
    torch.testing.assert_close(actual, actual.new_tensor([forward, left, up]), atol=1e-9, rtol=0.0)


def test_rest_pose_stacks_the_bones(files: tuple[Path, Path]) -> None:
    motion = read_amc(files[1], read_asf(files[0]))
    assert motion.names == ("root", "upper", "lower")  # parents first, whatever the order in the file
    _assert_position(motion.joint_pos[0, 1], 3.0, 1.0, 2.0)
    _assert_position(motion.tip_pos[0, 1], 3.0, 1.0, 4.0)  # 2 m up
    _assert_position(motion.tip_pos[0, 2], 3.0, 2.0, 4.0)  # and 1 m to the left


def test_turned_bones_end_where_a_pencil_says(files: tuple[Path, Path]) -> None:
    """In file axes: the root's quarter turn about y takes x to -z and z to x.

    upper: up, turned about z -> -x (2 m) -> by the root: +z. Tip (1, 2, 3) + (0, 0, 2).
    lower: along x; its own x axis lies along y, so it turns about y -> -z, upper leaves it, by the root: -x (1 m).
    """
    motion = read_amc(files[1], read_asf(files[0]))
    _assert_position(motion.tip_pos[1, 1], 5.0, 1.0, 2.0)
    _assert_position(motion.tip_pos[1, 2], 5.0, 0.0, 2.0)


def test_root_turns_about_x_first(files: tuple[Path, Path]) -> None:
    """Up goes to forward by the turn about x and stays there in the turn about z; the other order gives -x."""
    motion = read_amc(files[1], read_asf(files[0]))
    _assert_position(motion.tip_pos[2, 1], 2.0, 0.0, 0.0)


def test_rotations_are_away_from_rest(files: tuple[Path, Path]) -> None:
    """A quarter turn about the file's y is one about our z."""
    motion = read_amc(files[1], read_asf(files[0]))
    assert motion.quat[0].tolist() == [[0.0, 0.0, 0.0, 1.0]] * 3
    half = math.sqrt(0.5)
    torch.testing.assert_close(motion.quat[1, 0], motion.quat.new_tensor([0.0, 0.0, half, half]))


def test_another_subjects_motion_is_refused_with_its_line(files: tuple[Path, Path]) -> None:
    files[1].write_text(AMC.replace("upper 90", "upper 90 1"))
    with pytest.raises(ValueError, match=r"1_01.amc:9: 'upper' does not fit the skeleton"):
        read_amc(files[1], read_asf(files[0]))


def test_missing_frame_is_refused(files: tuple[Path, Path]) -> None:
    files[1].write_text(AMC.replace("upper 90\n", ""))
    with pytest.raises(ValueError, match="'upper' has 2 frames where the root has 3"):
        read_amc(files[1], read_asf(files[0]))


def test_radians_are_refused(files: tuple[Path, Path]) -> None:
    files[0].write_text(ASF.replace("angle deg", "angle rad"))
    with pytest.raises(ValueError, match=r"1.asf: angles must be in degrees"):
        read_asf(files[0])
