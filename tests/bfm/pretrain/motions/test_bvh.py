# SPDX-License-Identifier: BSD-3-Clause
"""A tree of three joints, posed by hand and by matrices."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from tt_isaaclab.bfm.pretrain.motions.bvh import read_bvh

BVH = """HIERARCHY
ROOT hip
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT upper
  {
    OFFSET 0 100 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    JOINT lower
    {
      OFFSET 0 200 0
      CHANNELS 3 Zrotation Xrotation Yrotation
      End Site
      {
        OFFSET 0 0 50
      }
    }
  }
}
MOTION
Frames: 3
Frame Time: 0.02
100 50 300 0 0 0 0 0 0 0 0 0
0 0 0 90 0 0 0 90 90 0 0 0
10 20 30 40 50 60 70 80 -20 -50 15 35
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "tree.bvh"
    path.write_text(BVH)
    return path


def _assert_position(actual: torch.Tensor, forward: float, left: float, up: float) -> None:
    torch.testing.assert_close(actual, actual.new_tensor([forward, left, up]), atol=1e-9, rtol=0.0)


def test_rest_pose_stacks_the_bones_in_metres(path: Path) -> None:
    motion = read_bvh(path)
    assert motion.names == ("hip", "upper", "lower")
    assert motion.fps == pytest.approx(50.0)
    _assert_position(motion.joint_pos[0, 0], 3.0, 1.0, 0.5)
    _assert_position(motion.joint_pos[0, 1], 3.0, 1.0, 1.5)
    _assert_position(motion.joint_pos[0, 2], 3.0, 1.0, 3.5)
    _assert_position(motion.tip_pos[0, 1], 3.0, 1.0, 3.5)  # a bone ends where its child begins
    _assert_position(motion.tip_pos[0, 2], 3.5, 1.0, 3.5)
    _assert_position(motion.rest_bones[2], 0.5, 0.0, 0.0)


def test_turned_bones_end_where_a_pencil_says(path: Path) -> None:
    """In file axes (left, up, forward): the root's quarter turn about z takes up to -x, and x to up.

    upper: its turn about y, the last channel, acts first and leaves the bone; the one about x takes up to forward.
    The tip of lower: forward, by the turn about y left, about x left, by the root up.
    """
    motion = read_bvh(path)
    _assert_position(motion.joint_pos[1, 1], 0.0, -1.0, 0.0)
    _assert_position(motion.joint_pos[1, 2], 2.0, -1.0, 0.0)
    _assert_position(motion.tip_pos[1, 2], 2.0, -1.0, 0.5)
    half = math.sqrt(0.5)
    torch.testing.assert_close(motion.quat[1, 0], motion.quat.new_tensor([half, 0.0, 0.0, half]))


def test_any_angles_agree_with_matrices(path: Path) -> None:
    root = _turn("z", 40) @ _turn("y", 50) @ _turn("x", 60)
    upper = root @ _turn("z", 70) @ _turn("x", 80) @ _turn("y", -20)
    lower = upper @ _turn("z", -50) @ _turn("x", 15) @ _turn("y", 35)
    joint = np.array([0.1, 0.2, 0.3]) + root @ [0.0, 1.0, 0.0] + upper @ [0.0, 2.0, 0.0]
    tip = joint + lower @ [0.0, 0.0, 0.5]
    motion = read_bvh(path)
    _assert_position(motion.joint_pos[2, 2], joint[2], joint[0], joint[1])
    _assert_position(motion.tip_pos[2, 2], tip[2], tip[0], tip[1])


def _turn(axis: str, degrees: float) -> np.ndarray:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array(
        {
            "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
            "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
            "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
        }[axis]
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "10 20 30 40 50 60 70 80 -20 -50 15 35\n",
            "",
            r"tree.bvh: 2 frames where it promises 3; .* get the file again",
        ),
        (" -50 15 35\n", "\n", r"tree.bvh:26: 9 values where the channels are 12; get the file again"),
        ("100 50 300", "100 5O 300", r"tree.bvh: could not convert string to float: '5O' below MOTION"),
        ("MOTION\n", "", r"tree.bvh: not a BVH recording, or cut short: it has no MOTION"),
        ("OFFSET 0 200 0", "OFFSET 0 200", r"tree.bvh:12: 'OFFSET 0 200' does not belong"),
        ("CHANNELS 3 Zrotation", "CHANNELS 3 Wrotation", r"tree.bvh:9: .* does not belong"),
        ("ROOT hip", "ROOT", r"tree.bvh:2: 'ROOT' does not belong"),
        ("Frames: 3\n", "", r"tree.bvh:22: 'Frames:' and 'Frame Time:' must follow MOTION"),
        ("  OFFSET 0 100 0\n", "", "not one closed tree"),
        ("Xposition Yposition Zposition", "Xposition Yposition Xposition", "not one closed tree with a moving root"),
    ],
)
def test_damaged_files_are_refused_with_the_place(path: Path, old: str, new: str, message: str) -> None:
    path.write_text(BVH.replace(old, new))
    with pytest.raises(ValueError, match=message) as error:
        read_bvh(path)
    assert "\n" not in str(error.value)
