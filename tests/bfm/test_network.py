# SPDX-License-Identifier: BSD-3-Clause
import dataclasses

import pytest
import torch
from small_bfm import BATCH, random_inputs, random_weights, small_layout

from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.plain import plain_forward


def _network(layout) -> BfmNetwork:
    network = BfmNetwork(layout)
    network.load_state_dict(random_weights(layout))
    return network


def test_training_reaches_every_weight_of_the_given_groups():
    layout = small_layout()
    network = _network(layout)
    inputs = random_inputs(layout)
    del inputs["text"]
    network(inputs).square().sum().backward()
    for name, parameter in network.named_parameters():
        assert (parameter.grad is None) == name.startswith("tokenisers.text"), name


def test_bundled_has_the_right_shapes():
    layout = bundled()
    network = BfmNetwork(layout)
    inputs = random_inputs(layout)
    assert network(inputs, {"targets": torch.rand(BATCH, 6) < 0.5}).shape == (BATCH, 69)


def test_a_second_trunk_moves_those_alone_who_go_backwards_or_are_asked_to():
    layout = dataclasses.replace(bundled(), backwards_from=0.5)
    network, inputs = _network(layout).requires_grad_(False), random_inputs(layout)
    inputs["targets"][..., -28:-2] = 0.0
    inputs["targets"][..., -28] = inputs["targets"][..., -16] = 1.0  # all ask to face ahead
    inputs["targets"][1, 2, -15] = -0.6
    inputs["targets"][2, 2, -15] = -0.4  # too slow
    inputs["targets"][3, 2, -15] = 0.6
    inputs["targets"][4, 2, -15] = -0.6
    visible = torch.ones(BATCH, 6, dtype=torch.bool)
    visible[4, 2] = False
    inputs["state"][:, 1 + 3 * 23 + 6 * 24] = torch.tensor([-0.6, 0.6, -0.4, 0.0, 0.0])  # of the root, ahead
    one = BfmNetwork(bundled()).requires_grad_(False)
    one.load_state_dict({name: tensor for name, tensor in network.state_dict().items() if "backwards" not in name})
    both, first = network(inputs, {"targets": visible}), one(inputs, {"targets": visible})
    assert (both == first).all(-1).tolist() == [False, False, True, True, True]
    inputs["state"][3, 1 + 3 * 23 + 6 * 24] = -0.3  # still backwards, and asked to walk ahead
    assert not network(inputs, {"targets": visible})[3].equal(first[3])
    alone = visible & False  # asked for nothing
    assert network(inputs, {"targets": alone}).equal(one(inputs, {"targets": alone}))
    traced = torch.jit.trace(
        lambda state, rows: network({"state": state, "targets": rows}),
        tuple(inputs[name][3:4] for name in ("state", "targets")),
    )  # recorded where nobody does
    inputs.pop("text")
    torch.testing.assert_close(traced(inputs["state"], inputs["targets"]), network(inputs))


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda i, v: i.pop("state"), "needs the input.*state"),
        (lambda i, v: i.pop("terrain"), "needs the input.*terrain"),
        (lambda i, v: i.update(history=i["text"]), "does not read.*history"),
        (lambda i, v: i.update(targets=torch.zeros(BATCH, 4, 5)), r"'targets' is \(5, 4, 5\), not \(N, up to 3, 5\)"),
        (lambda i, v: i.update(terrain=torch.zeros(BATCH, 1, 2)), r"'terrain' is \(5, 1, 2\), not \(N, 2\)"),
        (lambda i, v: i.update(text=torch.zeros(BATCH, 5)), r"'text' is \(5, 5\)"),
        (lambda i, v: v.update(state=torch.ones(BATCH, 1, dtype=torch.bool)), "visibility is given for.*state"),
        (lambda i, v: v.update(targets=torch.ones(BATCH, 2, dtype=torch.bool)), r"\(5, 2\), not torch.bool \(5, 3\)"),
        (lambda i, v: v.update(targets=torch.ones(BATCH, 3)), "'targets' is torch.float32"),
    ],
)
def test_wrong_inputs_are_named(change, message):
    layout = small_layout()
    inputs, visibility = random_inputs(layout), {}
    change(inputs, visibility)
    with pytest.raises(ValueError, match=message):
        BfmNetwork(layout)(inputs, visibility)


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "gelu"},
        {"activation": "silu"},
        {"latent_hidden": None, "activate_readout": False, "squash": "none", "clamp": None},
    ],
)
def test_plain_transformer_agrees_for_every_option(options):
    layout = small_layout(**options)
    inputs = random_inputs(layout)
    torch.testing.assert_close(
        _network(layout)(inputs), plain_forward(layout, random_weights(layout), inputs, {}), rtol=0.0, atol=1e-5
    )
