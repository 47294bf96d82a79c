# SPDX-License-Identifier: BSD-3-Clause
"""The measurement itself, with a model whose behaviour is known: all actions zero, which holds the rest pose."""

import pytest
import torch

from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.evaluation.zero_shot import REQUESTS, Request, measure, table, to_dict


def test_a_model_that_only_stands_stands():
    weights = BfmNetwork(bundled()).state_dict()
    last = max(name for name in weights if name.startswith("decoder.") and name.endswith("weight"))
    for name in (last, last.replace("weight", "bias")):
        weights[name] = torch.zeros_like(weights[name])
    requests = (Request("stand", 0.0), Request("walk", 1.0), Request("velocity", 1.0, turn=90.0, prompt="velocity"))
    answers = measure(FrozenBfm(bundled(), weights), requests, humanoids=2, seconds=3.0, physics="newton_mujoco")
    assert [a.name for a in answers] == ["stand", "walk", "velocity"]
    for answer, request in zip(answers, requests, strict=True):
        assert answer.upright == 1.0
        assert answer.speed == pytest.approx(0.0, abs=0.05)
        assert answer.speed_error == pytest.approx(request.speed, abs=0.05)
    assert answers[0].facing_error < 31.0 < answers[2].facing_error
    assert len(table(answers).splitlines()) == 4 and set(to_dict(answers)) == {"stand", "walk", "velocity"}


def test_the_card_has_all_speeds():
    assert {request.speed for request in REQUESTS} == {0.0, 0.6, 1.0, 1.2, 1.8, 2.4}
