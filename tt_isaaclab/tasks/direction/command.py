# SPDX-License-Identifier: BSD-3-Clause
"""Direction command: walk this way at this speed, a new order every 199 control steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from isaaclab.assets import Articulation
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import CommandTerm, CommandTermCfg
from isaaclab.markers import VisualizationMarkers, VisualizationMarkersCfg
from isaaclab.utils import configclass

from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw
from tt_isaaclab.tasks.mdp.markers import arrow_marker
from tt_isaaclab.tasks.mdp.rewards import along, relative_speed_error
from tt_isaaclab.tasks.mdp.segments import SegmentSuccess


class DirectionSample(NamedTuple):
    """One order: where to and how fast."""

    angle: torch.Tensor
    """World angle of the target direction (N,) [rad]."""
    speed: torch.Tensor
    """Target speed (N,) [m/s]."""


def sample_direction(previous: DirectionSample, cfg: DirectionCommandCfg) -> DirectionSample:
    """Next order for each of N environments: mostly a turn and a change of pace, now and then anything at all."""

    def uniform(low: float, high: float) -> torch.Tensor:
        return torch.empty_like(previous.angle).uniform_(low, high)

    anything = uniform(0.0, 1.0) < cfg.random_share
    angle = previous.angle + uniform(-cfg.turn, cfg.turn)
    speed = (previous.speed + uniform(-cfg.speed_change, cfg.speed_change)).clamp(*cfg.speed_range)
    angle = torch.where(anything, uniform(-math.pi, math.pi), angle)
    speed = torch.where(anything, uniform(*cfg.speed_range), speed)
    return DirectionSample(angle, torch.where(uniform(0.0, 1.0) < cfg.stand_share, torch.zeros_like(speed), speed))


class DirectionCommand(CommandTerm):
    """Holds the orders, measures the pelvis velocity over each control step and judges the segments.

    The velocity is the displacement of the pelvis over the last control step; the previous position is taken anew
    at every reset. :meth:`measure` must run once per step before resets; the reward term calls it.
    """

    cfg: DirectionCommandCfg

    def __init__(self, cfg: DirectionCommandCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        self.robot: Articulation = env.scene["robot"]
        zeros = torch.zeros(self.num_envs, device=self.device)
        self.order = DirectionSample(zeros.clone(), torch.ones_like(zeros))
        self.velocity = torch.zeros(self.num_envs, 2, device=self.device)
        """Pelvis velocity over the last control step, ground plane (N, 2) [m/s]."""
        self.segments = SegmentSuccess(self.num_envs, cfg.grace, device=self.device)
        self._script: DirectionSample | None = None
        self._given = torch.zeros(self.num_envs, dtype=torch.long, device=self.device)
        self._previous = self._position().clone()
        self._measured_at = -1

    @property
    def direction(self) -> torch.Tensor:
        """Target direction, world (N, 2), unit length."""
        return torch.stack((self.order.angle.cos(), self.order.angle.sin()), dim=-1)

    @property
    def command(self) -> torch.Tensor:
        """Task observation: target direction in the heading frame (2) and target speed [m/s] (1). Shape (N, 3)."""
        angle = self.order.angle - heading_angle(self.robot.data.root_link_quat_w.torch)
        return torch.stack((angle.cos(), angle.sin(), self.order.speed), dim=-1)

    def _position(self) -> torch.Tensor:
        return self.robot.data.root_link_pos_w.torch[:, :2]

    def script(self, seed: int, length: int) -> None:
        """Fix the orders of every episode from now on, so that methods can be compared on the same ones.

        Args:
            seed: Seed of the orders.
            length: Number of orders drawn for each environment; an episode that needs more starts over.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            order = DirectionSample(torch.zeros(self.num_envs), torch.ones(self.num_envs))
            orders = []
            for _ in range(length):
                order = sample_direction(order, self.cfg)
                orders.append(order)
        self._script = DirectionSample(*(torch.stack(rows, 1).to(self.device) for rows in zip(*orders, strict=True)))

    def measure(self) -> None:
        """Take this control step into account, once."""
        if self._measured_at == self._env.common_step_counter:
            return
        self._measured_at = self._env.common_step_counter
        self.velocity[:] = (self._position() - self._previous) / self._env.step_dt
        error = relative_speed_error(along(self.velocity, self.direction), self.order.speed)
        self.segments.step(error.abs() <= self.cfg.tolerance)

    def reset(self, env_ids: Sequence[int] | None = None) -> dict[str, float]:
        """End the segments of environments that start again and give them their first order."""
        ids = torch.arange(self.num_envs, device=self.device)[slice(None) if env_ids is None else env_ids]
        if self._env.common_step_counter:
            self.segments.close(ids, self._env.termination_manager.terminated[ids])
        self.order.angle[ids], self.order.speed[ids] = 0.0, 1.0
        self._given[ids] = 0
        self._previous[ids] = self._position()[ids]
        extras = super().reset(env_ids)
        return {**extras, "success": self.segments.success_rate}

    def _resample_command(self, env_ids: Sequence[int] | slice) -> None:
        ids = torch.arange(self.num_envs, device=self.device)[env_ids]
        if self._script is None:
            order = sample_direction(DirectionSample(self.order.angle[ids], self.order.speed[ids]), self.cfg)
        else:
            column = self._given[ids] % self._script.angle.shape[1]
            order = DirectionSample(self._script.angle[ids, column], self._script.speed[ids, column])
        self._given[ids] += 1
        self.order.angle[ids], self.order.speed[ids] = order.angle, order.speed

    def _update_command(self) -> None:
        due = (self.segments.elapsed >= self.cfg.segment_steps).nonzero().flatten()
        if len(due):
            self.segments.close(due, torch.zeros_like(due, dtype=torch.bool))
            self._resample_command(due)
        self._previous[:] = self._position()

    def _update_metrics(self) -> None:
        pass  # success is kept over segments, not over episodes: see reset()

    def _set_debug_vis_impl(self, debug_vis: bool) -> None:
        if debug_vis and not hasattr(self, "_markers"):
            self._markers = VisualizationMarkers(self.cfg.marker)
        if hasattr(self, "_markers"):
            self._markers.set_visibility(debug_vis)

    def _debug_vis_callback(self, event) -> None:
        above = self.robot.data.root_link_pos_w.torch + torch.tensor([0.0, 0.0, 1.0], device=self.device)
        scale = torch.ones_like(above)
        scale[:, 0] = 0.2 + 0.4 * self.order.speed
        self._markers.visualize(above, quat_from_yaw(self.order.angle), scale)


@configclass
class DirectionCommandCfg(CommandTermCfg):
    """Configuration of :class:`DirectionCommand`; the defaults are the paper's."""

    class_type: type = DirectionCommand
    resampling_time_range: tuple[float, float] = (1.0e9, 1.0e9)  # orders change by control steps, not by time
    segment_steps: int = 199
    """Control steps between orders."""
    grace: int = 60
    """Control steps (2 s) after an order that are not judged."""
    tolerance: float = 0.2
    """Largest relative speed error of a good step."""
    speed_range: tuple[float, float] = (1.2, 6.0)
    """Target speeds [m/s]."""
    random_share: float = 0.2
    """Share of orders drawn afresh: any direction, any speed."""
    turn: float = 1.57
    """Largest change of direction of the other orders [rad]."""
    speed_change: float = 0.3
    """Largest change of speed of the other orders [m/s]."""
    stand_share: float = 0.05
    """Share of orders to stand still."""
    marker: VisualizationMarkersCfg = arrow_marker("/Visuals/direction", (0.1, 0.6, 0.2))
    """Arrow above the head; its length grows with the target speed."""
