# SPDX-License-Identifier: BSD-3-Clause
"""A behaviour model small enough for tests."""

import torch

from tt_isaaclab.bfm.layout import LATENT, BfmLayout, DecoderInput, TokenGroup
from tt_isaaclab.bfm.network import BfmNetwork

BATCH = 5


def small_layout(**changes) -> BfmLayout:
    """All parts in use: a group with several tokens, a terrain only the decoder reads, latent MLP, tanh, clamp."""
    settings = {
        "name": "small",
        "tokens": (
            TokenGroup("state", 1, 7, maskable=False, hidden=(8,)),
            TokenGroup("targets", 3, 5, hidden=(8, 8)),
            TokenGroup("text", 1, 4, hidden=()),
        ),
        "width": 12,
        "layers": 3,
        "heads": 3,
        "feed_forward": 20,
        "activate_readout": True,
        "head_hidden": (10,),
        "latent_hidden": (9,),
        "decoder": (
            DecoderInput("state", 7),
            DecoderInput(LATENT, 6, normalised=False),
            DecoderInput("terrain", 2, normalised=False),
        ),
        "decoder_hidden": (16,),
        "squash": "tanh",
        "clamp": 2.0,
        "actions": 4,
    }
    return BfmLayout(**(settings | changes))


def random_weights(layout: BfmLayout, seed: int = 0) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    weights = BfmNetwork(layout).state_dict()
    for name, tensor in weights.items():
        if name.endswith(".mean"):
            tensor.normal_()
        elif name.endswith(".var"):
            tensor.uniform_(0.2, 2.0)
        elif ".norm_" in name or name.endswith("bias"):
            tensor.add_(0.2 * torch.randn_like(tensor))
    return weights


def random_inputs(layout: BfmLayout, seed: int = 0, batch: int = BATCH) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    inputs = {
        part.name: torch.randn(batch, part.width, generator=generator) for part in layout.decoder if part.name != LATENT
    }
    for group in layout.tokens:
        if group.name not in inputs:
            inputs[group.name] = torch.randn(batch, group.count, group.width, generator=generator)
    return inputs


def mixed_visibility(layout: BfmLayout, batch: int = BATCH) -> dict[str, torch.Tensor]:
    """Groups of one word hidden for all; of the others word 1, a third of the rest, and all of row 3."""
    row, column = torch.arange(batch).unsqueeze(1), torch.arange(max(group.count for group in layout.tokens))
    pattern = ((row + column) % 3 != 0) & (column != 1) & (row != 3)
    single = torch.zeros(batch, 1, dtype=torch.bool)
    return {g.name: single if g.count == 1 else pattern[:, : g.count] for g in layout.tokens if g.maskable}
