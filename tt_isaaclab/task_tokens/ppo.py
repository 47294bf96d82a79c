# SPDX-License-Identifier: BSD-3-Clause
"""PPO with a learning rate for the encoder and another for the critic, and frozen words embedded once per update."""

from __future__ import annotations

import torch
from rsl_rl.algorithms import PPO
from rsl_rl.utils import resolve_optimizer

from .model import TaskTokenModel


class TaskTokenPPO(PPO):
    """:class:`rsl_rl.algorithms.PPO` for :class:`TaskTokenModel`.

    Args:
        learning_rate: Learning rate of the task encoder.
        critic_learning_rate: Learning rate of the critic.
        **options: Options of :class:`rsl_rl.algorithms.PPO`; the schedule must be ``fixed``.
    """

    actor: TaskTokenModel

    def __init__(
        self,
        actor: TaskTokenModel,
        critic,
        storage,
        learning_rate: float = 1.0e-4,
        critic_learning_rate: float = 1.0e-4,
        optimizer: str = "adam",
        schedule: str = "fixed",
        **options,
    ) -> None:
        if schedule != "fixed":
            raise ValueError(f"schedule '{schedule}' would set one learning rate for actor and critic; use 'fixed'")
        super().__init__(
            actor, critic, storage, learning_rate=learning_rate, optimizer=optimizer, schedule=schedule, **options
        )
        self.optimizer = resolve_optimizer(optimizer)(
            [
                {"params": list(actor.parameters()), "lr": learning_rate},
                {"params": list(critic.parameters()), "lr": critic_learning_rate},
            ]
        )

    def update(self) -> dict[str, float]:
        """One PPO update; what the frozen model makes of the stored observations is computed once for all passes."""
        plain = self.storage.observations
        self.storage.observations = self._raw_actor.with_embeddings(plain)
        try:
            return super().update()
        finally:
            self.storage.observations = plain

    def act(self, obs) -> torch.Tensor:
        """Sample actions; nothing of the frozen model needs a gradient here."""
        with torch.no_grad():
            return super().act(obs)
