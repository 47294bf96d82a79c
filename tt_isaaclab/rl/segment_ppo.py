# SPDX-License-Identifier: BSD-3-Clause
"""PPO for tasks whose orders change at random while an episode goes on."""

from __future__ import annotations

import torch
from rsl_rl.algorithms import PPO

from tt_isaaclab.tasks.mdp.segments import ORDER_CHANGED


class SegmentPPO(PPO):
    """:class:`rsl_rl.algorithms.PPO` that gives no action the credit or the blame for a new order.

    A new order changes the value by more than any action does. Its control step is treated as one at the time limit:
    returns go on with the value of before, as if the old order had stayed.
    """

    def process_env_step(self, obs, rewards: torch.Tensor, dones: torch.Tensor, extras: dict) -> None:
        """Record one environment step."""
        changed = extras.get(ORDER_CHANGED)
        if changed is not None:
            cut = changed.to(dones.device) & (dones == 0)
            time_outs = extras.get("time_outs", torch.zeros_like(cut))
            extras = {**extras, "time_outs": time_outs.bool() | cut}
            dones = dones | cut.to(dones.dtype)
        super().process_env_step(obs, rewards, dones, extras)
