# SPDX-License-Identifier: BSD-3-Clause
"""The card in a behaviour model's file: which data, which commands, how well it came out."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tt_isaaclab.bfm.weights import load_bfm, save_bfm
from tt_isaaclab.file_identity import sha256
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

from .motions.library import MotionLibrary

CMU = "CMU Graphics Lab motion capture, mocap.cs.cmu.edu, created with funding from NSF EIA-0196217"
"""The credit that the source of our recordings asks for."""


def make_card(
    library: Path | str,
    trackers: Sequence[Path | str],
    training: dict[str, Any],
    commands: list[str],
    former: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Provenance of a distilled model, as JSON data.

    Args:
        library: Motion library file.
        trackers: Checkpoints of the experts.
        training: Settings of the distillation.
        commands: Command lines that make the model.
        former: Hash and card of the model that it goes on from.
    """
    clips = MotionLibrary.load(library)
    names = json.dumps([asdict(clip) for clip in clips.clips], sort_keys=True)
    return {
        "data": CMU,
        "clips": len(clips),
        "seconds": round(clips.seconds.sum().item(), 1),
        "clip_list_sha256": hashlib.sha256(names.encode()).hexdigest(),
        "library_sha256": sha256(library),
        "trackers_sha256": [sha256(tracker) for tracker in trackers],
        "humanoid": DEFAULT_HUMANOID.name,
        "humanoid_sha256": DEFAULT_HUMANOID.hash,
        "former": former,
        "training": training,
        "commands": commands,
    }


def add_measured(path: Path | str, backend: str, measured: dict[str, Any]) -> None:
    """Say in a model's card what was measured of it on a backend, in place of what was said of that before.

    Weights and hash stay as they are, so trained tokens go on fitting. Raises BfmFileError.
    """
    layout, weights, card = load_bfm(path)
    card["measured"] = card.get("measured", {}) | {backend: _rounded(measured)}
    save_bfm(path, layout, weights, card)


def _rounded(value: Any) -> Any:
    """Numbers with four decimals; None where there is none, which JSON has no word for."""
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value
