# SPDX-License-Identifier: BSD-3-Clause
"""Steering command: walk this way at this speed while facing that way."""

from __future__ import annotations

import math

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.markers import VisualizationMarkers, VisualizationMarkersCfg
from isaaclab.utils import configclass

from tt_isaaclab.kinematics.heading import heading_angle, quat_from_yaw, unit_vector, wrap_angle
from tt_isaaclab.tasks.direction.command import DirectionCommand, DirectionCommandCfg, draw_direction
from tt_isaaclab.tasks.mdp.markers import arrow_marker
from tt_isaaclab.tasks.mdp.segment_command import Control


class SteeringCommand(DirectionCommand):
    """An order is an angle [rad], a speed [m/s] and a heading to face [rad]; a good step has speed and heading right."""

    cfg: SteeringCommandCfg
    first_order = (0.0, 1.0, 0.0)
    controls = (*DirectionCommand.controls, Control("facing", "rad", -math.pi, math.pi))

    def __init__(self, cfg: SteeringCommandCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        self.facing_error = torch.zeros(self.num_envs, device=self.device)
        """Angle from the pelvis' heading to the one to face (N,), in [-pi, pi] [rad]."""

    @property
    def facing(self) -> torch.Tensor:
        """Heading to face, world (N,) [rad]."""
        return self.order[:, 2]

    @property
    def command(self) -> torch.Tensor:
        """Task observation: that of Direction (3) and the direction to face in the heading frame (2). Shape (N, 5)."""
        error = self._facing_error()
        return torch.cat((super().command, unit_vector(error)), dim=-1)

    def draw(self, previous: torch.Tensor) -> torch.Tensor:
        """As Direction; the heading turns by a little, or is anything where the direction is."""
        order, anything = draw_direction(previous[:, :2], self.cfg)
        facing = previous[:, 2] + torch.empty_like(previous[:, 2]).uniform_(-self.cfg.turn, self.cfg.turn)
        facing = torch.where(anything, torch.empty_like(facing).uniform_(-math.pi, math.pi), facing)
        return torch.cat((order, facing.unsqueeze(-1)), dim=-1)

    def judge(self) -> torch.Tensor:
        """Speed as in Direction, and facing about right."""
        self.facing_error[:] = self._facing_error()
        return super().judge() & (self.facing_error.abs() <= self.cfg.facing_tolerance)

    @property
    def measures(self) -> dict[str, torch.Tensor]:
        """As Direction, and the size of the facing error [rad]."""
        return {**super().measures, "facing_error": self.facing_error.abs()}

    def caption(self, env_id: int) -> str:
        """As Direction, and the facing error."""
        return f"{super().caption(env_id)}, faces {self.facing_error[env_id].rad2deg():+.0f} deg off"

    def marks(self, env_id: int) -> list[tuple[torch.Tensor, torch.Tensor, float]]:
        """The arrow of Direction, and one at the height of the head: where to face."""
        above = self.robot.data.root_link_pos_w.torch[env_id] + torch.tensor([0.0, 0.0, 0.9], device=self.device)
        ahead = torch.nn.functional.pad(unit_vector(self.facing[env_id]), (0, 1))
        return [*super().marks(env_id), (above, above + 0.4 * ahead, 0.02)]

    def _facing_error(self) -> torch.Tensor:
        error = self.facing - heading_angle(self.robot.data.root_link_quat_w.torch)
        return wrap_angle(error)

    def _set_debug_vis_impl(self, debug_vis: bool) -> None:
        super()._set_debug_vis_impl(debug_vis)
        if debug_vis and not hasattr(self, "_facing_markers"):
            self._facing_markers = VisualizationMarkers(self.cfg.facing_marker)
        if hasattr(self, "_facing_markers"):
            self._facing_markers.set_visibility(debug_vis)

    def _debug_vis_callback(self, event) -> None:
        super()._debug_vis_callback(event)
        above = self.robot.data.root_link_pos_w.torch + torch.tensor([0.0, 0.0, 1.2], device=self.device)
        self._facing_markers.visualize(above, quat_from_yaw(self.facing), torch.full_like(above, 0.7))


@configclass
class SteeringCommandCfg(DirectionCommandCfg):
    """Configuration of :class:`SteeringCommand`; the defaults are the paper's."""

    class_type: type = SteeringCommand
    grace: int = 80  # 2.7 s
    facing_tolerance: float = math.radians(45.0)
    """Largest facing error of a good step [rad]."""
    facing_marker: VisualizationMarkersCfg = arrow_marker("/Visuals/facing", (0.9, 0.6, 0.0))
    """Second arrow above the head: where to face."""
