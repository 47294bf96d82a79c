# SPDX-License-Identifier: BSD-3-Clause
"""Who stands and is to turn right is taught by the mirror image; all others by the model as it is."""

import dataclasses

import pytest
import torch

from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layouts import BACKWARDS_FROM, bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.pretrain.other_foot import OtherFoot
from tt_isaaclab.humanoid.reflection import action_reflection, state_reflection, targets_reflection

VELOCITIES = 214  # where the bodies' velocities begin in the self observation
ALL = torch.ones(4, dtype=torch.bool)
NONE = ~ALL


@pytest.fixture
def former() -> FrozenBfm:
    torch.manual_seed(0)
    layout = dataclasses.replace(bundled(), backwards_from=BACKWARDS_FROM)
    return FrozenBfm(layout, BfmNetwork(layout).state_dict())


def _seen(turn: list[float], backwards: float = 0.0) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """Four humanoids whose pelvis goes backwards at a speed [m/s], told at two times to turn by so much [rad]."""
    state, rows = torch.randn(4, 358), torch.randn(4, 6, 184)
    state[:, VELOCITIES : VELOCITIES + 72] = 0.0
    state[:, VELOCITIES] = -backwards
    rows[..., -28:-15] = 0.0
    rows[:, 1:3, -28], rows[:, 1:3, -27] = torch.tensor(turn).cos()[:, None], torch.tensor(turn).sin()[:, None]
    return {"state": state, "targets": rows}, {"targets": torch.rand(4, 6) < 0.8}


def _mirrored(former: FrozenBfm, inputs, visibility) -> torch.Tensor:
    reflect = targets_reflection(former.layout.target_slots)
    seen = {"state": state_reflection()(inputs["state"]), "targets": reflect(inputs["targets"])}
    return action_reflection()(former(seen, visibility))


def test_who_stands_and_is_to_turn_right_until_it_has_started(former):
    teacher = OtherFoot(former)
    inputs, visibility = _seen(turn=[-1.0, 1.0, -0.2, -1.0])
    own, mirrored = former(inputs, visibility), _mirrored(former, inputs, visibility)
    answer = teacher.answer(inputs, visibility, own, torch.tensor([True, True, True, False]), ALL)
    torch.testing.assert_close(answer[:1], mirrored[:1])
    assert answer[1:].equal(own[1:]) and not torch.allclose(answer[0], own[0])

    inputs, visibility = _seen(turn=[0.0] * 4, backwards=1.1)  # goes on, whatever it is told now
    own, mirrored = former(inputs, visibility), _mirrored(former, inputs, visibility)
    answer = teacher.answer(inputs, visibility, own, ALL, NONE)
    torch.testing.assert_close(answer[:1], mirrored[:1])
    assert answer[1:].equal(own[1:])

    inputs, visibility = _seen(turn=[-1.0] * 4, backwards=1.3)
    own = former(inputs, visibility)
    assert teacher.answer(inputs, visibility, own, ALL, NONE).equal(own)


def test_a_new_episode_begins_as_itself(former):
    teacher, (inputs, visibility) = OtherFoot(former), _seen(turn=[-1.0] * 4)
    own = former(inputs, visibility)
    assert not torch.allclose(teacher.answer(inputs, visibility, own, ALL, ALL), own)
    inputs, visibility = _seen(turn=[-1.0] * 4, backwards=0.8)
    own = former(inputs, visibility)
    answer = teacher.answer(inputs, visibility, own, ALL, torch.tensor([True, False, True, False]))
    assert (answer == own).all(-1).tolist() == [True, False, True, False]


def test_what_is_mirrored_is_always_learnt_from(former):
    teacher, (inputs, visibility) = OtherFoot(former), _seen(turn=[-1.0, -1.0, 1.0, 1.0])
    teacher.answer(inputs, visibility, former(inputs, visibility), ALL, ALL)
    kept = torch.stack([teacher.worth_learning() for _ in range(500)]).float().mean(0)
    assert kept[:2].tolist() == [1.0, 1.0] and ((kept[2:] - 0.3).abs() < 0.1).all()


def test_a_model_that_does_not_walk_backwards_cannot_teach_it():
    with pytest.raises(ValueError, match="name --tracker backwards=FILE"):
        OtherFoot(BfmNetwork(bundled()))
