# SPDX-License-Identifier: BSD-3-Clause
import os

import pytest
import torch
from safetensors.torch import save_file
from small_bfm import random_inputs, random_weights, small_layout

from tt_isaaclab.bfm.files import BFM, BfmFileError, write_tensors
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.weights import load_bfm, save_bfm

LAYOUT = small_layout()
WEIGHTS = random_weights(LAYOUT)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "models" / "small.safetensors"
    save_bfm(path, LAYOUT, WEIGHTS, {"licence": "BSD-3-Clause", "clips": 3})
    return path


def _error(path, *parts: str) -> None:
    """Loading fails with one line that names the file and has all the parts."""
    with pytest.raises(BfmFileError) as caught:
        load_bfm(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    for part in parts:
        assert part in message


def _rewrite(path, weights=WEIGHTS, **metadata: str) -> None:
    write_tensors(path, BFM, weights, {"layout": LAYOUT.to_json(), "card": "{}", **metadata})


def test_round_trip(path):
    layout, weights, card = load_bfm(path)
    assert layout == LAYOUT and card == {"licence": "BSD-3-Clause", "clips": 3}
    assert weights.keys() == WEIGHTS.keys() and all(weights[name].equal(WEIGHTS[name]) for name in weights)
    loaded, made = FrozenBfm.load(path), FrozenBfm(LAYOUT, WEIGHTS)
    assert loaded.hash == made.hash
    assert loaded(random_inputs(LAYOUT)).equal(made(random_inputs(LAYOUT)))


def test_missing_file(tmp_path):
    _error(tmp_path / "none.safetensors", "no such file", "give the path")
    _error(tmp_path, "no such file")  # a folder


def test_git_lfs_pointer(path):
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:447c5f\nsize 283236370\n")
    _error(path, "Git LFS pointer", "git lfs pull")


@pytest.mark.parametrize("keep", [0, 5, 400, -1])
def test_cut_short(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    _error(path, "cut short", "download the behaviour model again")


def test_pickle_is_not_read(path):
    torch.save(WEIGHTS, path)
    _error(path, "no safetensors file")


def test_safetensors_of_something_else(path):
    save_file({"a": torch.zeros(1)}, path)
    _error(path, "not a behaviour model", "none")
    save_file({"a": torch.zeros(1)}, path, metadata={"format": "pt", "tt_isaaclab": "task_token/1"})
    _error(path, "not a behaviour model", "task_token/1")


def test_unreadable_description(path):
    _rewrite(path, layout='{"rotary": true}')
    _error(path, "description cannot be read", "update this package")
    _rewrite(path, card="{")
    _error(path, "description cannot be read")
    write_tensors(path, BFM, WEIGHTS, {"card": "{}"})
    _error(path, "'layout'")


def test_tensors_that_do_not_fit_the_layout(path):
    _rewrite(path, {name: tensor for name, tensor in WEIGHTS.items() if not name.startswith("head")})
    _error(path, "lacks head.0.bias and 3 more", "again")
    _rewrite(path, WEIGHTS | {"position_table": torch.zeros(3)})
    _error(path, "has position_table too many")
    _rewrite(path, WEIGHTS | {"head.0.bias": torch.zeros(11)})
    _error(path, "head.0.bias is float32 [11], not float32 [10]")
    _rewrite(path, WEIGHTS | {"head.0.bias": torch.zeros(10, dtype=torch.float16)})
    _error(path, "head.0.bias is float16 [10], not float32 [10]")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none(path, value):
    good = path.read_bytes()
    bad = WEIGHTS | {"head.0.bias": torch.full((10,), value)}
    with pytest.raises(BfmFileError, match=r"NaN or Inf in head\.0\.bias; use an earlier checkpoint"):
        save_bfm(path, LAYOUT, bad)
    assert path.read_bytes() == good  # the file there is kept
    save_file(bad, path, metadata={"tt_isaaclab": "bfm/1", "layout": LAYOUT.to_json(), "card": "{}"})
    _error(path, "NaN or Inf in head.0.bias")


def test_writing_is_all_or_nothing(path, monkeypatch):
    """A crash before the rename leaves the old file and no litter."""
    good = path.read_bytes()

    def crash(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(OSError, match="disk full"):
        save_bfm(path, LAYOUT, random_weights(LAYOUT, seed=1))
    assert path.read_bytes() == good
    assert os.listdir(path.parent) == [path.name]
