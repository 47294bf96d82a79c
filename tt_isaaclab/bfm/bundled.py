# SPDX-License-Identifier: BSD-3-Clause
"""The behaviour models that ship with the package (see docs/bfm.md)."""

from __future__ import annotations

from pathlib import Path

from .frozen import FrozenBfm

_ASSETS = Path(__file__).parent / "assets"

BUNDLED = _ASSETS / "bundled.safetensors"
"""The one that is used unless another is named, and that the shipped tokens speak to."""

SHIPPED = {"bundled": BUNDLED, "steady": _ASSETS / "steady.safetensors"}
"""Name that a user may give in place of a file -> file. `steady` keeps upright, on PhysX too."""


def load_bfm_or_bundled(name: str) -> FrozenBfm:
    """The behaviour model at a path, or a shipped one by its name. Raises BfmFileError."""
    return FrozenBfm.load(SHIPPED.get(name, name))
