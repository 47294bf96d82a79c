# SPDX-License-Identifier: BSD-3-Clause
"""Read a foreign PyTorch checkpoint without running anything that is in it."""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from tt_isaaclab.file_identity import is_lfs_pointer, sha256

from ..files import BfmFileError
from .released import Release, release_of

_ZIP = b"PK"  # what torch.save writes


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint's contents and what the file is.

    Attributes:
        path: The file.
        content: Nested dicts of tensors and plain numbers, as the training code saved them; memory-mapped.
        sha256: Hash of the file (hex).
        bytes: Its size.
        release: The published file it is, or None.
    """

    path: Path
    content: dict[str, Any]
    sha256: str
    bytes: int
    release: Release | None


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Tensors and numbers of a checkpoint, on the CPU.

    Raises:
        BfmFileError: With one line: no file, a Git LFS pointer, a file cut short, or a pickle with more than data in it.
    """
    path = Path(path)
    if not path.is_file():
        raise BfmFileError(f"{path}: no such file; give the path of a downloaded MaskedMimic checkpoint")
    with path.open("rb") as file:
        head = file.read(200)
    if is_lfs_pointer(path):
        raise BfmFileError(f"{path}: this is the Git LFS pointer of {_named(head)}, not the file; run 'git lfs pull'")
    if not head.startswith(_ZIP):
        raise BfmFileError(
            f"{path}: not a PyTorch checkpoint (a bare pickle is never opened); give the published last.ckpt"
        )
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        found = re.search(r"GLOBAL ([\w.]+)", str(error))
        raise BfmFileError(
            f"{path}: refused, it holds Python objects ({found[1] if found else 'unreadable'}) and not only tensors; "
            "nothing in it was run; give the published last.ckpt"
        ) from error
    except (RuntimeError, OSError) as error:
        size = path.stat().st_size
        raise BfmFileError(f"{path}: cut short at {size:,} bytes, or damaged; download it again") from error
    if not isinstance(content, dict):
        raise BfmFileError(
            f"{path}: holds a {type(content).__name__}, not a training state; give the published last.ckpt"
        )
    digest, size = sha256(path), path.stat().st_size
    return Checkpoint(path, content, digest, size, release_of(digest, size))


def _named(pointer: bytes) -> str:
    """What an LFS pointer points to."""
    digest = re.search(rb"sha256:([0-9a-f]{64})", pointer)
    size = re.search(rb"size (\d+)", pointer)
    release = release_of(digest[1].decode() if digest else "", int(size[1]) if size else 0)
    return release.name if release else "some large file"
