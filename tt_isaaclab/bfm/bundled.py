# SPDX-License-Identifier: BSD-3-Clause
"""The behaviour model that ships with the package (see docs/bfm.md)."""

from __future__ import annotations

import argparse
from pathlib import Path

from .frozen import FrozenBfm

BUNDLED = Path(__file__).parent / "assets" / "bundled.safetensors"
"""File of the shipped behaviour model."""


def load_bfm_or_bundled(name: str) -> FrozenBfm:
    """The behaviour model at a path, or the shipped one for ``bundled``. Raises BfmFileError."""
    return FrozenBfm.load(BUNDLED if name == "bundled" else name)


def add_bfm_argument(parser: argparse.ArgumentParser, default: str | None = "bundled") -> None:
    """The option that chooses the behaviour model."""
    parser.add_argument("--bfm", default=default, help="behaviour model: a file, or 'bundled' (default)")
