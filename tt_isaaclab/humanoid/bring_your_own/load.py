# SPDX-License-Identifier: BSD-3-Clause
"""``--humanoid FILE``: check a user's body, write it once as USD, and tell Isaac Lab to use that."""

from __future__ import annotations

import argparse
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from tt_isaaclab.file_identity import is_lfs_pointer
from tt_isaaclab.whole_file import whole_file

from ..spec import DEFAULT_HUMANOID, HumanoidSpec, spec_of
from ..usd import build_humanoid_usd
from .body import HumanoidFileError
from .read_mjcf import read_mjcf
from .read_usd import read_usd

_READERS = {".xml": read_mjcf, ".mjcf": read_mjcf, ".usd": read_usd, ".usda": read_usd, ".usdc": read_usd}


@dataclass(frozen=True)
class Humanoid:
    """The body to simulate.

    Attributes:
        spec: Its description.
        overrides: What the environment's configuration must be told.
    """

    spec: HumanoidSpec
    overrides: tuple[str, ...] = ()


def add_humanoid_argument(parser: argparse.ArgumentParser) -> None:
    """The option that chooses the body."""
    parser.add_argument("--humanoid", default="default", help="MJCF or USD of an SMPL humanoid (default: ours)")


def load_humanoid(name: str) -> Humanoid:
    """The body of a file, or the shipped one for ``default``. Raises HumanoidFileError.

    The USD made of it is kept in the user's cache folder, named by its hash.
    """
    if name == "default":
        return Humanoid(DEFAULT_HUMANOID)
    path = Path(name)
    if path.suffix not in _READERS:
        raise HumanoidFileError(f"{path}: not a body file; give an MJCF (.xml) or a USD of an SMPL humanoid")
    if not path.is_file():
        raise HumanoidFileError(f"{path}: no such file; give an MJCF (.xml) or a USD of an SMPL humanoid")
    if is_lfs_pointer(path):
        raise HumanoidFileError(f"{path}: this is a Git LFS pointer, not the body; run 'git lfs pull'")
    body = _READERS[path.suffix](path)
    text = build_humanoid_usd(body.anatomy, body.uncollidable)
    usd = _cache() / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.usda"
    if not usd.is_file():
        with whole_file(usd) as partial:
            partial.write_text(text)
    height = round(body.standing_height, 6)
    robot = "env.scene.robot"
    overrides = (f"{robot}.spawn.usd_path={usd}", f"{robot}.init_state.pos=[0.0,0.0,{height}]")
    return Humanoid(spec_of(path.stem, body.anatomy, height), overrides)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tt_isaaclab" / "humanoids"
