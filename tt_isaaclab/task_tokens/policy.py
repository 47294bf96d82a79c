# SPDX-License-Identifier: BSD-3-Clause
"""From an environment's observation groups to actions: the behaviour model alone, or with a task token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch

from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layout import LATENT, BfmLayout
from tt_isaaclab.bfm.network import Embedded
from tt_isaaclab.kinematics.sparse_targets import rows_visible

from .encoder import TaskEncoder

PROMPT_GROUP = "targets"
"""Observation group of the joint-condition prompt, where a task has one."""

PROMPT_PRESETS = {"joint_prior": PROMPT_GROUP, "pose_history": "history", "text": "text", "object": "object"}
"""Presets that make an environment offer something the behaviour model may do without, and the groups they add."""

STATE_GROUP, TASK_GROUP = "humanoid", "task"
"""Observation groups that become the behaviour model's state and the task encoder's input. Further groups are named
like the behaviour model's inputs they fill, and flattened: what it always reads, and prompts, which it may do without."""


def bfm_inputs(layout: BfmLayout, obs: Mapping[str, torch.Tensor], prompts: list[str]) -> dict[str, torch.Tensor]:
    """The behaviour model's raw inputs from observation groups; ``prompts`` names the groups that are prompts.

    Raises:
        ValueError: If a prompt is not a token group of the model, or a group that it always reads is missing.
    """
    groups = {group.name: group for group in layout.tokens}
    inputs = {"state": obs[STATE_GROUP]}
    for name in (*required_groups(layout), *prompts):
        if name in prompts and name not in groups:
            raise ValueError(f"{layout.name} has no token group '{name}', only {sorted(groups)}")
        if name not in obs.keys():
            raise ValueError(
                f"{layout.name} reads '{name}', which the environment does not offer; add presets={layout.name}"
            )
        rows = name in groups and groups[name].count > 1
        inputs[name] = obs[name].unflatten(-1, (-1, groups[name].width)) if rows else obs[name]
    return inputs


def embed_observations(bfm: FrozenBfm, obs: Mapping[str, torch.Tensor], prompts: list[str]) -> Embedded:
    """The behaviour model's words for observation groups; joint conditions that ask for nothing are hidden from it."""
    inputs = bfm_inputs(bfm.layout, obs, prompts)
    if PROMPT_GROUP not in inputs:
        return bfm.embed(inputs)
    rows = rows_visible(inputs[PROMPT_GROUP])
    return bfm.embed(inputs, {PROMPT_GROUP: rows.any(-1, keepdim=True).expand_as(rows)})


def required_groups(layout: BfmLayout) -> list[str]:
    """Observation groups besides the state that the behaviour model cannot do without."""
    read = [group.name for group in layout.tokens if not group.maskable] + [part.name for part in layout.decoder]
    return [name for name in dict.fromkeys(read) if name not in ("state", LATENT)]


def groups_read(layout: BfmLayout, prompts: Iterable[str], task: bool = True) -> list[str]:
    """Observation groups that a policy reads, in the order of its exports; ``task``: whether it has a task encoder."""
    return [STATE_GROUP, *([TASK_GROUP] if task else []), *required_groups(layout), *prompts]


def prompt_groups(presets: Iterable[str]) -> list[str]:
    """Observation groups of those presets that prompt the behaviour model."""
    return [PROMPT_PRESETS[name] for name in presets if name in PROMPT_PRESETS]


class BfmPolicy:
    """Deterministic policy of a frozen behaviour model.

    Args:
        bfm: The behaviour model.
        encoder: Task encoder, or ``None`` for the behaviour model without a task token.
        prompts: Observation groups that prompt the model.
    """

    def __init__(self, bfm: FrozenBfm, encoder: TaskEncoder | None = None, prompts: list[str] | None = None) -> None:
        self.bfm, self.encoder, self.prompts = bfm, encoder, prompts or []

    def to(self, device: torch.device | str) -> None:
        """Move model and encoder to a device."""
        for network in filter(None, (self.bfm, self.encoder)):
            network.to(device)

    def __call__(self, obs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Action means (N, 69)."""
        embedded = embed_observations(self.bfm, obs, self.prompts)
        return self.bfm.act(embedded, None if self.encoder is None else self.encoder(obs[TASK_GROUP]))
