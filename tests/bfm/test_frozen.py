# SPDX-License-Identifier: BSD-3-Clause
import copy
import dataclasses

import pytest
import torch
from small_bfm import BATCH, mixed_visibility, random_inputs, random_weights, small_layout

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layouts import bundled, masked_mimic_v1, masked_mimic_v3
from tt_isaaclab.bfm.plain import plain_forward

LAYOUT = small_layout()
TWO_TRUNKS = dataclasses.replace(bundled(), name="two_trunks", backwards_from=0.2)
WEIGHTS = random_weights(LAYOUT)
CLOSE = {"rtol": 0.0, "atol": 1e-5}


@pytest.fixture
def bfm() -> FrozenBfm:
    return FrozenBfm(LAYOUT, WEIGHTS)


def _extra(layout=LAYOUT, count: int = 1) -> torch.Tensor:
    return torch.randn(BATCH, count, layout.width, generator=torch.Generator().manual_seed(0), requires_grad=True)


@pytest.mark.parametrize(
    "layout, words, words_seen",
    [(LAYOUT, 5, 3), (bundled(), 8, 6), (TWO_TRUNKS, 8, 6), (masked_mimic_v1(), 30, 26), (masked_mimic_v3(), 11, 10)],
    ids=lambda value: getattr(value, "name", ""),
)
@pytest.mark.parametrize("shortcut", ["masked", "dropped", "left out"])
def test_equals_the_plain_transformer_in_value_and_gradient(layout, words, words_seen, shortcut):
    """In double precision: in single, a unit of MaskedMimic at its kink may round to either side, and its gradient with it."""
    weights, visibility = random_weights(layout), mixed_visibility(layout)
    inputs = {name: rows.double() for name, rows in random_inputs(layout).items()}
    plain_extra, extra = (_extra(layout).detach().double().requires_grad_() for _ in range(2))
    inputs["state"].requires_grad_()
    doubles = {name: tensor.double() for name, tensor in weights.items()}
    torch.set_default_dtype(torch.float64)  # of the modules that the plain forward makes
    try:
        expected = plain_forward(layout, doubles, inputs, visibility, plain_extra)
    finally:
        torch.set_default_dtype(torch.float32)
    expected.square().sum().backward()
    state_gradient, inputs["state"].grad = inputs["state"].grad, None

    bfm = FrozenBfm(layout, weights).double()
    if shortcut == "left out":  # the caller knows what is hidden for all, and does not give it
        for name, mask in list(visibility.items()):
            seen = mask.any(dim=0)
            inputs[name], visibility[name] = inputs[name][:, seen], mask[:, seen]
            if not seen.any():
                del inputs[name], visibility[name]
    embedded = bfm.embed(inputs, visibility)
    if shortcut == "dropped":
        embedded = embedded.without_hidden()
    assert embedded.tokens.shape[1] == (words if shortcut == "masked" else words_seen)
    actual = bfm.act(embedded, extra)
    actual.square().sum().backward()

    pairs = (actual, expected), (extra.grad, plain_extra.grad), (inputs["state"].grad, state_gradient)
    for ours, plain in pairs:  # gradients through random layers are small, so compare relative to the largest
        size = plain.abs().max()
        torch.testing.assert_close(ours / size, plain / size, **CLOSE)


def test_hidden_content_has_exactly_no_effect(bfm):
    inputs, visibility = random_inputs(LAYOUT), mixed_visibility(LAYOUT)
    before = bfm(inputs, visibility, _extra())
    inputs["text"] += 100.0
    inputs["targets"][:, 1] -= 100.0
    assert bfm(inputs, visibility, _extra()).equal(before)
    inputs["targets"][:, 0] -= 1.0
    assert not bfm(inputs, visibility, _extra()).equal(before)


def test_all_visible_needs_no_mask(bfm):
    """A mask of ones is dropped, and the result is that of no mask."""
    inputs = random_inputs(LAYOUT)
    embedded = bfm.embed(inputs, {"targets": torch.ones(BATCH, 3, dtype=torch.bool)}).without_hidden()
    assert embedded.visible is None
    torch.testing.assert_close(bfm.act(embedded), bfm(inputs), **CLOSE)


def test_order_of_words_has_no_meaning(bfm):
    inputs, visibility = random_inputs(LAYOUT), mixed_visibility(LAYOUT)
    extra = _extra(count=2)
    before = bfm(inputs, visibility, extra)
    inputs["targets"], visibility["targets"] = inputs["targets"].flip(1), visibility["targets"].flip(1)
    torch.testing.assert_close(bfm(inputs, visibility, extra.flip(1)), before, **CLOSE)


def test_no_extra_token_is_the_base_policy(bfm):
    inputs, visibility = random_inputs(LAYOUT), mixed_visibility(LAYOUT)
    base = bfm(inputs, visibility)
    torch.testing.assert_close(base, plain_forward(LAYOUT, WEIGHTS, inputs, visibility), **CLOSE)
    assert bfm(inputs, visibility, _extra()[:, :0]).equal(base)
    assert (bfm(inputs, visibility, _extra()) - base).abs().max() > 1e-3


def test_embeddings_may_be_stored_and_gathered(bfm):
    """Mini-batches of stored embeddings give the rows of the whole batch: what a PPO update does."""
    inputs, visibility = random_inputs(LAYOUT), mixed_visibility(LAYOUT)
    stored = bfm.embed(inputs, visibility)
    tensors = [tensor for tensor in stored if tensor is not None]
    assert not any(tensor.requires_grad for tensor in tensors)
    rows = torch.tensor([4, 0, 2])
    batch = type(stored)(*(tensor[rows] for tensor in tensors))
    whole = bfm.act(stored, _extra())
    torch.testing.assert_close(bfm.act(batch, _extra()[rows]), whole[rows], **CLOSE)


def test_it_cannot_learn(bfm):
    assert not any(parameter.requires_grad for parameter in bfm.parameters())
    parent = torch.nn.Sequential(bfm).train()
    assert parent.training and not any(module.training for module in bfm.modules())
    before = {name: tensor.clone() for name, tensor in bfm.state_dict().items()}
    bfm(random_inputs(LAYOUT), None, _extra()).sum().backward()
    assert all(tensor.equal(before[name]) for name, tensor in bfm.state_dict().items())
    assert copy.deepcopy(bfm).hash == bfm.hash


def test_weights_are_copied(bfm):
    weights = random_weights(LAYOUT)
    frozen = FrozenBfm(LAYOUT, weights)
    weights["head.0.bias"].add_(1.0)
    torch.testing.assert_close(frozen(random_inputs(LAYOUT)), bfm(random_inputs(LAYOUT)))


def test_hash_depends_on_every_weight_and_on_the_layout(bfm):
    assert FrozenBfm(LAYOUT, random_weights(LAYOUT)).hash == bfm.hash and len(bfm.hash) == 64
    assert FrozenBfm(small_layout(squash="none"), WEIGHTS).hash != bfm.hash
    for name in ("decoder.2.bias", "token_norms.text.var"):
        changed = {key: tensor.clone() for key, tensor in WEIGHTS.items()}
        changed[name][0] += 1e-6
        assert FrozenBfm(LAYOUT, changed).hash != bfm.hash


def test_foreign_weights_are_refused():
    with pytest.raises(BfmFileError, match="weights: lacks"):
        FrozenBfm(LAYOUT, {})


def test_compiles_whole(bfm):
    inputs, visibility = random_inputs(LAYOUT), mixed_visibility(LAYOUT)
    compiled = torch.compile(bfm, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(inputs, visibility, _extra()), bfm(inputs, visibility, _extra()))
