# SPDX-License-Identifier: BSD-3-Clause
"""Reach command: a point near the pelvis for the right hand, a new one every three to four seconds."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.markers import VisualizationMarkersCfg
from isaaclab.utils import configclass

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.heading import heading_quat_inverse
from tt_isaaclab.kinematics.rotations import quat_rotate
from tt_isaaclab.tasks.mdp.markers import sphere_marker
from tt_isaaclab.tasks.mdp.segment_command import Control, SegmentCommand, SegmentCommandCfg


class ReachCommand(SegmentCommand):
    """An order is where the point lies from the pelvis, world axes, and its height [m]; a good step has the hand near.

    The point is fixed in the world when the order is given.
    """

    cfg: ReachCommandCfg
    first_order = (0.0, 0.0, 1.0)
    controls = (Control("x", "m", -0.75, 0.75), Control("y", "m", -0.75, 0.75), Control("height", "m", 0.05, 1.6))

    def __init__(self, cfg: ReachCommandCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        self.target = torch.zeros(self.num_envs, 3, device=self.device)
        """The point, world (N, 3) [m]."""
        self._hand = DEFAULT_HUMANOID.body_ids(DEFAULT_HUMANOID.right_hand)[0]

    @property
    def command(self) -> torch.Tensor:
        """Task observation: from the pelvis to the point, heading frame. Shape (N, 3) [m]."""
        data = self.robot.data
        away = self.target - data.root_link_pos_w.torch
        return quat_rotate(heading_quat_inverse(data.root_link_quat_w.torch), away)

    @property
    def distance(self) -> torch.Tensor:
        """From the right hand to the point (N,) [m]."""
        return (self.robot.data.body_link_pos_w.torch[:, self._hand] - self.target).norm(dim=-1)

    def draw(self, previous: torch.Tensor) -> torch.Tensor:
        """Any point of the box around the pelvis; the last one does not matter."""
        aside = torch.empty_like(previous[:, :2]).uniform_(-self.cfg.reach, self.cfg.reach)
        height = torch.empty_like(previous[:, 2:]).uniform_(*self.cfg.height)
        return torch.cat((aside, height), dim=-1)

    def judge(self) -> torch.Tensor:
        """The hand is near the point."""
        return self.distance <= self.cfg.tolerance

    @property
    def measures(self) -> dict[str, torch.Tensor]:
        """Distance of the hand from the point [m]."""
        return {"distance": self.distance}

    def caption(self, env_id: int) -> str:
        """How far the hand is from the point."""
        return f"right hand {100 * self.distance[env_id]:.0f} cm from the point"

    def marks(self, env_id: int) -> list[tuple[torch.Tensor, torch.Tensor, float]]:
        """The point."""
        return [(self.target[env_id], self.target[env_id], 0.05)]

    def _resample_command(self, env_ids: Sequence[int] | slice) -> None:
        super()._resample_command(env_ids)
        self.target[env_ids] = self.order[env_ids]
        self.target[env_ids, :2] += self.pelvis[env_ids, :2]

    def _debug_vis_callback(self, event) -> None:
        self._markers.visualize(self.target)


@configclass
class ReachCommandCfg(SegmentCommandCfg):
    """Configuration of :class:`ReachCommand`; the defaults are the paper's."""

    class_type: type = ReachCommand
    segment_steps: tuple[int, int] = (90, 120)
    grace: int = 60  # 2 s
    reach: float = 0.75
    """Largest distance of the point from the pelvis along world x, and along y [m]."""
    height: tuple[float, float] = (0.05, 1.6)
    """Range of the point's height above the ground [m]."""
    tolerance: float = 0.2
    """Largest distance of the hand from the point in a good step [m]."""
    marker: VisualizationMarkersCfg = sphere_marker("/Visuals/reach", 0.1, (0.9, 0.2, 0.2))
    """The point."""
