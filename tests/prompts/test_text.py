# SPDX-License-Identifier: BSD-3-Clause
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.pretrain.motions.table import load_prompts, load_sentences, load_table
from tt_isaaclab.prompts import sentence_encoder
from tt_isaaclab.prompts.text import SHIPPED, text_vector

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
    save_file({WALK: torch.full((512,), torch.nan)}, path)
    with pytest.raises(BfmFileError, match="NaN or Inf"):
        text_vector(str(path), WALK)


def test_what_ships_is_every_caption_and_prompt_as_the_encoder_says_it():
    table = Path(__file__).parents[2] / "config" / "motions.yaml"
    sentences = load_sentences(table)
    assert set(load_file(SHIPPED)) == set(sentences)
    vectors = torch.stack([text_vector("", sentence) for sentence in sentences])
    torch.testing.assert_close(vectors, sentence_encoder.encode(sentences), atol=1e-3, rtol=0)
    captions = {caption for entry in load_table(table) for v in entry.variants for caption in v.captions}
    assert not captions & {sentence for group in load_prompts(table).values() for sentence in group}


def test_a_sentence_of_ones_own_is_encoded_or_refused(monkeypatch):
    kick, own = text_vector("", "do a kick"), text_vector("", "give the door a good kick")
    stand = text_vector("", "a person stands still")
    assert own.norm() == pytest.approx(1.0, abs=1e-3) and kick @ own > stand @ own

    def missing(sentences):
        raise BfmFileError("the sentence encoder is not installed; pip install it")

    monkeypatch.setattr("tt_isaaclab.prompts.text.encode", missing)
    assert text_vector("", "do a punch").shape == (256,)
    with pytest.raises(
        BfmFileError, match="'do a cick' ships no vector, but 'do a kick'.* do; the sentence encoder is"
    ):
        text_vector("", "do a cick")
