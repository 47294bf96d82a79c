# SPDX-License-Identifier: BSD-3-Clause
"""The behaviour model written plainly with torch's own transformer: what :mod:`.network` must equal, and what it saves.

For tests and benchmarks; nothing else needs it.
"""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import nn

from tt_isaaclab.kinematics.self_observation import speed_backwards
from tt_isaaclab.kinematics.sparse_targets import backwards_asked, speed_asked

from .layout import LATENT, BfmLayout
from .network import STILL_BACKWARDS

Tensors = Mapping[str, torch.Tensor]

_SECOND = "backwards."
"""Weights of the second trunk begin so."""


def plain_forward(
    layout: BfmLayout, weights: Tensors, inputs: Tensors, visibility: Tensors, extra_tokens: torch.Tensor | None = None
) -> torch.Tensor:
    """Every token and every row computed, hidden tokens masked: torch.nn.TransformerEncoder, no shortcut.

    Arguments as in `BfmNetwork.forward`, with every token group given; ``weights`` is the network's state dict.
    """

    activation = getattr(torch.nn.functional, layout.activation)

    def normalise(prefix: str, x: torch.Tensor) -> torch.Tensor:
        x = (x - weights[f"{prefix}.mean"]) / (weights[f"{prefix}.var"] + 1e-5).sqrt()
        return x if layout.clamp is None else x.clamp(-layout.clamp, layout.clamp)

    def mlp(prefix: str, x: torch.Tensor) -> torch.Tensor:
        last = max(int(name.split(".")[-2]) for name in weights if name.startswith(f"{prefix}."))
        for i in range(0, last + 1, 2):
            x = x @ weights[f"{prefix}.{i}.weight"].T + weights[f"{prefix}.{i}.bias"]
            x = activation(x) if i < last else x
        return x

    tokens, hidden = [], []
    for group in layout.tokens:
        raw = inputs[group.name].view(-1, group.count, group.width)
        tokens.append(mlp(f"tokenisers.{group.name}", normalise(f"token_norms.{group.name}", raw)))
        hidden.append(~visibility.get(group.name, torch.ones(raw.shape[:2], dtype=torch.bool)))
    if extra_tokens is not None:
        tokens.append(extra_tokens)
        hidden.append(torch.zeros(extra_tokens.shape[:2], dtype=torch.bool))

    layer = nn.TransformerEncoderLayer(
        layout.width, layout.heads, layout.feed_forward, dropout=0.0, activation=activation, batch_first=True
    )
    encoder = nn.TransformerEncoder(layer, layout.layers, enable_nested_tensor=False)
    names = {
        "self_attn.in_proj_": "qkv.",
        "self_attn.out_proj.": "out.",
        "linear1.": "feed_forward.0.",
        "linear2.": "feed_forward.2.",
        "norm1.": "norm_attention.",
        "norm2.": "norm_feed_forward.",
    }
    encoder.load_state_dict(
        {
            f"layers.{i}.{theirs}{kind}": weights[f"blocks.{i}.{ours}{kind}"]
            for i in range(layout.layers)
            for theirs, ours in names.items()
            for kind in ("weight", "bias")
        }
    )
    row = encoder(torch.cat(tokens, dim=1), src_key_padding_mask=torch.cat(hidden, dim=1))[:, 0]
    latent = mlp("head", activation(row) if layout.activate_readout else row)
    latent = latent if layout.latent_hidden is None else mlp("latent_mlp", latent)
    parts = {**inputs, LATENT: latent}
    for part in layout.decoder:
        if part.normalised:
            parts[part.name] = normalise(f"decoder_norms.{part.name}", inputs[part.name])
    mean = mlp("decoder", torch.cat([parts[part.name] for part in layout.decoder], dim=-1))
    mean = mean.tanh() if layout.squash == "tanh" else mean
    if layout.backwards_from is None:
        return mean
    second = weights | {n.removeprefix(_SECOND): w for n, w in weights.items() if n.startswith(_SECOND)}
    other = plain_forward(replace(layout, backwards_from=None), second, inputs, visibility, extra_tokens)
    rows, fast = inputs["targets"], layout.backwards_from
    moved = speed_backwards(inputs["state"]).unsqueeze(-1)
    walks = (speed_asked(rows) >= fast) & (moved >= STILL_BACKWARDS)
    chosen = ((backwards_asked(rows) >= fast) | walks | (moved >= fast)) & visibility["targets"]
    return torch.where(chosen.any(-1, keepdim=True), other, mean)
