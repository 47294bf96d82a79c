# SPDX-License-Identifier: BSD-3-Clause
import pytest
import torch
from safetensors.torch import save_file

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.prompts.text import text_vector

WALK = "a person walks forward"


def test_a_sentence_is_its_vector(tmp_path):
    vectors = {WALK: torch.randn(512), "a person jumps": torch.randn(512).half()}
    save_file(vectors, tmp_path / "text.safetensors")
    path = str(tmp_path / "text.safetensors")
    assert text_vector(path, WALK).equal(vectors[WALK])
    assert text_vector(path, "a person jumps").dtype == torch.float32
    with pytest.raises(BfmFileError, match="has no vector of 'a person walk', but of 'a person walks forward'"):
        text_vector(path, "a person walk")


def test_bad_files(tmp_path):
    path = tmp_path / "text.safetensors"
    with pytest.raises(BfmFileError, match="no such file; make one as"):
        text_vector(str(path), WALK)
    save_file({WALK: torch.zeros(768)}, path)
    with pytest.raises(BfmFileError, match=r"\[768\], not \[512\]; use microsoft"):
        text_vector(str(path), WALK)
    save_file({WALK: torch.full((512,), torch.nan)}, path)
    with pytest.raises(BfmFileError, match="NaN or Inf"):
        text_vector(str(path), WALK)
