# SPDX-License-Identifier: BSD-3-Clause
"""Lessons of a student: rounds of acting and learning that can be stopped at any moment and gone on with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from isaaclab.envs import ManagerBasedRLEnv
from tqdm import tqdm

from .replay import Replay
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
    """Base of what teaches a student.

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

    def _collect(self) -> dict[str, str]:
        """Take ``cfg.steps`` steps in every environment, and store what was seen; numbers for the progress bar."""
        raise NotImplementedError

    def run(self, checkpoint: Path | str, resume: bool = False, save_every: int = 40) -> None:
        """Train to the end, with a progress bar.

        Args:
            checkpoint: File that the state is written to every ``save_every`` rounds and at the end.
            resume: Go on from that file. Its samples are not kept: the first rounds collect new ones.
        """
        cfg, rounds, each = self.cfg, 0, self.cfg.steps * self._env.num_envs
        if resume:
            self.collected = self.student.load(checkpoint)["collected"]
        with tqdm(total=cfg.samples, initial=self.collected, desc=self.title, unit="sample", unit_scale=True) as bar:
            while self.collected < cfg.samples:
                shown = self._collect()
                self.collected += each
                bar.update(each)
                if len(self._replay) >= 4 * cfg.batch:
                    loss = self.student.learn(self._replay, cfg.batch, cfg.updates(self.collected))
                    bar.set_postfix(loss=f"{loss:.2e}", **shown)
                rounds += 1
                if rounds % save_every == 0:
                    self.student.save(checkpoint, {"collected": self.collected})
        self.student.save(checkpoint, {"collected": self.collected})
