# SPDX-License-Identifier: BSD-3-Clause
"""A behaviour model that cannot change: gradients flow through it, never into it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import torch

from .layout import BfmLayout
from .network import BfmNetwork
from .weights import bfm_hash, check_weights, load_bfm


class FrozenBfm(BfmNetwork):
    """`BfmNetwork` with fixed weights and statistics, always in eval mode.

    Attributes:
        hash: SHA-256 (hex) of layout and weights; trained tokens are bound to it.
    """

    def __init__(self, layout: BfmLayout, weights: Mapping[str, torch.Tensor]) -> None:
        """Copy ``weights``, the state dict of the layout's `BfmNetwork`. Raises BfmFileError if they do not fit."""
        check_weights("weights", layout, weights)
        with torch.device("meta"):
            super().__init__(layout)
        self.load_state_dict({name: tensor.detach().clone() for name, tensor in weights.items()}, assign=True)
        self.requires_grad_(False)
        self.eval()
        self.hash = bfm_hash(layout, weights)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """The model of a file. Raises BfmFileError."""
        layout, weights, _ = load_bfm(path)
        return cls(layout, weights)

    def train(self, mode: bool = True) -> Self:
        """Stay in eval mode whatever a surrounding module is set to."""
        return super().train(False)
