# SPDX-License-Identifier: BSD-3-Clause
"""A tracker of what a second trunk is to learn takes over from the behaviour model that does all else, as it will in use."""

from __future__ import annotations

import math

import torch
from rsl_rl.algorithms import PPO

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import BodyState
from tt_isaaclab.kinematics.sparse_targets import sparse_targets, token_visible
from tt_isaaclab.prompts.joint_conditions import direction

from .orders import Orders

MOVED_BY_FORMER = "moved_by_former"
"""Extra of a step: whom the former model moved in it (N,), bool. Their action did nothing."""


class Handover:
    """The behaviour model that moves whoever its second trunk would not."""

    def __init__(self, file: str, device: str) -> None:
        """Read the model. Raises BfmFileError, also if it has no second trunk."""
        self._former = FrozenBfm.load(file).to(device)
        if self._former.backwards is None:
            raise BfmFileError(f"{file}: has no second trunk; name a behaviour model made with '--only backwards'")
        self._slots = torch.tensor(DEFAULT_HUMANOID.body_ids(*self._former.layout.target_slots), device=device)

    @torch.no_grad()
    def act(
        self, orders: Orders, bodies: BodyState, state: torch.Tensor, target: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Replace the joint targets of those who are the former model's, told their orders by `direction`.

        Args:
            orders: Orders of N environments.
            bodies: Their bodies, world.
            state: What the model sees of itself (N, 358).
            target: Joint targets (N, 23, 3) [rad].

        Returns:
            The targets (N, 23, 3), and whom the model moves (N,), bool.
        """
        names = self._former.layout.target_slots
        prompt = direction(bodies.pos[:, 0], orders.yaw, orders.speed, names, orders.facing)
        inputs = {"state": state, "targets": sparse_targets(bodies.pos, bodies.quat, prompt, self._slots)}
        visible = {"targets": token_visible(prompt)}
        moved = orders.given & ~self._former.goes_backwards(inputs, visible)
        if len(rows := moved.nonzero().squeeze(1)):
            action = self._former({name: x[rows] for name, x in inputs.items()}, {"targets": visible["targets"][rows]})
            target = target.index_copy(0, rows, math.pi * action.view(len(rows), *target.shape[1:]))
        return target, moved


class HandoverPPO(PPO):
    """:class:`rsl_rl.algorithms.PPO` that learns nothing from actions that a former model replaced.

    Their advantage is 0, and that of the others is normalised without them.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._acted: list[torch.Tensor] = []

    def process_env_step(self, obs, rewards: torch.Tensor, dones: torch.Tensor, extras: dict) -> None:
        """Record one environment step."""
        moved = extras.get(MOVED_BY_FORMER, torch.zeros_like(dones, dtype=torch.bool))
        self._acted.append(~moved)
        super().process_env_step(obs, rewards, dones, extras)

    def compute_returns(self, obs) -> None:
        """Compute return and advantage targets from stored transitions."""
        super().compute_returns(obs)
        acted, self._acted = torch.stack(self._acted).unsqueeze(-1), []
        advantages = self.storage.advantages
        counted = advantages[acted]
        advantages = (advantages - counted.mean()) / (counted.std() + 1.0e-8)
        self.storage.advantages = advantages.masked_fill(~acted, 0.0)
