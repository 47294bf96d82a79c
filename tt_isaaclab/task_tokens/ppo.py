# SPDX-License-Identifier: BSD-3-Clause
"""PPO with a learning rate for the encoder and another for the critic, frozen words embedded once, and a quiet start."""

from __future__ import annotations

import torch
from rsl_rl.utils import resolve_optimizer
from tensordict import TensorDict

from tt_isaaclab.rl.segment_ppo import SegmentPPO

from .model import TaskTokenModel

_LISTENING = 8
"""Updates for which a new encoder is silent while the critic learns."""

_HEARD, _STEPS, _BATCH, _RATE = 512, 200, 128, 0.1
"""Observations kept of each of them; steps, batch and first rate of the fit of the first word."""


class TaskTokenPPO(SegmentPPO):
    """:class:`SegmentPPO` for :class:`TaskTokenModel`.

    One more word, even a word of zeros, changes what a behaviour model does that never heard one: the bundled model's
    joint targets by 0.06 rad, which makes it fall. So a new encoder is silent for a few updates, while the critic learns
    what the model does by itself, and then takes as its first word the one that changes the actions least. From there PPO
    sets out.

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
        self._listening: int | None = None
        self._heard: list[TensorDict] = []

    def act(self, obs) -> torch.Tensor:
        """Sample actions; nothing of the frozen model needs a gradient here."""
        actor = self._raw_actor
        if self._listening is None:
            self._listening = _LISTENING if actor.encoder.is_new else 0
        actor.silent = self._listening > 0
        try:
            with torch.no_grad():
                return super().act(obs)
        finally:
            actor.silent = False

    def update(self) -> dict[str, float]:
        """One PPO update; what the frozen model makes of the stored observations is computed once for all passes."""
        actor, plain, listens = self._raw_actor, self.storage.observations, bool(self._listening)
        embedded = self.storage.observations = actor.with_embeddings(plain)
        actor.encoder.requires_grad_(not listens)
        try:
            losses = super().update()
        finally:
            self.storage.observations = plain
            actor.encoder.requires_grad_(True)
        if listens:
            rows = torch.randperm(plain.numel(), device=self.device)[:_HEARD]
            self._heard.append(embedded.flatten()[rows])
            self._listening -= 1
            if not self._listening:
                self._choose_first_word()
        return losses

    def _choose_first_word(self) -> None:
        """Let the encoder's bias be the word that changes the actions least in what was heard."""
        heard, actor = torch.cat(self._heard), self._raw_actor
        with torch.no_grad():
            silent = actor.act_on(heard, None)
        word = torch.zeros_like(actor.encoder.first_word, requires_grad=True)
        optimizer = torch.optim.Adam([word], lr=_RATE)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _STEPS)
        for _ in range(_STEPS):
            rows = torch.randint(len(heard), (_BATCH,), device=self.device)
            spoken = actor.act_on(heard[rows], word.expand(_BATCH, 1, -1))
            optimizer.zero_grad()
            (spoken - silent[rows]).square().mean().backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            actor.encoder.first_word.copy_(word)
        if self.is_multi_gpu:
            self.broadcast_parameters()
        self._heard.clear()
