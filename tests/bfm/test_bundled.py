# SPDX-License-Identifier: BSD-3-Clause
"""The model that ships."""

from dataclasses import replace

from tt_isaaclab.bfm.bundled import BUNDLED, load_bfm_or_bundled
from tt_isaaclab.bfm.layouts import BACKWARDS_FROM, bundled
from tt_isaaclab.bfm.weights import load_bfm
from tt_isaaclab.evaluation.requests import REQUESTS


def test_the_shipped_model_has_its_name_a_card_and_few_bytes():
    model = load_bfm_or_bundled("bundled")
    assert model.layout == replace(bundled(), backwards_from=BACKWARDS_FROM) and BUNDLED.stat().st_size < 20e6
    _, _, card = load_bfm(BUNDLED)
    assert {"data", "commands", "training", "notes", "humanoid_sha256"} <= card.keys()
    assert load_bfm_or_bundled(str(BUNDLED)).hash == model.hash


def test_its_card_says_what_was_measured_of_every_request_on_both_engines():
    measured = load_bfm(BUNDLED)[2]["measured"]
    for backend in ("newton_mujoco", "ovphysx"):
        answers = measured[backend]["zero_shot"]
        assert answers.keys() == {request.name for request in REQUESTS}
        assert all(a["humanoids"] >= 200 and a["met_low"] <= a["met"] <= a["met_high"] for a in answers.values())
