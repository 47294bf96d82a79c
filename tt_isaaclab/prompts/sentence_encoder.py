# SPDX-License-Identifier: BSD-3-Clause
"""Sentences as vectors, by WordLlama: a small sentence encoder whose weights come inside its package, so that it works
offline. It is the ``text`` extra; the sentences that ship with their vectors do not need it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from tt_isaaclab.bfm.files import BfmFileError

WIDTH = 256
"""Numbers of a vector, which has length 1."""


def encode(sentences: Sequence[str]) -> torch.Tensor:
    """Vectors (n, 256) of sentences.

    Raises:
        BfmFileError: WordLlama is not installed.
    """
    try:
        import wordllama
    except ImportError as error:
        raise BfmFileError("the sentence encoder is not installed; pip install 'tt_isaaclab[text]'") from error
    inside = Path(wordllama.__file__).parent  # without it, it looks for its tokenizer in the network
    encoder = wordllama.WordLlama.load(dim=WIDTH, cache_dir=inside, disable_download=True)
    return torch.from_numpy(encoder.embed(list(sentences), norm=True)).float()
