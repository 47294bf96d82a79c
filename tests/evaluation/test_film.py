# SPDX-License-Identifier: BSD-3-Clause
"""Films: something is to be seen on them, and it moves."""

import imageio.v2 as imageio
import numpy as np

from tt_isaaclab.evaluation.film import GROUND, LEFT, MIDDLE, RIGHT, STICK, film, paint
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

SIZE = (640, 360)


def _standing(yaw: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Rest pose on the ground, turned about z."""
    spec, positions = DEFAULT_HUMANOID, []
    for parent, offset in zip(spec.parents, spec.offsets, strict=True):
        base = np.array([0.0, 0.0, spec.standing_height]) if parent < 0 else positions[parent]
        positions.append(base + np.array(offset))
    c, s = np.cos(yaw), np.sin(yaw)
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    quats = np.tile([0.0, 0.0, np.sin(yaw / 2), np.cos(yaw / 2)], (len(positions), 1))
    return np.array(positions) @ turn.T, quats


def _pixels(frame: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(frame.astype(int) - colour).max(-1) < 12).sum())


def test_both_sides_and_the_trunk_are_in_view_on_a_lit_ground():
    frame = paint(*_standing(), None, "", SIZE)
    assert frame.shape == (SIZE[1], SIZE[0], 3) and frame.dtype == np.uint8
    for colour in (LEFT, RIGHT, MIDDLE):
        assert _pixels(frame, colour) > 50
    assert _pixels(frame, GROUND) > frame[..., 0].size / 4


def test_the_arrow_points_along_the_command():
    pose = _standing()
    plain, ahead, back = (paint(*pose, a, "", SIZE) for a in (None, np.array([2.0, 0.0]), np.array([-2.0, 0.0])))
    columns = [np.flatnonzero((f != plain).any(-1).any(0)).mean() for f in (ahead, back)]
    assert columns[0] > SIZE[0] / 2 > columns[1]  # the camera looks along +y: +x is to the right


def test_a_stick_figure_stands_where_it_is_put():
    stick = np.array([[[-1.0, 0.0, 0.0], [-1.0, 0.0, 1.7]]])
    columns = np.flatnonzero(
        (np.abs(paint(*_standing(), None, "", SIZE, stick).astype(int) - STICK).max(-1) < 12).any(0)
    )
    assert len(columns) and columns.max() < SIZE[0] / 2  # to the left of the body


def test_a_film_has_every_frame_and_they_differ(tmp_path):
    poses = [_standing(yaw) for yaw in np.linspace(0.0, 1.5, 6)]
    positions, quats = (np.stack(x) for x in zip(*poses, strict=True))
    film(tmp_path / "deep" / "turn.mp4", positions, quats, captions=["turning"] * 6, size=SIZE)
    frames = [*iter(imageio.get_reader(tmp_path / "deep" / "turn.mp4").iter_data())]
    assert len(frames) == 6
    assert all(f.mean() > 50 for f in frames)
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 0.5
