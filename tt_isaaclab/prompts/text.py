# SPDX-License-Identifier: BSD-3-Clause
"""Text prompts: a sentence as the vector that a behaviour model was trained to read.

The bundled model reads vectors of `sentence_encoder`; those of its captions and of a list of prompts ship with it.
MaskedMimic v1 and v2.3 read X-CLIP vectors of 512 numbers as the tower pools them, not normalised, from a file of
their own: ``docs/masked_mimic.md`` has the lines that make one.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from pathlib import Path

import torch

from tt_isaaclab.bfm.files import TEXT_VECTORS, BfmFileError, read_tensors
from tt_isaaclab.bfm.layout import BfmLayout

from .sentence_encoder import WIDTH, encode

SHIPPED = Path(__file__).parent.parent / "bfm" / "assets" / "text.safetensors"
"""The sentences that need no encoder. A sentence is the name of its vector, as in every such file."""


TEXT_GROUP = "text"
"""Input of a behaviour model that is a sentence."""


def reads_words(layout: BfmLayout) -> bool:
    """Whether a behaviour model reads the vectors that sentences are encoded to here."""
    return any((group.name, group.width) == (TEXT_GROUP, WIDTH) for group in layout.tokens)


@lru_cache
def text_vectors(path: str = "") -> dict[str, torch.Tensor]:
    """Vectors of all sentences of a file, of those that ship if ``path`` is empty. Raises BfmFileError."""
    return read_tensors(path or SHIPPED, TEXT_VECTORS)[0]


@lru_cache
def text_vector(path: str, sentence: str) -> torch.Tensor:
    """Vector of a sentence, for the bundled model if ``path`` is empty: that ships, or is encoded now.

    Raises:
        BfmFileError: With one line: the file is bad, or has no such sentence, or there is no encoder.
    """
    vectors = text_vectors(path)
    if sentence in vectors:
        return vectors[sentence].float()
    near = ", ".join(map(repr, difflib.get_close_matches(sentence, vectors, n=3, cutoff=0.0)))
    if path:
        raise BfmFileError(f"{path}: has no vector of '{sentence}', but of {near}; add it")
    try:
        return encode([sentence])[0]
    except BfmFileError as error:
        raise BfmFileError(f"'{sentence}' ships no vector, but {near} do; {error}") from error
