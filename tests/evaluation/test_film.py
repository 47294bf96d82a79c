# SPDX-License-Identifier: BSD-3-Clause
"""Films: something is to be seen on them, and it moves."""

import imageio.v2 as imageio
import numpy as np

from tt_isaaclab.evaluation.film import GROUND, LEFT, MARK, MIDDLE, RIGHT, Mark, film, paint
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
    frame = paint(*_standing(), (), "", SIZE)
    assert frame.shape == (SIZE[1], SIZE[0], 3) and frame.dtype == np.uint8
    for colour in (LEFT, RIGHT, MIDDLE):
        assert _pixels(frame, colour) > 50
    assert _pixels(frame, GROUND) > frame[..., 0].size / 4


def test_a_mark_is_painted_where_it_lies():
    pose = _standing()
    plain = paint(*pose, (), "", SIZE)
    for x in (2.0, -2.0):
        mark = Mark(np.array([0.0, 0.0, 0.02]), np.array([x, 0.0, 0.02]), 0.02)
        columns = np.flatnonzero((paint(*pose, [mark], "", SIZE) != plain).any(-1).any(0))
        assert (columns.mean() - SIZE[0] / 2) * x > 0  # the camera looks along +y: +x is to the right
    sphere = Mark(np.array([0.0, -1.0, 1.5]), np.array([0.0, -1.0, 1.5]), 0.1)
    assert _pixels(paint(*pose, [sphere], "", SIZE), MARK) > 50


def test_a_film_has_every_frame_and_they_differ(tmp_path):
    poses = [_standing(yaw) for yaw in np.linspace(0.0, 1.5, 6)]
    positions, quats = (np.stack(x) for x in zip(*poses, strict=True))
    film(tmp_path / "deep" / "turn.mp4", positions, quats, captions=["turning"] * 6, size=SIZE)
    frames = [*iter(imageio.get_reader(tmp_path / "deep" / "turn.mp4").iter_data())]
    assert len(frames) == 6
    assert all(f.mean() > 50 for f in frames)
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 0.5
