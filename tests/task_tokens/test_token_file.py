# SPDX-License-Identifier: BSD-3-Clause
import dataclasses
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from small_bfm import random_inputs, random_weights, small_layout

from tt_isaaclab.bfm.files import TokenFileError
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.weights import save_bfm
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.task_tokens.token_file import TokenCard, load_token, load_token_of_task, save_token

LAYOUT = small_layout()
BFM = FrozenBfm(LAYOUT, random_weights(LAYOUT))
CARD = TokenCard("TT-Reach-v0", BFM.hash, "5" * 64, LAYOUT.name, {"frames": 1_000_000, "success": 0.5})


def _encoder() -> TaskEncoder:
    torch.manual_seed(1)
    encoder = TaskEncoder(3, LAYOUT.width, (8,))
    encoder.normaliser.update(torch.randn(20, 3) * 3.0)
    return encoder


@pytest.fixture
def path(tmp_path) -> Path:
    path = tmp_path / "reach.safetensors"
    save_token(path, _encoder(), CARD)
    return path


def _error(path: Path, *parts: str, bfm: FrozenBfm = BFM) -> None:
    """Loading fails with one line that names the file and has all the parts."""
    with pytest.raises(TokenFileError) as caught:
        load_token(path, bfm)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    for part in parts:
        assert part in message


def test_round_trip_moves_the_body_the_same(path):
    encoder, card = load_token(path, BFM)
    assert card == CARD and encoder.hidden == (8,)
    task, inputs = torch.randn(5, 3), random_inputs(LAYOUT)
    assert BFM(inputs, None, encoder(task)).equal(BFM(inputs, None, _encoder()(task)))
    assert all(parameter.requires_grad for parameter in encoder.parameters())  # training may go on


def test_token_at_paper_width_is_small(tmp_path):
    save_token(tmp_path / "big", TaskEncoder(3, 512), CARD)
    assert (tmp_path / "big").stat().st_size < 1_000_000


def test_another_behaviour_model_is_refused(path):
    other = FrozenBfm(LAYOUT, random_weights(LAYOUT, seed=1))
    _error(path, BFM.hash, other.hash, "small", "load that model, or train the token again", bfm=other)


def test_a_token_of_another_task_or_body_is_refused(path):
    with pytest.raises(TokenFileError, match="trained for TT-Reach-v0, not for TT-Strike-v0"):
        load_token_of_task(str(path), "TT-Strike-v0", BFM, DEFAULT_HUMANOID)
    with pytest.raises(TokenFileError, match="trained on another body than .*; name that body with --humanoid"):
        load_token_of_task(str(path), CARD.task, BFM, DEFAULT_HUMANOID)
    save_token(path, _encoder(), dataclasses.replace(CARD, humanoid_hash=DEFAULT_HUMANOID.hash))
    assert load_token_of_task(str(path), CARD.task, BFM, DEFAULT_HUMANOID).path == path


def test_bad_files(path):
    content = path.read_bytes()
    _error(path.with_name("none"), "no such file", "token")
    path.write_bytes(content[:-1])
    _error(path, "cut short", "download the task token again")
    path.write_text("version https://git-lfs.github.com/spec/v1\n")
    _error(path, "Git LFS pointer, not the task token", "git lfs pull")
    save_bfm(path, LAYOUT, random_weights(LAYOUT))
    _error(path, "not a task token", "bfm/1")


def test_a_token_that_is_not_what_it_says(path):
    weights = load_file(path)
    marks = {"tt_isaaclab": "task_token/1", "encoder": '{"task_size": 3, "token_width": 12, "hidden": [8]}'}
    marks["card"] = json.dumps(dataclasses.asdict(CARD))
    save_file(weights | {"mlp.0.bias": torch.zeros(9)}, path, marks)
    _error(path, "mlp.0.bias is float32 [9], not float32 [8]")
    del weights["mlp.0.bias"]
    save_file(weights, path, marks)
    _error(path, "lacks mlp.0.bias")
    save_file(weights, path, marks | {"card": "{}"})
    _error(path, "description cannot be read")


def test_a_token_that_blew_up_is_not_written(path):
    encoder = _encoder()
    with torch.no_grad():
        encoder.mlp[0].weight[0, 0] = float("nan")
    content = path.read_bytes()
    with pytest.raises(TokenFileError, match=r"NaN or Inf in mlp\.0\.weight"):
        save_token(path, encoder, dataclasses.replace(CARD, task="TT-Other-v0"))
    assert path.read_bytes() == content
