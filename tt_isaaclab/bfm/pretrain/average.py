# SPDX-License-Identifier: BSD-3-Clause
"""One tracker whose weights are the mean of several that come from the same start.

Wortsman et al., "Model soups" (2022). Each checkpoint of PPO jitters in its own way and their mean does not: of trackers
that go on from one another it walks more evenly and falls less than any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from tt_isaaclab.rl.checkpoint import ACTOR, CRITIC, load_checkpoint

from .tracker import NO_CHECKPOINT, TRAIN

_AVERAGED = (ACTOR, CRITIC)


def average(paths: Sequence[Path]) -> dict:
    """Checkpoint of RSL-RL's runner with the mean weights of actor and critic; the rest is that of the first one.

    Raises:
        ValueError: If a file is missing, is no checkpoint, or holds other networks than the first.
    """
    checkpoints = [load_checkpoint(path, "cpu", NO_CHECKPOINT, TRAIN, _AVERAGED) for path in paths]
    first = checkpoints[0]
    for path, other in zip(paths, checkpoints, strict=True):
        if any(_shapes(other[part]) != _shapes(first[part]) for part in _AVERAGED):
            raise ValueError(f"{path}: other networks than in {paths[0]}; average trackers that come from one start")
    for part in _AVERAGED:
        for name, tensor in first[part].items():
            if tensor.is_floating_point():
                first[part][name] = torch.stack([other[part][name] for other in checkpoints]).mean(0)
    return first


def _shapes(state: dict[str, torch.Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in state.items()}
