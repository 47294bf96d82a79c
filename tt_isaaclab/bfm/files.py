# SPDX-License-Identifier: BSD-3-Clause
"""Small safe files: safetensors plus a few strings of metadata, written whole or not at all, checked when read.

Every error is one line that names the file, what is wrong and what to do. Pickles are neither written nor read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from ..file_identity import is_lfs_pointer
from ..whole_file import whole_file

_KIND = "tt_isaaclab"  # metadata key that says what a file is
_PYTORCH = b"PK"  # torch.save writes a zip archive

Tensors = Mapping[str, torch.Tensor]


class BfmFileError(ValueError):
    """A behaviour model file that cannot be used."""


class TokenFileError(BfmFileError):
    """A task token file that cannot be used."""


@dataclass(frozen=True)
class FileKind:
    """What a file holds: its mark in the metadata, its name in messages, where to get one, and its error class.

    Files that others write have no mark.
    """

    mark: str | None
    noun: str
    source: str
    error: type[BfmFileError]


BFM = FileKind(
    "bfm/1",
    "behaviour model",
    "give the path of a model made by 'tt pretrain', or made of a checkpoint by 'tt import-bfm'",
    BfmFileError,
)
TEXT_VECTORS = FileKind(
    None, "file of text vectors", "make one as docs/masked_mimic.md says, or ask for no text", BfmFileError
)
TOKEN = FileKind("task_token/1", "task token", "give the path of a token trained by this package", TokenFileError)


def write_tensors(path: str | Path, kind: FileKind, tensors: Tensors, metadata: Mapping[str, str]) -> None:
    """Write finite tensors and metadata to ``path``; an existing file is replaced in one step, or kept on failure."""
    path = Path(path)
    check_finite(path, kind, tensors)
    copies = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    with whole_file(path) as partial:
        save_file(copies, partial, metadata={**metadata, _KIND: kind.mark})


def read_tensors(path: str | Path, kind: FileKind) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Tensors (on the CPU) and metadata of a file of the given kind. Raises the kind's error."""
    path = Path(path)
    if not path.is_file():
        raise kind.error(f"{path}: no such file; {kind.source}")
    if is_lfs_pointer(path):
        raise kind.error(f"{path}: this is a Git LFS pointer, not the {kind.noun}; run 'git lfs pull'")
    with path.open("rb") as file:
        head = file.read(len(_PYTORCH))
    if head == _PYTORCH:
        raise kind.error(f"{path}: a PyTorch file, no safetensors file; {kind.source}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if kind.mark is not None and metadata.get(_KIND) != kind.mark:
                found = metadata.get(_KIND, "none")
                raise kind.error(f"{path}: not a {kind.noun} (its mark is {found}, not {kind.mark}); {kind.source}")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise kind.error(
            f"{path}: cut short, or no safetensors file ({error}); copy or download the {kind.noun} again"
        ) from error
    check_finite(path, kind, tensors)
    return tensors, metadata


def check_finite(path: str | Path, kind: FileKind, tensors: Tensors) -> None:
    """Raise the kind's error if any number is NaN or infinite."""
    bad = sorted(name for name, tensor in tensors.items() if not torch.isfinite(tensor).all())
    if bad:
        raise kind.error(f"{path}: NaN or Inf in {_some(bad)}; use an earlier checkpoint of the {kind.noun}")


def check_tensors(path: str | Path, kind: FileKind, tensors: Tensors, expected: Tensors) -> None:
    """Raise the kind's error unless names, shapes and types are those of ``expected`` (which may be on "meta")."""
    remedy = f"the {kind.noun} and its description do not belong together, make or import it again"
    if missing := sorted(expected.keys() - tensors.keys()):
        raise kind.error(f"{path}: lacks {_some(missing)}; {remedy}")
    if extra := sorted(tensors.keys() - expected.keys()):
        raise kind.error(f"{path}: has {_some(extra)} too many; {remedy}")
    for name, tensor in sorted(tensors.items()):
        found, wanted = _signature(tensor), _signature(expected[name])
        if found != wanted:
            raise kind.error(f"{path}: {name} is {found}, not {wanted}; {remedy}")


def _signature(tensor: torch.Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)}"


def _some(names: list[str]) -> str:
    """The first name and how many more."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
