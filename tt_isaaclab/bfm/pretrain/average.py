# SPDX-License-Identifier: BSD-3-Clause
"""One tracker, or one behaviour model, whose weights are the mean of several that come from the same start.

Wortsman et al., "Model soups" (2022). Each checkpoint of PPO jitters in its own way and their mean does not: of trackers
that go on from one another it walks more evenly and falls less than any of them. A behaviour model between a former one and
what it became has most of the new skills and has unlearned less (Wortsman et al., "Robust fine-tuning", 2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.layout import BfmLayout
from tt_isaaclab.bfm.weights import bfm_hash, load_bfm
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


def average_models(
    paths: Sequence[Path], shares: Sequence[float]
) -> tuple[BfmLayout, dict[str, torch.Tensor], list[dict], list[str]]:
    """Behaviour models mixed by ``shares``, which sum to 1: layout and weights, and the cards and hashes of all.

    Raises:
        BfmFileError: A file cannot be used, or is of another layout than the first.
        ValueError: There is not one share a model, or they do not sum to 1.
    """
    if len(shares) != len(paths) or abs(sum(shares) - 1.0) > 1e-6:
        raise ValueError(f"shares {list(shares)}: {len(paths)} models need as many, which sum to 1")
    layouts, weights, cards = zip(*(load_bfm(path) for path in paths))
    for path, layout in zip(paths, layouts):
        if layout != layouts[0]:
            raise BfmFileError(f"{path}: of another layout than {paths[0]}; average models that come from one start")
    mean = {name: sum(share * other[name] for share, other in zip(shares, weights)) for name in weights[0]}
    mean = {name: tensor.to(weights[0][name].dtype) for name, tensor in mean.items()}
    return layouts[0], mean, list(cards), [bfm_hash(layouts[0], other) for other in weights]


def _shapes(state: dict[str, torch.Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in state.items()}
