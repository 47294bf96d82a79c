# SPDX-License-Identifier: BSD-3-Clause
"""What a user who watches a clip would be asking for: how the pelvis should move from here, where a hand should go."""

from __future__ import annotations

import torch

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.heading import heading_angle

from .motions.library import MotionLibrary

_WINDOW = (0.6, 1.2)
"""The request is the mean velocity this long ahead [s]: about one step, after the body has had time to react."""

_SOON = 0.5
"""A stander who does not move within this time [s] is not yet asked to."""

_SLOW = 0.2
"""Below this speed the request is to stand [m/s]."""

_AT_REST = 0.05
"""A hand slower than this rests [m/s]."""

_SOONEST = 0.1
"""Time at which a hand that rests should be where it is [s], as in the prompt of the Reach task."""


class Cues:
    """Requests for all frames of a library, in the clips' own worlds."""

    def __init__(self, library: MotionLibrary) -> None:
        self._library = library
        clip, time = library.every_frame()
        end = library.seconds[clip]

        def mean_velocity(begin: torch.Tensor, duration: float) -> torch.Tensor:
            begin = torch.minimum(begin, end - duration).clamp(min=0.0)
            stop = torch.minimum(begin + duration, end)
            way = library.sample(clip, stop).body_pos[:, 0] - library.sample(clip, begin).body_pos[:, 0]
            return way[:, :2] / (stop - begin).clamp(min=1e-3).unsqueeze(-1)

        ahead = mean_velocity(time + _WINDOW[0], _WINDOW[1] - _WINDOW[0])
        waiting = mean_velocity(time, _SOON).norm(dim=-1) < 0.5 * _SLOW
        self._speed = ahead.norm(dim=-1)
        stands = waiting | (self._speed < _SLOW)
        heading = heading_angle(library.sample(clip, time).body_quat[:, 0])
        self._yaw = torch.where(stands, heading, torch.atan2(ahead[:, 1], ahead[:, 0]))
        self._speed[stands] = 0.0

    def at(self, clip: torch.Tensor, time: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Requested speed (N,) [m/s] and yaw of travel (N,) [rad] for clips (N,) at times (N,) [s]."""
        row = self._library.row(clip, time)
        return self._speed[row], self._yaw[row]


class Rests:
    """When the right hand rests next, for all frames of a library."""

    def __init__(self, library: MotionLibrary) -> None:
        self._library = library
        clip, time = library.every_frame()
        row = torch.arange(len(clip), device=clip.device)
        last = library.row(clip, library.seconds[clip])
        hand = DEFAULT_HUMANOID.body_ids(DEFAULT_HUMANOID.right_hand)[0]
        speed = library.sample(clip, time).body_lin_vel[:, hand].norm(dim=-1)
        rest = torch.where(speed < _AT_REST, row, len(row)).flip(0).cummin(0).values.flip(0)
        self._wait = (torch.minimum(rest, last) - row) / library.fps

    def wait(self, clip: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        """Time from now until the hand rests, at least 0.1 (N,) [s], for clips (N,) at times (N,) [s]."""
        return self._wait[self._library.row(clip, time)].clamp(min=_SOONEST)
