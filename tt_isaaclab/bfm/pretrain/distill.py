# SPDX-License-Identifier: BSD-3-Clause
"""Distillation (DAgger): the student acts, the expert says what it should have done, the student learns that.

The expert sees the whole reference one step ahead; the student sees its own state and a few masked targets. So the
student must learn what the clips have in common: that is what makes it usable with targets of a user's own. Prompts it
learns from orders (see `tt_isaaclab.tasks.tracking.orders`), whose reference starts from where the student has got to.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from isaaclab.envs import ManagerBasedRLEnv

from tt_isaaclab.bfm.layout import BfmLayout
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.humanoid.actions import RotationVectorActionCfg
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.tasks.tracking.command import MotionCommand
from tt_isaaclab.tasks.tracking.env_cfg import TrackingEnvCfg

from .captions import Captions
from .lessons import Lessons, LessonsCfg
from .masks import Kind
from .other_foot import OtherFoot
from .replay import Replay, Samples
from .student import Only, Student, same_size
from .targets import StudentTargets
from .tracker import Experts
from .views import VIEWS, seeing


@dataclass(frozen=True)
class DistillCfg(LessonsCfg):
    """The expert's share of the acting falls from 1 to `guided`; each episode draws its own noise.

    Attributes:
        guided: Share of episodes in which the expert goes on acting.
        only: What of a former model is taught alone; all else stays as it is.
        variational: Weight of the divergence of a variational latent at the end, or None for a deterministic one.
    """

    guided: float = 0.05
    only: Only | None = None
    variational: float | None = None


def student_env(cfg: TrackingEnvCfg) -> None:
    """Change a tracking environment to the student's actions, to orders, to drills and stands that follow one another,
    and to fewer starts just before a failure."""
    cfg.actions.joint_target = RotationVectorActionCfg()
    cfg.commands.motion.ordered = 0.5
    cfg.commands.motion.chain = ("drill", "stand")
    cfg.commands.motion.retry = 0.2


class Distillation(Lessons):
    """A student, its experts, and an environment of ``TaskTokens-Tracking`` changed by `student_env`."""

    title = "distil"

    def __init__(
        self,
        env: ManagerBasedRLEnv,
        experts: Experts,
        layout: BfmLayout,
        captions: Captions,
        cfg: DistillCfg,
        start: BfmNetwork | None = None,
    ) -> None:
        """The student begins with the weights of ``start``, or else of the former model if that has the same size."""
        self.cfg, self._env, self._experts = cfg, env, experts
        self._command: MotionCommand = env.command_manager.get_term("motion")
        self._targets = StudentTargets(self._command, layout, captions)
        self._everything = seeing(env, layout, VIEWS["everything"])
        if start is None and experts.former is not None and same_size(layout, experts.former.layout):
            start = experts.former
        updates = cfg.updates(cfg.samples)
        if cfg.only is not None and start is None:
            raise ValueError(f"{cfg.only} alone are taught to a --former model of the same size; name one")
        itself = cfg.only == Only.BACKWARDS and experts.former_alone
        self._other_foot = OtherFoot(experts.former) if itself else None
        self.student = Student(layout, captions.vectors, updates, cfg.learning_rate, start, cfg.only, cfg.variational)
        n = env.num_envs
        self._fresh = torch.ones(n, dtype=torch.bool, device=env.device)
        self._guided = torch.ones(n, dtype=torch.bool, device=env.device)
        self._noise = torch.zeros(n, 1, device=env.device)
        self._observations, _ = env.reset()
        self._replay = Replay(cfg.replay, self._look())

    def _collect(self) -> tuple[list[Samples], dict[str, str]]:
        error, ended, steps, seen = 0.0, 0, self.cfg.steps, []
        for _ in range(steps):
            samples = self._look()
            seen.append(self._lesson(samples))
            action = self.student.act(samples)
            action = torch.where(self._guided.unsqueeze(1), samples.label, action)
            action = action + self._noise * torch.randn_like(action)
            self._observations, _, lost, finished, _ = self._env.step(action)
            self._fresh = lost | finished
            error += self._command.metrics["body_error"].mean().item() / steps
            ended += int(lost.sum())
        return seen, {"body_error": f"{error:.3f} m", "lost": f"{ended / (steps * self._env.num_envs):.2%}"}

    @torch.no_grad()
    def _look(self) -> Samples:
        """What the student sees now, and the expert's answer."""
        self._begin_episodes()
        self._targets.advance(self._fresh | self._command.went_on, self._env.step_dt)
        targets, visible = self._targets.inputs(read_bodies(self._env.scene["robot"]))
        state, former, own = self._observations["humanoid"], self._experts.former, None
        reference = targets[:, :0]
        if former is not None or self.cfg.variational is not None:
            everything, all_shown = self._everything()
        if self.cfg.variational is not None:
            reference = everything
        if former is not None:  # as a teacher it sees the whole reference, or the prompt that the student sees
            whole = (self._targets.kind < Kind.DIRECTION).unsqueeze(1)
            rows = torch.where(whole.unsqueeze(2), everything, targets)
            shown = torch.where(whole, all_shown, visible)
            own = former({"state": state, "targets": rows}, {"targets": shown})
        self._second = None
        if self.cfg.only == Only.BACKWARDS:
            seen = {"state": state, "targets": targets}, {"targets": visible}
            self._second = self.student.network.goes_backwards(*seen)
            if self._other_foot is not None:
                own = self._other_foot.answer(*seen, own, self._second, self._fresh)
        label = self._experts.action(self._observations, self._command, own, self._second)
        return Samples(state, targets, visible, self._targets.caption.clone(), label, reference)

    def _lesson(self, samples: Samples) -> Samples:
        """What there is to learn from: all, or what the second trunk acts on, if that alone is taught."""
        if self._second is None:
            return samples
        keep = self._second if self._other_foot is None else self._second & self._other_foot.worth_learning()
        return Samples(*(x[keep] for x in samples))

    def _begin_episodes(self) -> None:
        progress = self.collected / self.cfg.samples
        share = max(1.0 - progress / self.cfg.teaching, self.cfg.guided)
        coin = torch.rand_like(self._noise[:, 0]) < share
        self._guided = torch.where(self._fresh, coin, self._guided)
        noise = self.cfg.noise * torch.rand_like(self._noise)
        self._noise = torch.where(self._fresh.unsqueeze(1), noise, self._noise)

    def _store(self, samples: Samples) -> None:
        super()._store(samples)
        if self.collected < self.cfg.teaching * self.cfg.samples:
            self.student.observe(samples)
