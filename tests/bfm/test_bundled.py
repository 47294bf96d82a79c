# SPDX-License-Identifier: BSD-3-Clause
"""The models that ship."""

import pytest

from tt_isaaclab.bfm.bundled import SHIPPED, load_bfm_or_bundled
from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.weights import load_bfm


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_has_its_name_a_card_and_few_bytes(name):
    model, path = load_bfm_or_bundled(name), SHIPPED[name]
    assert model.layout == bundled() and path.stat().st_size < 20e6
    _, _, card = load_bfm(path)
    assert {"data", "commands", "training", "notes", "humanoid_sha256"} <= card.keys()
    assert load_bfm_or_bundled(str(path)).hash == model.hash
