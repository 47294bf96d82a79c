# SPDX-License-Identifier: BSD-3-Clause
"""What a file is: its hash, and whether it only stands for another one. Needs nothing but Python."""

from __future__ import annotations

import hashlib
from pathlib import Path

_LFS = b"version https://git-lfs"


def sha256(path: str | Path) -> str:
    """SHA-256 (hex) of a file."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_lfs_pointer(path: str | Path) -> bool:
    """Whether a file is what Git LFS leaves in place of one that was not downloaded."""
    with Path(path).open("rb") as file:
        return file.read(len(_LFS)) == _LFS
