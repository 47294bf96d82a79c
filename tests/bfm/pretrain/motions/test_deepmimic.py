# SPDX-License-Identifier: BSD-3-Clause
"""A skeleton of one leg, posed by hand and by matrices."""

import copy
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from tt_isaaclab.bfm.pretrain.motions.deepmimic import SKELETON, read_deepmimic


def _joint(name: str, kind: str, parent: int, x: float, y: float, z: float) -> dict:
    return {"Name": name, "Type": kind, "Parent": parent, "AttachX": x, "AttachY": y, "AttachZ": z}


LEG = {
    "Skeleton": {
        "Joints": [
            _joint("root", "none", -1, 0, 0, 0),
            _joint("hip", "spherical", 0, 0, 0, 0.1),
            _joint("knee", "revolute", 1, 0, -0.4, 0),
            _joint("sole", "fixed", 2, 0, -0.3, 0),
        ]
    },
    "BodyDefs": [{"AttachX": 0.05, "AttachY": -0.02, "AttachZ": 0.0}] * 4,
}
HALF = math.sqrt(0.5)
STRAIGHT = [0.5, 1.0, 0.9, 2.0, 1, 0, 0, 0, 1, 0, 0, 0, 0.0]
BENT = [0.5, 0.0, 0.0, 0.0, HALF, 0, HALF, 0, HALF, HALF, 0, 0, -math.pi / 2]


def _write(folder: Path, frames: list, skeleton: dict = LEG, **keys: str) -> Path:
    (folder / SKELETON).write_text(json.dumps(skeleton))
    path = folder / "leg.json"
    path.write_text(json.dumps({**keys, "Frames": frames}))
    return path


def _assert_position(actual: torch.Tensor, forward: float, left: float, up: float) -> None:
    torch.testing.assert_close(actual, actual.new_tensor([forward, left, up]), atol=1e-9, rtol=0.0)


def test_rest_pose_hangs_down_on_the_right(tmp_path: Path) -> None:
    motion = read_deepmimic(_write(tmp_path, [STRAIGHT, BENT]))
    assert motion.names == ("root", "hip", "knee", "sole")
    assert motion.fps == 2.0
    _assert_position(motion.joint_pos[0, 0], 1.0, -2.0, 0.9)
    _assert_position(motion.joint_pos[0, 1], 1.0, -2.1, 0.9)
    _assert_position(motion.tip_pos[0, 1], 1.0, -2.1, 0.5)
    _assert_position(motion.joint_pos[0, 3], 1.0, -2.1, 0.2)
    _assert_position(motion.tip_pos[0, 3], 1.1, -2.1, 0.16)  # twice as far as the centre of its shape
    assert motion.quat[0].tolist() == [[0.0, 0.0, 0.0, 1.0]] * 4


def test_turned_bones_end_where_a_pencil_says(tmp_path: Path) -> None:
    """The root faces left. The hip's quarter turn about its forward axis lifts the thigh to the body's left, now -x.

    The knee bends by a quarter turn, backwards for the body, which is to the right.
    """
    motion = read_deepmimic(_write(tmp_path, [STRAIGHT, BENT]))
    _assert_position(motion.joint_pos[1, 1], 0.1, 0.0, 0.0)
    _assert_position(motion.joint_pos[1, 2], -0.3, 0.0, 0.0)
    _assert_position(motion.joint_pos[1, 3], -0.3, -0.3, 0.0)
    torch.testing.assert_close(motion.quat[1, 0], motion.quat.new_tensor([0.0, 0.0, HALF, HALF]))


def test_any_rotation_agrees_with_matrices(tmp_path: Path) -> None:
    root, hip = (np.array(q) / np.linalg.norm(q) for q in ([0.5, 0.2, -0.7, 0.1], [0.9, -0.3, 0.2, 0.4]))
    frame = [0.5, 0.1, 0.2, 0.3, *root, *hip, -0.7]
    c, s = math.cos(-0.7), math.sin(-0.7)
    thigh = _matrix(root) @ _matrix(hip)
    knee = np.array([0.1, 0.2, 0.3]) + _matrix(root) @ [0, 0, 0.1] + thigh @ [0, -0.4, 0]
    sole = knee + thigh @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ [0, -0.3, 0]
    motion = read_deepmimic(_write(tmp_path, [frame, frame]))
    _assert_position(motion.joint_pos[0, 2], knee[0], -knee[2], knee[1])
    _assert_position(motion.joint_pos[0, 3], sole[0], -sole[2], sole[1])


def _matrix(quat: np.ndarray) -> np.ndarray:
    w, x, y, z = quat
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def test_a_looped_clip_goes_on_where_it_ended(tmp_path: Path) -> None:
    """One metre ahead and a quarter turn to the left, three times: three sides of a square, then facing right."""
    frames = [[*STRAIGHT[:1], 0, 0.9, 0, *STRAIGHT[4:]], [*STRAIGHT[:1], 1, 0.9, 0, HALF, 0, HALF, 0, *STRAIGHT[8:]]]
    motion = read_deepmimic(_write(tmp_path, frames, Loop="wrap"))
    corners = [[0.0, 0.0, 0.9], [1.0, 0.0, 0.9], [1.0, 1.0, 0.9], [0.0, 1.0, 0.9]]
    torch.testing.assert_close(motion.joint_pos[:, 0], torch.tensor(corners, dtype=torch.float64), atol=1e-9, rtol=0.0)
    _assert_position(motion.joint_pos[3, 1], -0.1, 1.0, 0.9)  # the hip is to the right of a body that faces right
    assert len(read_deepmimic(_write(tmp_path, frames, Loop="none")).quat) == 2


def test_damaged_clips_are_refused_with_a_remedy(tmp_path: Path) -> None:
    path = _write(tmp_path, [STRAIGHT, BENT[:-1]])
    with pytest.raises(
        ValueError, match=rf"leg.json: frame 1 has 12 values where {SKELETON} asks for 13; use the skel"
    ):
        read_deepmimic(path)
    path.write_text(path.read_text()[:-20])
    with pytest.raises(ValueError, match=r"leg.json:1: not JSON, or cut short; get the file again"):
        read_deepmimic(path)
    with pytest.raises(ValueError, match=r"leg.json: not a DeepMimic clip; it needs two or more 'Frames'"):
        read_deepmimic(_write(tmp_path, [STRAIGHT]))
    (tmp_path / SKELETON).unlink()
    with pytest.raises(ValueError, match=rf"{SKELETON}: no such file"):
        read_deepmimic(path)


def test_damaged_skeletons_are_refused(tmp_path: Path) -> None:
    def broken(change) -> Path:
        skeleton = copy.deepcopy(LEG)
        change(skeleton)
        return _write(tmp_path, [STRAIGHT, BENT], skeleton)

    with pytest.raises(ValueError, match=rf"{SKELETON}: no DeepMimic skeleton; it lacks 'Type'"):
        read_deepmimic(broken(lambda s: s["Skeleton"]["Joints"][1].pop("Type")))
    with pytest.raises(ValueError, match=r"joints of type 'planar' are not known"):
        read_deepmimic(broken(lambda s: s["Skeleton"]["Joints"][1].update(Type="planar")))
    with pytest.raises(ValueError, match=r"the joints need their parents before them"):
        read_deepmimic(broken(lambda s: s["Skeleton"]["Joints"].pop(0)))
