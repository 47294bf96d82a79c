# SPDX-License-Identifier: BSD-3-Clause
"""A trained pure RL policy, without the training around it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from rsl_rl.models import MLPModel

from .rsl_rl_cfg import PureRlRunnerCfg


class PureRlPolicy:
    """Deterministic policy of a checkpoint of `PureRlRunnerCfg`."""

    def __init__(self, path: Path | str, device: torch.device | str = "cpu") -> None:
        """Read a checkpoint of the RSL-RL runner (``model_*.pt``).

        Raises:
            ValueError: If the file is missing, or is no checkpoint of this actor.
        """
        if not Path(path).is_file():
            raise ValueError(
                f"{path}: no such checkpoint; train one with 'tt train --agent rsl_rl_pure_rl_cfg_entry_point'"
            )
        cfg = PureRlRunnerCfg()
        try:
            state = torch.load(path, map_location=device, weights_only=True)["actor_state_dict"]
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
            self._actor.load_state_dict({n: t for n, t in state.items() if not n.startswith("distribution.")})
        except Exception as error:  # torch.load raises many kinds
            raise ValueError(f"{path}: no checkpoint of a pure RL policy, or cut short") from error
        self._actor.to(device).eval()

    @torch.no_grad()
    def __call__(self, observations: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Action means (N, 69)."""
        return self._actor(observations)
