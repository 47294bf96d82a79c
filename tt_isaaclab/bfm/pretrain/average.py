# SPDX-License-Identifier: BSD-3-Clause
"""One tracker whose weights are the mean of several that come from the same start.

Wortsman et al., "Model soups" (2022). Each checkpoint of PPO jitters in its own way and their mean does not: of trackers
that go on from one another it walks more evenly and falls less than any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

_AVERAGED = ("actor_state_dict", "critic_state_dict")


def average(paths: Sequence[Path]) -> dict:
    """Checkpoint of RSL-RL's runner with the mean weights of actor and critic; the rest is that of the first one.

    Raises:
        ValueError: If a file is missing, is no checkpoint, or holds other networks than the first.
    """
    checkpoints = [_load(path) for path in paths]
    first = checkpoints[0]
    for path, other in zip(paths, checkpoints, strict=True):
        if any(_shapes(other[part]) != _shapes(first[part]) for part in _AVERAGED):
            raise ValueError(f"{path}: other networks than in {paths[0]}; average trackers that come from one start")
    for part in _AVERAGED:
        for name, tensor in first[part].items():
            if tensor.is_floating_point():
                first[part][name] = torch.stack([other[part][name] for other in checkpoints]).mean(0)
    return first


def _load(path: Path) -> dict:
    if not path.is_file():
        raise ValueError(f"{path}: no such checkpoint; train one with 'tt pretrain track'")
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        if missing := [part for part in _AVERAGED if part not in checkpoint]:
            raise KeyError(missing[0])
        return checkpoint
    except Exception as error:  # torch.load raises many kinds
        raise ValueError(f"{path}: not a checkpoint of the RSL-RL runner, or cut short") from error


def _shapes(state: dict[str, torch.Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in state.items()}
