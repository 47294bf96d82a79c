# SPDX-License-Identifier: BSD-3-Clause
"""The card in a behaviour model's file: which data, which commands, how well it came out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

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
