# SPDX-License-Identifier: BSD-3-Clause
"""What a model's card says of how well it came out."""

import math

from tt_isaaclab.bfm.bundled import BUNDLED
from tt_isaaclab.bfm.pretrain.card import add_measured
from tt_isaaclab.bfm.weights import bfm_hash, load_bfm, save_bfm


def test_what_is_measured_goes_into_the_card_and_leaves_the_hash(tmp_path):
    model, (layout, weights, card) = tmp_path / "model.safetensors", load_bfm(BUNDLED)
    save_bfm(model, layout, weights, {"data": "recordings"})
    for met in (0.5, 2.0 / 3.0):  # the later measurement counts
        add_measured(model, "newton_mujoco", {"seed": 0, "zero_shot": {"run": {"met": met, "speed": math.nan}}})
    add_measured(model, "ovphysx", {"seed": 1})
    layout, after, card = load_bfm(model)
    assert bfm_hash(layout, after) == bfm_hash(layout, weights)
    newton = {"seed": 0, "zero_shot": {"run": {"met": 0.6667, "speed": None}}}
    assert card == {"data": "recordings", "measured": {"newton_mujoco": newton, "ovphysx": {"seed": 1}}}
