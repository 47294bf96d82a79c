# SPDX-License-Identifier: BSD-3-Clause
"""What a user would be asking for, of clips whose motion is known."""

import torch
from formula_walk import SPEED, make_walk

from tt_isaaclab.bfm.pretrain.cues import Cues, Rests
from tt_isaaclab.bfm.pretrain.motions.augment import bend
from tt_isaaclab.bfm.pretrain.motions.library import Clip, MotionLibrary
from tt_isaaclab.bfm.pretrain.motions.motion import Motion


def _cues(*motions: Motion) -> Cues:
    return Cues(MotionLibrary.from_motions([Clip(str(i)) for i in range(len(motions))], list(motions)))


def _waiting_walk() -> Motion:
    """Two seconds of standing, then the walk."""
    walk = make_walk(4.0)
    return walk[torch.cat((torch.zeros(60, dtype=torch.long), torch.arange(len(walk))))]


def test_a_walk_asks_for_its_speed_to_the_end():
    time = torch.linspace(0.0, 4.0, 30)
    speed, yaw = _cues(make_walk(4.0)).at(torch.zeros(30, dtype=torch.long), time)
    torch.testing.assert_close(speed, torch.full((30,), SPEED), atol=0.02, rtol=0.0)
    torch.testing.assert_close(yaw, torch.zeros(30), atol=0.1, rtol=0.0)


def test_a_stander_is_asked_to_walk_just_before_it_does():
    clip = torch.zeros(3, dtype=torch.long)
    speed, _ = _cues(_waiting_walk()).at(clip, torch.tensor([0.0, 1.5, 1.9]))
    assert speed[0] == 0.0 and speed[1] == 0.0 and abs(speed[2] - SPEED) < 0.05


def test_a_walker_is_asked_to_stand_before_it_does():
    stop = _waiting_walk()
    stop = stop[torch.arange(len(stop) - 1, -1, -1)]
    speed, _ = _cues(stop).at(torch.zeros(3, dtype=torch.long), torch.tensor([1.0, 3.6, 5.0]))
    assert abs(speed[0] - SPEED) < 0.05 and speed[1] == 0.0 and speed[2] == 0.0


def test_a_curve_asks_to_turn():
    cues = _cues(bend(make_walk(6.0), 45.0))
    (_, now), (_, later) = (cues.at(torch.zeros(1, dtype=torch.long), torch.tensor([time])) for time in (2.0, 3.0))
    torch.testing.assert_close(torch.rad2deg(later - now), torch.tensor([45.0]), atol=4.0, rtol=0.0)


def test_a_hand_rests_where_its_body_stands_and_at_the_end():
    library = MotionLibrary.from_motions([Clip("0"), Clip("1")], [_waiting_walk(), make_walk(4.0)])
    wait = Rests(library).wait(torch.tensor([0, 0, 0, 1]), torch.tensor([0.5, 3.0, 5.9, 1.0]))
    torch.testing.assert_close(wait, torch.tensor([0.1, 3.0, 0.1, 3.0]), atol=0.05, rtol=0.0)
