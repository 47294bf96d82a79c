# SPDX-License-Identifier: BSD-3-Clause
"""From an environment's observation groups to actions: the behaviour model alone, or with a task token."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layout import BfmLayout

from .encoder import TaskEncoder

STATE_GROUP, TASK_GROUP = "humanoid", "task"
"""Observation groups that become the behaviour model's state and the task encoder's input. Further groups are
prompts, named like the token group they fill and flattened."""


def bfm_inputs(layout: BfmLayout, obs: Mapping[str, torch.Tensor], prompts: list[str]) -> dict[str, torch.Tensor]:
    """The behaviour model's raw inputs from observation groups; ``prompts`` names the groups that are prompts.

    Raises:
        ValueError: If a prompt is not a token group of the model.
    """
    widths = {group.name: group.width for group in layout.tokens}
    inputs = {"state": obs[STATE_GROUP]}
    for name in prompts:
        if name not in widths:
            raise ValueError(f"{layout.name} has no token group '{name}', only {sorted(widths)}")
        inputs[name] = obs[name].unflatten(-1, (-1, widths[name]))
    return inputs


class BfmPolicy:
    """Deterministic policy of a frozen behaviour model.

    Args:
        bfm: The behaviour model.
        encoder: Task encoder, or ``None`` for the behaviour model without a task token.
        prompts: Observation groups that prompt the model.
    """

    def __init__(self, bfm: FrozenBfm, encoder: TaskEncoder | None = None, prompts: list[str] | None = None) -> None:
        self.bfm, self.encoder, self.prompts = bfm, encoder, prompts or []

    def __call__(self, obs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Action means (N, 69)."""
        embedded = self.bfm.embed(bfm_inputs(self.bfm.layout, obs, self.prompts))
        return self.bfm.act(embedded, None if self.encoder is None else self.encoder(obs[TASK_GROUP]))
