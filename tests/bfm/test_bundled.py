# SPDX-License-Identifier: BSD-3-Clause
"""The model that ships."""

from tt_isaaclab.bfm.bundled import BUNDLED, load_bfm_or_bundled
from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.weights import load_bfm


def test_the_shipped_model_has_its_name_a_card_and_few_bytes():
    model = load_bfm_or_bundled("bundled")
    assert model.layout == bundled() and BUNDLED.stat().st_size < 20e6
    _, _, card = load_bfm(BUNDLED)
    assert {"data", "commands", "training", "notes", "humanoid_sha256"} <= card.keys()
    assert load_bfm_or_bundled(str(BUNDLED)).hash == model.hash
