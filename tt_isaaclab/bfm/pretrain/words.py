# SPDX-License-Identifier: BSD-3-Clause
"""Sentences for what a behaviour model can do already: they are taught by the prompt that asks for the same.

The humanoid is told a sentence, and the model, which is its own teacher, says what it would do about the prompt: walk on
at this speed, straight ahead or always a little to one side, or stand. Only the words are learned, so that everything
else stays as it is, to the bit: trained tokens still fit. Sentences that it has learned from clips are said in between,
or it would forget them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from isaaclab.envs import ManagerBasedRLEnv

from tt_isaaclab.bfm.layout import BfmLayout
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.kinematics.heading import heading_angle
from tt_isaaclab.kinematics.self_observation import self_observation
from tt_isaaclab.kinematics.sparse_targets import sparse_targets, token_visible
from tt_isaaclab.prompts import joint_conditions
from tt_isaaclab.prompts.sentence_encoder import WIDTH

from .captions import vectors_of
from .lessons import Lessons, LessonsCfg
from .motions.table import Spoken
from .replay import Replay, Samples
from .student import Only, Student


@dataclass(frozen=True)
class WordsCfg(LessonsCfg):
    """The former model acts until `teaching` ends; all noise is of one size.

    Attributes:
        hold: How long a sentence holds [s].
    """

    samples: int = 400_000
    replay: int = 100_000
    learning_rate: float = 1.0e-3
    noise: float = 0.03
    hold: tuple[float, float] = (2.0, 6.0)


class WordLessons(Lessons):
    """A student that learns sentences in an environment of ``TaskTokens-Stand``."""

    title = "words"

    def __init__(
        self,
        env: ManagerBasedRLEnv,
        former: BfmNetwork,
        layout: BfmLayout,
        spoken: Sequence[Spoken],
        vectors: Mapping[str, torch.Tensor],
        cfg: WordsCfg,
    ) -> None:
        """``layout`` is that of ``former`` and, if it reads no words yet, a text group.

        Raises:
            ValueError: ``vectors`` lacks a sentence.
        """
        self.cfg, self._env, self._former, device = cfg, env, former, env.device
        self._names = layout.target_slots
        self._slots = torch.tensor(DEFAULT_HUMANOID.body_ids(*self._names), device=device)
        said = [(sentence, order) for order in spoken for sentence in order.sentences]
        self._words = vectors_of([sentence for sentence, _ in said], vectors, WIDTH).to(device)
        self._speed = torch.tensor([order.speed for _, order in said], device=device)
        self._aside = torch.tensor([order.aside for _, order in said], device=device).deg2rad()
        self._known = torch.tensor([order.known for _, order in said], device=device)
        self.student = Student(layout, self._words, cfg.updates(cfg.samples), cfg.learning_rate, former, Only.WORDS)
        self._left = torch.zeros(env.num_envs, device=device)
        self._sentence = torch.zeros_like(self._left, dtype=torch.long)
        env.reset()
        self._replay = Replay(cfg.replay, self._look())

    def _collect(self) -> tuple[list[Samples], dict[str, str]]:
        cfg, fallen, seen = self.cfg, 0, []
        listening = self.collected > cfg.teaching * cfg.samples
        for _ in range(cfg.steps):
            samples = self._look()
            seen.append(samples)
            action = self.student.act(samples) if listening else samples.label
            _, _, fell, _, _ = self._env.step(action + cfg.noise * torch.randn_like(action))
            fallen += int(fell.sum())
        return seen, {"falls": f"{fallen / (cfg.steps * self._env.num_envs):.2%}"}

    @torch.no_grad()
    def _look(self) -> Samples:
        """What is seen and said now, and what the former model does about the prompt that asks for the same."""
        self._left -= self._env.step_dt
        rows = (self._left <= 0.0).nonzero().squeeze(-1)
        self._sentence[rows] = torch.randint(len(self._speed), (len(rows),), device=self._env.device)
        self._left[rows] = torch.empty(len(rows), device=self._env.device).uniform_(*self.cfg.hold)
        bodies, speed = read_bodies(self._env.scene["robot"]), self._speed[self._sentence]
        yaw = heading_angle(bodies.quat[:, 0]) + self._aside[self._sentence]
        target = joint_conditions.direction(bodies.pos[:, 0], yaw, speed, self._names)
        target = target._replace(visible=target.visible & (speed > 0.0).view(-1, 1, 1, 1))
        inputs = {
            "state": self_observation(*bodies),
            "targets": sparse_targets(bodies.pos, bodies.quat, target, self._slots),
        }
        label = self._former(inputs, {"targets": token_visible(target)})
        if self._known.any():
            told = self._former({"state": inputs["state"], "text": self._words[self._sentence]})
            label = torch.where(self._known[self._sentence].unsqueeze(1), told, label)
        unseen = inputs["targets"][:, :0]
        return Samples(inputs["state"], unseen, unseen[..., 0].bool(), self._sentence.clone(), label, unseen)
