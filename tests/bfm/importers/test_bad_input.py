# SPDX-License-Identifier: BSD-3-Clause
"""Each kind of bad input has one line of its own, and leaves nothing behind."""

import os
import pickle
from pathlib import Path

import published_checkpoints as published
import pytest
import torch

from tt_isaaclab import cli


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


def _refused(folder: Path, capsys, *parts: str, options: tuple[str, ...] = ()) -> None:
    """The command ends with one line that names the file and has all the parts; no output file, no litter."""
    before = set(os.listdir(folder))
    path, out = folder / "last.ckpt", folder / "bfm.safetensors"
    assert cli.main(["import-bfm", str(path), "--out", str(out), *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"tt import-bfm: {folder}") and error.count("\n") == 1
    for part in parts:
        assert part in error
    assert set(os.listdir(folder)) == before


def _write(folder: Path, generation: str, **changes: torch.Tensor | None) -> None:
    state = published.flat_state(generation) | {name.replace("__", "."): tensor for name, tensor in changes.items()}
    state = {name: tensor for name, tensor in state.items() if tensor is not None}
    published.write(folder / "last.ckpt", published.checkpoint(generation, state))


def test_no_file(folder, capsys):
    _refused(folder, capsys, "no such file", "downloaded")


@pytest.mark.parametrize(
    "pointer, name",
    [
        (
            "oid sha256:447c5fb9da9d19a0863cfb7864a285ada9b2509656d88d86a539dfbeaf16cf13\nsize 283236370\n",
            "v1 (October",
        ),
        (f"oid sha256:{'0' * 64}\nsize 303850268\n", "ProtoMotions v2.3"),
        (f"oid sha256:{'0' * 64}\nsize 229131184\n", "some large file"),  # right size, but v3.2's hash is known
    ],
)
def test_lfs_pointer(folder, capsys, pointer, name):
    (folder / "last.ckpt").write_text(f"version https://git-lfs.github.com/spec/v1\n{pointer}")
    _refused(folder, capsys, f"Git LFS pointer of {'MaskedMimic' if 'some' not in name else ''}", name, "git lfs pull")


@pytest.mark.parametrize("keep", [10, 20_000, -30])
def test_cut_short(folder, capsys, keep):
    _write(folder, "v3")
    path = folder / "last.ckpt"
    path.write_bytes(path.read_bytes()[:keep])
    _refused(folder, capsys, "cut short at", "download it again")


def test_another_kind_of_file(folder, capsys):
    (folder / "last.ckpt").write_bytes(b"\x93NUMPY and more")
    _refused(folder, capsys, "not a PyTorch checkpoint")
    published.write(folder / "last.ckpt", [1, 2])
    _refused(folder, capsys, "holds a list")


def test_another_model(folder, capsys):
    tracker = {"model": {"_actor.mu.mlp.0.weight": torch.zeros(2, 2), "_critic.mlp.0.weight": torch.zeros(2, 2)}}
    published.write(folder / "last.ckpt", tracker)
    _refused(folder, capsys, "not a MaskedMimic of a known generation", "it holds _actor, _critic", "not a tracker's")
    published.write(folder / "last.ckpt", {"weights": torch.zeros(2)})
    _refused(folder, capsys, "it holds weights")


@pytest.mark.parametrize("generation", published.SHAPES)
def test_missing_weight(folder, capsys, generation):
    names = {
        "v1": "mu_model__trunk__4__bias",
        "v2_3": "_trunk__trunk__mlp__4__bias",
        "v3": "_trunk__models__2__mlp__4__bias",
    }
    _write(folder, generation, **{names[generation]: None})
    _refused(folder, capsys, f"without {names[generation].replace('__', '.')}", "not as published")


def test_a_weight_too_many(folder, capsys):
    """The Task Tokens release adds a token of its own to v1."""
    _write(folder, "v1", vae_prior__trunk__extra_input_models__inversion_obs__trunk__0__weight=torch.zeros(256, 3))
    _refused(folder, capsys, "inversion_obs.trunk.0.weight (1 such)", "cannot be imported")


def test_transposed_and_other_shapes(folder, capsys):
    _write(folder, "v2_3", _prior___mu_head__mlp__0__weight=torch.zeros(512, 256))
    _refused(folder, capsys, "_prior._mu_head.mlp.0.weight is transposed: [512, 256], not [256, 512]")
    _write(folder, "v2_3", _prior___mu_head__mlp__0__weight=torch.zeros(256, 500))
    _refused(folder, capsys, "_prior._mu_head.mlp.0.weight is of another size: [256, 500], not [256, 512]")


def test_not_finite(folder, capsys):
    _write(folder, "v3", _prior__models__5__mlp__2__bias=torch.full((256,), float("nan")))
    _refused(folder, capsys, "NaN or Inf in _prior.models.5.mlp.2.bias")


class _Bomb:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pickle_that_runs_code_is_refused_and_does_not_run(folder, capsys, tmp_path_factory):
    mark = tmp_path_factory.mktemp("mark") / "ran"
    state = published.checkpoint("v3", published.flat_state("v3")) | {"hook": _Bomb(mark)}
    published.write(folder / "last.ckpt", state)
    _refused(folder, capsys, "refused, it holds Python objects (", "nothing in it was run")
    assert not mark.exists()
    (folder / "last.ckpt").write_bytes(pickle.dumps(_Bomb(mark)))
    _refused(folder, capsys, "a bare pickle is never opened")
    assert not mark.exists()
    torch.load(published.write(folder / "last.ckpt", state), weights_only=False)  # the bomb is a real one
    assert mark.exists()


def test_a_checkpoint_is_no_model_file(folder, capsys):
    _write(folder, "v3")
    assert cli.main(["evaluate", "--task", "Direction", "--bfm", str(folder / "last.ckpt")]) == 2
    assert "a PyTorch file" in (error := capsys.readouterr().err) and "tt import-bfm" in error


def test_output_name(folder, capsys):
    _write(folder, "v3")
    assert cli.main(["import-bfm", str(folder / "last.ckpt"), "--out", str(folder / "bfm.pt")]) == 2
    assert "must end in .safetensors" in capsys.readouterr().err
