# SPDX-License-Identifier: BSD-3-Clause
import dataclasses
import json

import pytest
import torch
from small_bfm import small_layout

from tt_isaaclab.bfm import layouts
from tt_isaaclab.bfm.layout import BfmLayout, DecoderInput, TokenGroup, mlp_parameters
from tt_isaaclab.bfm.network import BfmNetwork

KNOWN = [layouts.masked_mimic_v1(), layouts.masked_mimic_v2_3(), layouts.masked_mimic_v3(), layouts.bundled()]


TWO_TRUNKS = dataclasses.replace(layouts.bundled(), name="two_trunks", backwards_from=layouts.BACKWARDS_FROM)


@pytest.mark.parametrize("layout", [*KNOWN, small_layout(), TWO_TRUNKS], ids=lambda layout: layout.name)
def test_json_round_trip_and_parameter_count(layout):
    again = BfmLayout.from_json(layout.to_json())
    assert again == layout and hash(again) == hash(layout)
    with torch.device("meta"):
        network = BfmNetwork(layout)
    assert sum(p.numel() for p in network.parameters()) == layout.parameters


def test_parameters_of_the_parts():
    """Widths of MaskedMimic v1, counted by hand: 3-D, 358-D, 184-D and 256-D inputs through 256, 256 to 512."""
    assert [mlp_parameters((n, 256, 256, 512)) for n in (3, 358, 184, 256)] == [198_400, 289_280, 244_736, 263_168]
    one, two = (dataclasses.replace(layouts.masked_mimic_v1(), layers=n).parameters for n in (1, 2))
    assert 4 * (two - one) == 8_411_136


@pytest.mark.parametrize(
    "layout, tokens, decoder, decoder_width, squash, clamp, activate_readout",
    [
        (KNOWN[0], 30, ["state", "terrain", "latent"], 678, "none", None, False),
        (KNOWN[1], 28, ["state", "latent", "terrain"], 678, "tanh", 5.0, False),
        (KNOWN[2], 11, ["state", "previous_action", "latent"], 491, "tanh", 5.0, True),
        (KNOWN[3], 8, ["state", "latent"], 422, "none", 5.0, False),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_facts_of_the_known_layouts(layout, tokens, decoder, decoder_width, squash, clamp, activate_readout):
    assert sum(group.count for group in layout.tokens) == tokens
    assert [part.name for part in layout.decoder] == decoder
    assert sum(part.width for part in layout.decoder) == decoder_width
    assert (layout.squash, layout.clamp, layout.activate_readout) == (squash, clamp, activate_readout)
    assert (layout.latent, layout.actions, layout.control_rate) == (64, 69, 30.0)
    assert (layout.tokens[0].width, len(layout.target_slots)) == (358, 6)


@pytest.mark.parametrize("size, parameters", [("small", 381_509), ("base", 1_272_453), ("large", 17_079_941)])
def test_sizes_of_the_bundled_model(size, parameters):
    assert layouts.bundled(size).parameters == parameters


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"tokens": (TokenGroup("state", 1, 7),)}, "unmaskable"),
        ({"tokens": (TokenGroup("a", 1, 7, maskable=False), TokenGroup("a", 1, 7))}, "different names"),
        ({"decoder": (DecoderInput("state", 7),)}, "latent"),
        ({"heads": 5}, "5 heads"),
    ],
)
def test_impossible_layouts_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        small_layout(**changes)


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"', json.dumps({"tokens": [{"nme": 1}], "decoder": []})])
def test_text_that_is_no_layout(text):
    with pytest.raises(ValueError):
        BfmLayout.from_json(text)


def test_unknown_field_is_named():
    data = json.loads(small_layout().to_json()) | {"rotary": True}
    with pytest.raises(ValueError, match="rotary"):
        BfmLayout.from_json(json.dumps(data))
