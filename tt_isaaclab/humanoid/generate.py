# SPDX-License-Identifier: BSD-3-Clause
"""Write the asset files from the anatomy table: ``python -m tt_isaaclab.humanoid.generate``."""

from __future__ import annotations

from pathlib import Path

from .mjcf import build_mjcf
from .usd import build_ground_usd, build_humanoid_usd

ASSETS = Path(__file__).parent / "assets"
"""Folder of the generated files; they are committed so that a user needs no build step."""

GENERATORS = {"humanoid.xml": build_mjcf, "humanoid.usda": build_humanoid_usd, "ground.usda": build_ground_usd}
"""File name -> function that returns its text."""


def main() -> None:
    """Regenerate every asset file."""
    ASSETS.mkdir(exist_ok=True)
    for name, build in GENERATORS.items():
        (ASSETS / name).write_text(build())
        print(f"wrote {ASSETS / name}")


if __name__ == "__main__":
    main()
