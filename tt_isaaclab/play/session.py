# SPDX-License-Identifier: BSD-3-Clause
"""One humanoid that acts, and what a person may change meanwhile: the token, the prompt, the command, a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from isaaclab.envs import ManagerBasedRLEnv

from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.prompts.text import TEXT_GROUP, text_vector
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.task_tokens.policy import PROMPT_GROUP, BfmPolicy
from tt_isaaclab.tasks.mdp.segment_command import SegmentCommand


class Session:
    """The attributes may be set from another thread; they take effect at the next control step.

    Args:
        env: Environment with one humanoid.
        command: Name of its command term.
        bfm: Behaviour model.
        encoder: Task token, or ``None``.
        prior: Whether the prompt is on at the start.
        prompts: Further observation groups that always prompt the model.
    """

    def __init__(
        self,
        env: ManagerBasedRLEnv,
        command: str,
        bfm: FrozenBfm,
        encoder: TaskEncoder | None,
        prior: bool,
        prompts: Sequence[str] = (),
    ) -> None:
        self.env, self.bfm, self.encoder, self.prompts = env, bfm, encoder, prompts
        self.term: SegmentCommand = env.command_manager.get_term(command)
        self.observations, _ = env.reset()
        self.has_prior = PROMPT_GROUP in self.observations.keys()
        self.token = encoder is not None
        """Whether the task token speaks."""
        self.prior = prior and self.has_prior
        """Whether the joint-condition prompt speaks."""
        self.order: tuple[float, ...] | None = None
        """Command that a person holds, or ``None`` where the task draws its own."""
        self.actions = torch.zeros(env.num_envs, env.action_manager.total_action_dim)
        """What the policy did last (N, 69)."""
        self.sentence = ""
        """What the behaviour model is told; see `tell`."""
        self._words: torch.Tensor | None = None
        self._held: tuple[float, ...] | None = None

    def tell(self, sentence: str) -> None:
        """Say a sentence to the behaviour model, or no longer any if it is empty.

        Raises:
            BfmFileError: The sentence ships no vector and there is no encoder; it is not said then.
        """
        vector = text_vector("", sentence) if sentence else None
        self.sentence = sentence
        self._words = None if vector is None else vector.to(self.env.device).expand(self.env.num_envs, -1)

    def step(self) -> None:
        """Take one control step with the switches as they stand."""
        if self.order != self._held:
            self._held = self.order
            self.term.release() if self._held is None else self.term.hold(self._held)
            self.observations = self.env.observation_manager.compute()
        shown, observations = [*([PROMPT_GROUP] if self.prior else []), *self.prompts], dict(self.observations)
        if (words := self._words) is not None:  # another thread may take them back meanwhile
            shown.append(TEXT_GROUP)
            observations[TEXT_GROUP] = words
        policy = BfmPolicy(self.bfm, self.encoder if self.token else None, shown)
        with torch.inference_mode():
            self.actions = policy(observations)
            self.observations, *_ = self.env.step(self.actions)
