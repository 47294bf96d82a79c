# SPDX-License-Identifier: BSD-3-Clause
"""Lessons of a student: rounds of acting and learning that can be stopped at any moment and gone on with."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from isaaclab.envs import ManagerBasedRLEnv
from tqdm import tqdm

from .replay import Replay, Samples
from .student import Student


@dataclass(frozen=True)
class LessonsCfg:
    """How long a student is taught, and how.

    Attributes:
        samples: Environment steps to collect, over all environments.
        steps: Environment steps between two rounds of updates.
        replay: Samples kept.
        batch: Samples an update.
        reuse: How often each sample is trained on, on average.
        learning_rate: Highest rate.
        teaching: Share of the training over which the expert acts, more and more seldom or until it ends.
        noise: Greatest standard deviation of the noise on the acting, as an action.
    """

    samples: int = 1_000_000
    steps: int = 16
    replay: int = 250_000
    batch: int = 512
    reuse: float = 3.0
    learning_rate: float = 5.0e-4
    teaching: float = 0.15
    noise: float = 0.055

    def updates(self, collected: int) -> int:
        """Updates that are due once so many samples have been collected."""
        return round(self.reuse * collected / self.batch)


class Lessons:
    """Base of what teaches a student: while it acts in one thread, it learns from the rounds before in another.

    Attributes:
        title: Of the progress bar.
        cfg: How long and how.
        student: Who learns.
        collected: Environment steps so far.
    """

    title: str
    cfg: LessonsCfg
    student: Student
    collected: int = 0
    _env: ManagerBasedRLEnv
    _replay: Replay

    def _collect(self) -> tuple[list[Samples], dict[str, str]]:
        """Take ``cfg.steps`` steps in every environment: what was seen, and numbers for the progress bar."""
        raise NotImplementedError

    def _store(self, samples: Samples) -> None:
        """Keep what was seen to learn from."""
        self._replay.add(samples)

    def run(self, checkpoint: Path | str, resume: bool = False, save_every: int = 40) -> None:
        """Train to the end, with a progress bar.

        Args:
            checkpoint: File that the state is written to every ``save_every`` rounds and at the end.
            resume: Go on from that file. Its samples are not kept: the first rounds collect new ones.
        """
        cfg, rounds, each = self.cfg, 0, self.cfg.steps * self._env.num_envs
        if resume:
            self.collected = self.student.load(checkpoint)["collected"]
        bar = tqdm(total=cfg.samples, initial=self.collected, desc=self.title, unit="sample", unit_scale=True)
        with ThreadPoolExecutor(1) as learner, bar:
            while self.collected < cfg.samples:
                learning = learner.submit(self._learn)
                seen, shown = self._collect()
                loss = learning.result()
                self.student.show()
                for samples in seen:
                    self._store(samples)
                self.collected += each
                bar.update(each)
                bar.set_postfix(shown if math.isnan(loss) else {"loss": f"{loss:.2e}"} | shown)
                rounds += 1
                if rounds % save_every == 0:
                    self.student.save(checkpoint, {"collected": self.collected})
        self._learn()
        self.student.save(checkpoint, {"collected": self.collected})

    def _learn(self) -> float:
        """Learn as much as is due; the mean loss, not a number if that is nothing yet."""
        enough = len(self._replay) >= 4 * self.cfg.batch
        return self.student.learn(self._replay, self.cfg.batch, self.cfg.updates(self.collected) if enough else 0)
