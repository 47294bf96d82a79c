# SPDX-License-Identifier: BSD-3-Clause
"""Safety limits on numbers worked out by hand."""

import numpy as np

from tt_isaaclab.deploy.observation import BodyState
from tt_isaaclab.deploy.safety import Safety

WANTED, PREVIOUS = np.array([[3.0, 4.0, 0.0], [0.0, 0.1, 0.0]]), np.zeros((2, 3))


def _state(height: float) -> BodyState:
    pos = np.zeros((24, 3))
    pos[0, 2] = height
    return BodyState(pos, np.tile(np.eye(3), (24, 1, 1)), np.zeros((24, 3)), np.zeros((24, 3)))


def test_nothing_is_limited_unless_asked():
    np.testing.assert_allclose(Safety().limit(WANTED, PREVIOUS, 0.1), WANTED)
    assert not Safety().stop(_state(0.05))


def test_a_long_rotation_keeps_its_axis():
    limited = Safety(max_angle=2.0).limit(WANTED, PREVIOUS, 0.1)
    np.testing.assert_allclose(limited, [[1.2, 1.6, 0.0], [0.0, 0.1, 0.0]])


def test_a_fast_change_is_slowed():
    """10 rad/s for 0.1 s is 1 rad of the 5 that are wanted; the other joint arrives."""
    limited = Safety(max_rate=10.0).limit(WANTED, PREVIOUS, 0.1)
    np.testing.assert_allclose(limited, [[0.6, 0.8, 0.0], [0.0, 0.1, 0.0]])


def test_low_or_lost_pelvis_stops():
    safety = Safety(min_height=0.5)
    assert not safety.stop(_state(0.51)) and safety.stop(_state(0.49)) and safety.stop(_state(np.nan))
