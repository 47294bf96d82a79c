# SPDX-License-Identifier: BSD-3-Clause
"""Checkpoints of RSL-RL's runner, without the runner."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

ACTOR, CRITIC = "actor_state_dict", "critic_state_dict"
"""Keys of the networks' weights and statistics."""


def load_checkpoint(
    path: Path | str, device: torch.device | str, otherwise: str, train: str, parts: Sequence[str] = (ACTOR,)
) -> dict[str, Any]:
    """Everything in a ``model_*.pt``.

    Args:
        path: The checkpoint.
        device: Where to put the tensors.
        otherwise: What to say of a file that is none, such as "not a checkpoint of the RSL-RL runner".
        train: Command that trains one.
        parts: Keys that it must have.

    Raises:
        ValueError: If the file is missing, cut short, or no checkpoint.
    """
    if not Path(path).is_file():
        raise ValueError(f"{path}: no such checkpoint; train one with '{train}'")
    try:
        checkpoint = torch.load(path, map_location=device, weights_only=True)
        return checkpoint | {part: checkpoint[part] for part in parts}  # raises where one is missing
    except Exception as error:  # torch.load raises many kinds
        raise ValueError(f"{path}: {otherwise}, or cut short") from error


def actor_state(path: Path | str, device: torch.device | str, otherwise: str, train: str) -> dict[str, torch.Tensor]:
    """Weights and statistics of the actor, without its exploration noise; arguments and errors as `load_checkpoint`."""
    state = load_checkpoint(path, device, otherwise, train)[ACTOR]
    return {name: tensor for name, tensor in state.items() if not name.startswith("distribution.")}
