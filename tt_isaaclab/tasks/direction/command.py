# SPDX-License-Identifier: BSD-3-Clause
"""Direction command: walk this way at this speed, a new order every 199 control steps."""

from __future__ import annotations

import math

import torch
from isaaclab.markers import VisualizationMarkersCfg
from isaaclab.utils import configclass

from tt_isaaclab.kinematics.heading import along, heading_angle, quat_from_yaw, unit_vector
from tt_isaaclab.tasks.mdp.markers import arrow_marker
from tt_isaaclab.tasks.mdp.rewards import relative_speed_error
from tt_isaaclab.tasks.mdp.segment_command import Control, SegmentCommand, SegmentCommandCfg


class DirectionCommand(SegmentCommand):
    """An order is a world angle [rad] and a speed [m/s]; a step is good if the speed along the angle is about right."""

    cfg: DirectionCommandCfg
    first_order = (0.0, 1.0)
    controls = (Control("direction", "rad", -math.pi, math.pi), Control("speed", "m/s", 0.0, 3.0))

    @property
    def angle(self) -> torch.Tensor:
        """World angle of the target direction (N,) [rad]."""
        return self.order[:, 0]

    @property
    def speed(self) -> torch.Tensor:
        """Target speed (N,) [m/s]."""
        return self.order[:, 1]

    @property
    def direction(self) -> torch.Tensor:
        """Target direction, world (N, 2), unit length."""
        return unit_vector(self.angle)

    @property
    def command(self) -> torch.Tensor:
        """Task observation: target direction in the heading frame (2) and target speed [m/s] (1). Shape (N, 3)."""
        angle = self.angle - heading_angle(self.robot.data.root_link_quat_w.torch)
        return torch.stack((angle.cos(), angle.sin(), self.speed), dim=-1)

    def draw(self, previous: torch.Tensor) -> torch.Tensor:
        """Mostly a turn and a change of pace, now and then anything at all."""
        return draw_direction(previous, self.cfg)[0]

    def judge(self) -> torch.Tensor:
        """The relative speed error is within the tolerance."""
        return self.measures["speed_error"] <= self.cfg.tolerance

    @property
    def measures(self) -> dict[str, torch.Tensor]:
        """Size of the relative speed error."""
        return {"speed_error": relative_speed_error(along(self.velocity[:, :2], self.direction), self.speed).abs()}

    def caption(self, env_id: int) -> str:
        """Target and pelvis speed."""
        return f"target {self.speed[env_id]:.1f} m/s, pelvis {self.velocity[env_id, :2].norm():.1f} m/s"

    def marks(self, env_id: int) -> list[tuple[torch.Tensor, torch.Tensor, float]]:
        """An arrow on the ground, as long as the way of one second."""
        below = self.pelvis[env_id] * torch.tensor([1.0, 1.0, 0.0], device=self.device)
        way = torch.nn.functional.pad(self.speed[env_id] * self.direction[env_id], (0, 1))
        return [(below, below + way, 0.02), (below + way, below + way, 0.06)]

    def _debug_vis_callback(self, event) -> None:
        above = self.pelvis + torch.tensor([0.0, 0.0, 1.0], device=self.device)
        scale = torch.ones_like(above)
        scale[:, 0] = 0.2 + 0.4 * self.speed
        self._markers.visualize(above, quat_from_yaw(self.angle), scale)


def draw_direction(previous: torch.Tensor, cfg: DirectionCommandCfg) -> tuple[torch.Tensor, torch.Tensor]:
    """Next angle [rad] and speed [m/s] (n, 2) after ``previous`` (n, 2), and which were drawn afresh (n,)."""

    def uniform(low: float, high: float) -> torch.Tensor:
        return torch.empty_like(previous[:, 0]).uniform_(low, high)

    anything = uniform(0.0, 1.0) < cfg.random_share
    angle = previous[:, 0] + uniform(-cfg.turn, cfg.turn)
    speed = (previous[:, 1] + uniform(-cfg.speed_change, cfg.speed_change)).clamp(*cfg.speed_range)
    angle = torch.where(anything, uniform(-math.pi, math.pi), angle)
    speed = torch.where(anything, uniform(*cfg.speed_range), speed)
    speed = torch.where(uniform(0.0, 1.0) < cfg.stand_share, torch.zeros_like(speed), speed)
    return torch.stack((angle, speed), dim=-1), anything


@configclass
class DirectionCommandCfg(SegmentCommandCfg):
    """Configuration of :class:`DirectionCommand`; the defaults are the paper's."""

    class_type: type = DirectionCommand
    segment_steps: tuple[int, int] = (199, 200)
    grace: int = 60  # 2 s
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
