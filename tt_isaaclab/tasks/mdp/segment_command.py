# SPDX-License-Identifier: BSD-3-Clause
"""Base of the tasks' commands: orders that last a number of control steps and are judged meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING
from typing import Literal, NamedTuple

import torch
from isaaclab.assets import Articulation
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import CommandTerm, CommandTermCfg
from isaaclab.markers import VisualizationMarkers, VisualizationMarkersCfg
from isaaclab.utils import configclass

from .segments import ORDER_CHANGED, SegmentSuccess


class Control(NamedTuple):
    """One number of an order, as a person who watches sets it."""

    name: str
    unit: Literal["rad", "m", "m/s"]
    low: float
    high: float


class SegmentCommand(CommandTerm):
    """Gives each environment one order after the other and judges each while it lasts.

    A task says what an order is (a row of numbers), how the next one is drawn and which control steps are good.
    :meth:`measure` must run once per control step before resets; the reward term calls it.
    The pelvis' velocity is its displacement over the last control step; the way back at a reset is none.
    """

    cfg: SegmentCommandCfg
    first_order: tuple[float, ...]
    """What the first order of an episode is drawn after."""
    controls: tuple[Control, ...] = ()
    """The numbers of an order, where it can change at any time."""

    def __init__(self, cfg: SegmentCommandCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        self.robot: Articulation = env.scene["robot"]
        self.order = torch.tensor(self.first_order, device=self.device).repeat(self.num_envs, 1)
        """Order that holds now (N, K)."""
        self.length = torch.zeros(self.num_envs, dtype=torch.long, device=self.device)
        """Control steps that it lasts (N,)."""
        self.segments = SegmentSuccess(self.num_envs, cfg.grace, cfg.last_step, device=self.device)
        self.velocity = torch.zeros(self.num_envs, 3, device=self.device)
        """Of the pelvis over the last control step, world (N, 3) [m/s]."""
        self._previous = self.pelvis.clone()
        self._script: tuple[torch.Tensor, torch.Tensor] | None = None
        self._given = torch.zeros(self.num_envs, dtype=torch.long, device=self.device)
        self._measured_at = -1

    @property
    def pelvis(self) -> torch.Tensor:
        """Position of the pelvis, world (N, 3) [m]."""
        return self.robot.data.root_link_pos_w.torch

    def draw(self, previous: torch.Tensor) -> torch.Tensor:
        """Next orders (n, K) after ``previous`` (n, K); a function of these, the configuration and random draws."""
        raise NotImplementedError

    def judge(self) -> torch.Tensor:
        """Whether this control step was good (N,), bool."""
        raise NotImplementedError

    @property
    def measures(self) -> dict[str, torch.Tensor]:
        """What an evaluation reports besides success: name -> value of this control step (N,)."""
        raise NotImplementedError

    def caption(self, env_id: int) -> str:
        """What is asked of an environment and how it does, for people who watch."""
        raise NotImplementedError

    def marks(self, env_id: int) -> list[tuple[torch.Tensor, torch.Tensor, float]]:
        """What to draw of the task in an environment: capsules, as two ends (3,) in the world and a radius [m]."""
        raise NotImplementedError

    @property
    def failed(self) -> torch.Tensor:
        """Environments that fell or blew up in this control step (N,), bool."""
        manager = self._env.termination_manager
        return torch.stack([manager.get_term(name) for name in self.cfg.failures]).any(0)

    def script(self, seed: int, steps: int, repeats: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
        """Fix the orders of every episode from now on, so that methods can be compared on the same ones.

        Args:
            seed: Seed of the orders.
            steps: Control steps of the episodes; one that lasts longer starts over with the first order.
            repeats: Blocks of environments that get the same orders.

        Returns:
            Orders (N, M, K) and the control steps that each lasts (N, M).

        Raises:
            ValueError: If the environments cannot be split into so many equal blocks.
        """
        if self.num_envs % repeats:
            raise ValueError(f"{self.num_envs} environments cannot be split into {repeats} equal blocks")
        n = self.num_envs // repeats
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            order = torch.tensor(self.first_order, device=self.device).repeat(n, 1)
            orders, lengths = [], []
            for _ in range(1 + steps // self.cfg.segment_steps[0]):
                order = self.draw(order)
                orders.append(order)
                lengths.append(self._draw_length(n))
        self._script = torch.stack(orders, 1).repeat(repeats, 1, 1), torch.stack(lengths, 1).repeat(repeats, 1)
        return self._script

    def hold(self, order: Sequence[float]) -> None:
        """Give one order to every environment, now and whenever it starts again."""
        held = torch.tensor([order], dtype=torch.float, device=self.device).repeat(self.num_envs, 1, 1)
        self._script = held, torch.full((self.num_envs, 1), torch.iinfo(torch.long).max, device=self.device)
        self._begin_anew()

    def release(self) -> None:
        """Draw orders again."""
        self._script = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        ids = torch.arange(self.num_envs, device=self.device)
        self.segments.close(ids, torch.zeros_like(ids, dtype=torch.bool))
        self._resample_command(ids)

    def measure(self) -> None:
        """Measure and judge this control step, once."""
        if self._measured_at != self._env.common_step_counter:
            self._measured_at = self._env.common_step_counter
            self.velocity[:] = (self.pelvis - self._previous) / self._env.step_dt
            self.segments.step(self.judge())

    def reset(self, env_ids: Sequence[int] | None = None) -> dict[str, float]:
        """End the segments of environments that start again and give them their first order."""
        ids = torch.arange(self.num_envs, device=self.device)[slice(None) if env_ids is None else env_ids]
        if self._env.common_step_counter:
            self.segments.close(ids, self.failed[ids])
        self.order[ids] = torch.tensor(self.first_order, device=self.device)
        self._given[ids] = 0
        extras = super().reset(env_ids)
        self._previous[ids] = self.pelvis[ids]
        return {**extras, "success": self.segments.success_rate}

    def _resample_command(self, env_ids: Sequence[int] | slice) -> None:
        ids = torch.arange(self.num_envs, device=self.device)[env_ids]
        if self._script is None:
            self.order[ids], self.length[ids] = self.draw(self.order[ids]), self._draw_length(len(ids))
        else:
            orders, lengths = self._script
            column = self._given[ids] % orders.shape[1]
            self.order[ids], self.length[ids] = orders[ids, column], lengths[ids, column]
        self._given[ids] += 1

    def _draw_length(self, n: int) -> torch.Tensor:
        return torch.randint(*self.cfg.segment_steps, (n,), device=self.device)

    def _update_command(self) -> None:
        changed = self.segments.elapsed >= self.length
        self._env.extras[ORDER_CHANGED] = changed
        due = changed.nonzero().flatten()
        if len(due):
            self.segments.close(due, torch.zeros_like(due, dtype=torch.bool))
            self._resample_command(due)
        self._previous[:] = self.pelvis

    def _set_debug_vis_impl(self, debug_vis: bool) -> None:
        if debug_vis and not hasattr(self, "_markers"):
            self._markers = VisualizationMarkers(self.cfg.marker)
        if hasattr(self, "_markers"):
            self._markers.set_visibility(debug_vis)

    def _update_metrics(self) -> None:
        pass  # success is kept over segments, not over episodes: see reset()


@configclass
class SegmentCommandCfg(CommandTermCfg):
    """Configuration of a :class:`SegmentCommand`."""

    resampling_time_range: tuple[float, float] = (1.0e9, 1.0e9)  # orders change by control steps, not by time
    segment_steps: tuple[int, int] = MISSING
    """Least number of control steps of an order, and the number that it stays below."""
    grace: int = MISSING
    """Control steps after an order that are not judged."""
    last_step: bool = False
    """Judge the last control step alone: for tasks whose episode is one order."""
    failures: tuple[str, ...] = ("fall", "diverged")
    """Termination terms that fail the running segment."""
    marker: VisualizationMarkersCfg = MISSING
    """What shows the order in a viewer."""
