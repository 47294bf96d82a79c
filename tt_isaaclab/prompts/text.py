# SPDX-License-Identifier: BSD-3-Clause
"""Text prompts of MaskedMimic v1 and v2.3: a file of X-CLIP vectors, made once where the text tower is available.

The file is safetensors: a sentence is the name of its vector, 512 numbers as the tower pools them, not normalised.
``docs/masked_mimic.md`` has the lines that make one.
"""

from __future__ import annotations

import difflib
from functools import lru_cache

import torch

from tt_isaaclab.bfm.files import TEXT_VECTORS, BfmFileError, read_tensors

WIDTH = 512
"""Numbers of a vector."""


@lru_cache
def text_vector(path: str, sentence: str) -> torch.Tensor:
    """Vector (512,) of a sentence.

    Raises:
        BfmFileError: With one line: the file is bad, or has no such sentence.
    """
    vectors, _ = read_tensors(path, TEXT_VECTORS)
    if sentence not in vectors:
        near = difflib.get_close_matches(sentence, vectors, n=3, cutoff=0.0)
        raise BfmFileError(f"{path}: has no vector of '{sentence}', but of {', '.join(map(repr, near))}; add it")
    vector = vectors[sentence]
    if vector.shape != (WIDTH,):
        raise BfmFileError(
            f"{path}: '{sentence}' is {list(vector.shape)}, not [{WIDTH}]; use microsoft/xclip-base-patch32"
        )
    return vector.float()
