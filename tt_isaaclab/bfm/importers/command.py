# SPDX-License-Identifier: BSD-3-Clause
"""``tt import-bfm``: a published MaskedMimic checkpoint to a safetensors file that ``--bfm`` takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tt_isaaclab.file_identity import sha256

from ..files import BfmFileError
from ..frozen import FrozenBfm
from ..weights import save_bfm
from .checkpoint import Checkpoint, read_checkpoint
from .contract import contract
from .convert import convert, recognise
from .generations import Generation
from .settings import check_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the import."""
    parser.add_argument("checkpoint", type=Path, help="last.ckpt of MaskedMimic v1, v2.3 or v3")
    parser.add_argument(
        "--config", type=Path, default=None, help="the YAML beside it, to check what shapes cannot tell"
    )
    parser.add_argument("--out", type=Path, required=True, help="safetensors file to write")


def run(args: argparse.Namespace) -> None:
    """Import, write and say what it is."""
    if args.out.suffix != ".safetensors":
        raise BfmFileError(f"{args.out}: --out must end in .safetensors")
    import_bfm(args.checkpoint, args.out, args.config)


def import_bfm(path: Path, out: Path, config: Path | None = None) -> FrozenBfm:
    """Convert a checkpoint, print what it is and write it with a card; nothing is written on an error.

    Raises:
        BfmFileError: With one line that names the file and the remedy.
    """
    checkpoint = read_checkpoint(path)
    generation, state = recognise(checkpoint)
    if config is not None:
        check_settings(config, generation)
    bfm = FrozenBfm(generation.layout(), convert(path, generation, state))
    save_bfm(out, bfm.layout, bfm.state_dict(), _card(checkpoint, generation, config))
    print(contract(bfm.layout))
    print(f"\nsource   {path}, {checkpoint.bytes:,} bytes, sha256 {checkpoint.sha256}")
    print(f"         {_origin(checkpoint)}")
    print(f"licence  {generation.licence}")
    print(f"wrote    {out}, {out.stat().st_size / 1e6:.1f} MB, hash {bfm.hash}; use it with --bfm {out}")
    return bfm


def _origin(checkpoint: Checkpoint) -> str:
    release = checkpoint.release
    if release is None:
        return "not a published file that we know by hash or size: shapes fit, whose training it is we cannot tell"
    return f"{release.name}, by its {'hash' if release.sha256 else 'size (its hash is not known to us)'}"


def _card(checkpoint: Checkpoint, generation: Generation, config: Path | None) -> dict[str, Any]:
    return {
        "generation": generation.name,
        "licence": generation.licence,
        "source": checkpoint.path.name,
        "source_bytes": checkpoint.bytes,
        "source_sha256": checkpoint.sha256,
        "source_release": checkpoint.release.name if checkpoint.release else None,
        "config_sha256": sha256(config) if config else None,
    }
