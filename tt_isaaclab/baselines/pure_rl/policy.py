# SPDX-License-Identifier: BSD-3-Clause
"""A trained pure RL policy, without the training around it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from rsl_rl.models import MLPModel

from tt_isaaclab.rl.checkpoint import actor_state

from .rsl_rl_cfg import PureRlRunnerCfg


class PureRlPolicy:
    """Deterministic policy of a checkpoint of `PureRlRunnerCfg`."""

    def __init__(self, path: Path | str) -> None:
        """Read a checkpoint of the RSL-RL runner (``model_*.pt``).

        Raises:
            ValueError: If the file is missing, or is no checkpoint of this actor.
        """
        none = "no checkpoint of a pure RL policy"
        state = actor_state(path, "cpu", none, "tt train --agent rsl_rl_pure_rl_cfg_entry_point")
        cfg = PureRlRunnerCfg()
        try:
            weights = [tensor for name, tensor in state.items() if name.endswith("weight")]
            inputs = {"humanoid": torch.zeros(1, 358), "task": torch.zeros(1, weights[0].shape[1] - 358)}
            self._actor = MLPModel(
                inputs,
                cfg.obs_groups,
                "actor",
                len(weights[-1]),
                cfg.actor.hidden_dims,
                cfg.actor.activation,
                obs_normalization=True,
            )
            self._actor.load_state_dict(state)
        except (IndexError, RuntimeError) as error:
            raise ValueError(f"{path}: {none}") from error
        self._actor.eval()

    def to(self, device: torch.device | str) -> None:
        """Move the actor to a device."""
        self._actor.to(device)

    @torch.no_grad()
    def __call__(self, observations: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Action means (N, 69)."""
        return self._actor(observations)
