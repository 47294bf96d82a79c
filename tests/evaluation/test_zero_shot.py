# SPDX-License-Identifier: BSD-3-Clause
"""The measurement itself, with a model whose behaviour is known: all actions zero, which holds the rest pose."""

import pytest
import torch

from tt_isaaclab.bfm.bundled import BUNDLED
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.evaluation.requests import REQUESTS, Request, judge, sentences
from tt_isaaclab.evaluation.zero_shot import measure, table, to_dict


def _rigid() -> FrozenBfm:
    """Holds the rest pose."""
    weights = BfmNetwork(bundled()).state_dict()
    last = max(name for name in weights if name.startswith("decoder.") and name.endswith("weight"))
    for name in (last, last.replace("weight", "bias")):
        weights[name] = torch.zeros_like(weights[name])
    return FrozenBfm(bundled(), weights)


def test_a_model_that_only_stands_stands():
    requests = (
        Request("stand"),
        Request("walk", 1.0),
        Request("velocity", 1.0, turn=90.0, prompt="velocity"),
        Request("aside", 1.0, facing=90.0),
        *sentences({"kick": ["do a kick"], "walk": ["walk ahead"]}),
    )
    answers = measure(_rigid(), requests, humanoids=2, seconds=3.0, physics="newton_mujoco")
    assert [a.name for a in answers[:4]] == ["stand", "walk", "velocity", "aside"]
    assert [a.name for a in answers[4:]] == ["'do a kick'", "'walk ahead'"]
    assert [a.met for a in answers] == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert answers[0].met_low == pytest.approx(2.0 / (2.0 + 1.96**2), abs=1e-3)  # Wilson, two of two
    for answer, request in zip(answers[:4], requests):
        assert answer.upright == 1.0 and answer.humanoids == 2
        assert answer.speed == pytest.approx(0.0, abs=0.05)
        assert answer.speed_error == pytest.approx(request.speed, abs=0.05)
    assert max(answers[0].facing_error, answers[3].facing_error) < 31.0 < answers[2].facing_error
    assert len(table(answers).splitlines()) == 7 and set(to_dict(answers)) == {a.name for a in answers}


def test_who_is_told_where_to_face_has_to():
    requests = (Request("faces ahead", facing=1.0), Request("does not turn along", facing=1.0, turn=90.0))
    answers = measure(_rigid(), requests, humanoids=2, seconds=3.0, physics="newton_mujoco")
    assert [a.met for a in answers] == [1.0, 0.0] and answers[1].facing_error > 45.0


def test_a_push_knocks_over_who_does_not_step():
    requests = (Request("stand"), Request("pushed", push=3.0))
    answers = measure(_rigid(), requests, humanoids=2, seconds=5.0, physics="newton_mujoco")
    assert [a.upright for a in answers] == [1.0, 0.0]


def test_the_card_has_all_speeds():
    assert {request.speed for request in REQUESTS} == {0.0, 0.5, 0.6, 1.0, 1.2, 1.8, 2.5, 3.5}


def test_to_stand_is_to_have_no_speed():
    assert [r.shows for r in sentences({"stand": ["wait"], "kick": ["do a kick"]})] == ["speed", "kick"]


def test_what_counts_as_done():
    speed, none = torch.tensor([1.0, 1.0, 0.0, 0.0]), torch.zeros(4)
    along, aside = torch.tensor([1.19, 1.0, 0.05, 2.5]), torch.tensor([0.0, 0.3, 0.05, 0.0])
    pace, turning = torch.tensor([0.8, 1.6, 0.0, 2.5]), torch.tensor([0.0, 20.0, 0.0, -20.0])
    flight = torch.tensor([0.11, 0.09, 0.0, 0.0])
    turn = torch.tensor([0.0, 18.0, 60.0, -20.0])
    done = judge(speed, turn, along, aside, pace, turning, flight, none + 0.8, none + 2.1)
    assert done["speed"].tolist() == [True, False, True, False]  # 20 % of the order, 0.1 m/s of none; sideways too
    assert done["walk"].tolist() == done["slow"].tolist() == [True, False, False, False]
    assert not done["fast"].any() and done["left"].tolist() == [False, True, False, False]
    assert done["right"].tolist() == [False, False, False, True]
    assert done["run"].tolist() == [False, False, False, True]
    assert not done["spin"].any()  # the second turns as asked, but walks
    spot = judge(speed, turn, along, aside, none, turning, flight, none, none)
    assert spot["spin"].tolist() == [True, True, False, True]
    assert done["jump"].tolist() == [True, False, False, False]
    assert done["kick"].all() and done["punch"].tolist() == [False, False, True, False]  # the others walk


def test_the_model_that_ships_runs_if_it_walks_first():
    """Told at once to run, facing up to 30 degrees aside, it falls."""
    requests = (Request("at once", 3.5), Request("by a walk", 3.5, prompt="paced"))
    at_once, by_a_walk = measure(FrozenBfm.load(BUNDLED), requests, humanoids=8, seconds=6.0, physics="newton_mujoco")
    assert by_a_walk.met >= 0.75 > 0.5 >= at_once.upright
