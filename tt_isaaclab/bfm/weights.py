# SPDX-License-Identifier: BSD-3-Clause
"""A behaviour model on disk: one safetensors file with its layout and its card inside."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from .files import BFM, BfmFileError, check_tensors, read_tensors, write_tensors
from .layout import BfmLayout
from .network import BfmNetwork


def save_bfm(
    path: str | Path, layout: BfmLayout, weights: Mapping[str, torch.Tensor], card: Mapping[str, Any] | None = None
) -> None:
    """Write a model, whole or not at all.

    Args:
        path: The ``.safetensors`` file to write or replace.
        layout: The model's layout.
        weights: The state dict of its `BfmNetwork`.
        card: Where the model comes from: anything JSON can hold.

    Raises:
        BfmFileError: The weights do not fit the layout, or are not finite.
    """
    check_weights(path, layout, weights)
    write_tensors(path, BFM, weights, {"layout": layout.to_json(), "card": json.dumps(card or {})})


def load_bfm(path: str | Path) -> tuple[BfmLayout, dict[str, torch.Tensor], dict[str, Any]]:
    """Layout, weights (on the CPU) and card of a model file.

    Raises:
        BfmFileError: With one line that says what is wrong with the file and what to do.
    """
    weights, metadata = read_tensors(path, BFM)
    try:
        layout = BfmLayout.from_json(metadata["layout"])
        card = json.loads(metadata["card"])
    except (KeyError, ValueError) as error:
        raise BfmFileError(f"{path}: its description cannot be read ({error}); update this package") from error
    check_weights(path, layout, weights)
    return layout, weights, card


def check_weights(path: str | Path, layout: BfmLayout, weights: Mapping[str, torch.Tensor]) -> None:
    """Raise BfmFileError, naming ``path``, unless the weights are exactly those of the layout."""
    with torch.device("meta"):
        expected = BfmNetwork(layout).state_dict()
    check_tensors(path, BFM, weights, expected)


def bfm_hash(layout: BfmLayout, weights: Mapping[str, torch.Tensor]) -> str:
    """SHA-256 (hex) over the layout's JSON and the bytes of every tensor in the order of their names."""
    digest = hashlib.sha256(layout.to_json().encode())
    for _, tensor in sorted(weights.items()):
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()
