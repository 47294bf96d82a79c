# SPDX-License-Identifier: BSD-3-Clause
"""``tt doctor``: is everything here that the package needs, and what to do if not."""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

_PACKAGES = (
    "tt_isaaclab",
    "isaaclab",
    "rsl-rl-lib",
    "torch",
    "newton",
    "mujoco",
    "mujoco-warp",
    "warp-lang",
    "ovphysx",
    "onnxruntime",
    "viser",
)
_OPTIONAL = ("ovphysx", "onnxruntime", "viser")


class Check(NamedTuple):
    """One line of the report."""

    name: str
    ok: bool | None
    """``None`` where it is fine either way."""
    detail: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Print the report; returns 1 if something that every user needs is broken."""
    failed = False
    for title, checks in (
        ("Versions", _versions()),
        ("Physics", _physics()),
        ("Caches", _caches()),
        ("Files", _files()),
    ):
        print(title)
        for check in checks:
            mark = {True: "ok", False: "MISSING", None: "-"}[check.ok]
            print(f"  {mark:8}{check.name:22}{check.detail}")
            failed |= check.ok is False
    return int(failed)


def _versions() -> Iterator[Check]:
    yield Check("python", platform.python_version().startswith("3.12"), f"{platform.python_version()}, needs 3.12")
    for package in _PACKAGES:
        try:
            yield Check(package, True, version(package))
        except PackageNotFoundError:
            yield Check(package, None if package in _OPTIONAL else False, "not installed")


def _physics() -> Iterator[Check]:
    import warp as wp

    cuda = wp.is_cuda_available()
    cores = len(os.sched_getaffinity(0))
    yield Check("newton_mujoco", True, f"{cores} CPU cores" + ("" if cuda else "; the default here"))
    yield Check("newton_mjwarp", True, "CUDA; the default here" if cuda else "works on a CPU too, but slowly")
    have_ovphysx = find_spec("ovphysx") is not None
    yield Check("ovphysx", have_ovphysx or None, "real PhysX" if have_ovphysx else "pip install 'tt_isaaclab[ovphysx]'")
    have_kit = find_spec("isaacsim") is not None
    yield Check("isaacsim_physx", have_kit or None, "Isaac Sim" if have_kit else "only with Isaac Sim (Omniverse)")


def _caches() -> Iterator[Check]:
    import warp as wp

    wp.init()
    cache = Path(wp.config.kernel_cache_dir)
    size = sum(f.stat().st_size for f in cache.rglob("*") if f.is_file()) / 1e6
    yield Check("Warp kernels", None, f"{cache}, {size:.0f} MB; compiled at first use, set WARP_CACHE_PATH to move it")


def _files() -> Iterator[Check]:
    from tt_isaaclab.bfm.bundled import BUNDLED
    from tt_isaaclab.bfm.frozen import FrozenBfm
    from tt_isaaclab.file_identity import sha256
    from tt_isaaclab.humanoid.generate import ASSETS, GENERATORS
    from tt_isaaclab.task_tokens.token_file import TOKENS, load_token

    for name, build in GENERATORS.items():
        text = build()
        same = (ASSETS / name).is_file() and (ASSETS / name).read_text() == text
        digest = hashlib.sha256(text.encode()).hexdigest()
        advice = "run: python -m tt_isaaclab.humanoid.generate"
        yield Check(name, same, f"as generated, sha256 {digest[:12]}" if same else advice)
    try:
        bfm = FrozenBfm.load(BUNDLED)
    except (ValueError, OSError) as error:
        yield Check("behaviour model", False, f"{error}; pass --bfm FILE to use another one")
        return
    yield Check("behaviour model", True, f"{BUNDLED.stat().st_size / 1e6:.1f} MB, hash {bfm.hash[:12]}")
    for path in sorted(TOKENS.glob("*.safetensors")):
        try:
            load_token(path, bfm)
            yield Check(path.stem, True, f"token of the bundled model, sha256 {sha256(path)[:12]}")
        except ValueError as error:
            yield Check(path.stem, False, str(error))
