# SPDX-License-Identifier: BSD-3-Clause
"""What the clips of a library are called in words, and the vectors of these sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from .motions.library import MotionLibrary

NONE = -1
"""Index of no sentence."""


def vectors_of(sentences: Sequence[str], vectors: Mapping[str, torch.Tensor], width: int) -> torch.Tensor:
    """Rows (K, width) of sentences from a file of text vectors. Raises ValueError where one is not in it."""
    rows = torch.zeros(len(sentences), width)
    for row, sentence in zip(rows, sentences):
        if sentence not in vectors:
            raise ValueError(
                f"no vector of '{sentence}'; make those of all sentences of a table with 'tt pretrain text'"
            )
        row[:] = vectors[sentence]
    return rows


class Captions:
    """Sentences of a library's clips.

    Attributes:
        vectors: One row a sentence (K, width).
    """

    def __init__(self, library: MotionLibrary, vectors: Mapping[str, torch.Tensor], width: int) -> None:
        """``vectors`` (width,) are those of a file of text vectors.

        Raises:
            ValueError: A clip has a caption without a vector.
        """
        sentences = sorted({caption for clip in library.clips for caption in clip.captions})
        device = library.frames.device
        self.vectors = vectors_of(sentences, vectors, width).to(device)
        rows = [[sentences.index(caption) for caption in clip.captions] or [NONE] for clip in library.clips]
        longest = max(map(len, rows))
        self._counts = torch.tensor([len(row) for row in rows], device=device)
        self._rows = torch.tensor([row + [NONE] * (longest - len(row)) for row in rows], device=device)

    def draw(self, clip: torch.Tensor) -> torch.Tensor:
        """A random caption of each clip (n,) as a row of `vectors` (n,), or `NONE`."""
        column = (torch.rand(len(clip), device=clip.device) * self._counts[clip]).long()
        return self._rows[clip, column]
