# SPDX-License-Identifier: BSD-3-Clause
"""The actor in a checkpoint of RSL-RL's runner, without the runner."""

from __future__ import annotations

from pathlib import Path

import torch


def actor_state(path: Path | str, device: torch.device | str, otherwise: str, train: str) -> dict[str, torch.Tensor]:
    """Weights and statistics of the actor in a ``model_*.pt``, without its exploration noise.

    Args:
        path: The checkpoint.
        device: Where to put the tensors.
        otherwise: What to say of a file that is none, such as "not a checkpoint of the RSL-RL runner".
        train: Command that trains one.

    Raises:
        ValueError: If the file is missing, cut short, or no checkpoint.
    """
    if not Path(path).is_file():
        raise ValueError(f"{path}: no such checkpoint; train one with '{train}'")
    try:
        state = torch.load(path, map_location=device, weights_only=True)["actor_state_dict"]
    except Exception as error:  # torch.load raises many kinds
        raise ValueError(f"{path}: {otherwise}, or cut short") from error
    return {name: tensor for name, tensor in state.items() if not name.startswith("distribution.")}
