# SPDX-License-Identifier: BSD-3-Clause
"""Strike command: where the box stands in this episode, and how far it is tilted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from isaaclab.assets import RigidObject
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.markers import VisualizationMarkersCfg
from isaaclab.utils import configclass

from tt_isaaclab.kinematics.heading import along, heading_quat_inverse, quat_from_yaw, unit_vector
from tt_isaaclab.kinematics.rotations import quat_mul, quat_rotate, quat_to_tan_norm
from tt_isaaclab.tasks.mdp.markers import sphere_marker
from tt_isaaclab.tasks.mdp.segment_command import SegmentCommand, SegmentCommandCfg

BOX_SIZE = (0.4, 0.4, 1.8)
"""Edges of the box [m]."""


class StrikeCommand(SegmentCommand):
    """An order is the box's distance [m], bearing [rad] and yaw [rad] at the start, one an episode.

    The episode is a success if the box is down at its end.
    """

    cfg: StrikeCommandCfg
    first_order = (1.0, 0.0, 0.0)

    def __init__(self, cfg: StrikeCommandCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        self.box: RigidObject = env.scene["box"]
        self.approach = torch.zeros(self.num_envs, device=self.device)
        """Pelvis speed towards the box over the last control step (N,) [m/s]."""

    @property
    def upright(self) -> torch.Tensor:
        """Height of the tip of the box's up axis (N,): 1 standing, 0 lying."""
        up = torch.tensor([0.0, 0.0, 1.0], device=self.device)
        return quat_rotate(self.box.data.root_link_quat_w.torch, up)[:, 2]

    @property
    def command(self) -> torch.Tensor:
        """Task observation (N, 15) in the heading frame: the box's position from the pelvis, but its height above the
        ground (3), 6-D rotation (6), linear (3) and angular velocity (3)."""
        box, data = self.box.data, self.robot.data
        to_heading = heading_quat_inverse(data.root_link_quat_w.torch)
        ground = torch.tensor([1.0, 1.0, 0.0], device=self.device)
        return torch.cat(
            (
                quat_rotate(to_heading, box.root_link_pos_w.torch - ground * data.root_link_pos_w.torch),
                quat_to_tan_norm(quat_mul(to_heading, box.root_link_quat_w.torch)),
                quat_rotate(to_heading, box.root_link_lin_vel_w.torch),
                quat_rotate(to_heading, box.root_link_ang_vel_w.torch),
            ),
            dim=-1,
        )

    def draw(self, previous: torch.Tensor) -> torch.Tensor:
        """Near or anywhere, on any side, turned in any way; the last place does not matter."""

        def uniform(low: float, high: float) -> torch.Tensor:
            return torch.empty_like(previous[:, 0]).uniform_(low, high)

        near = uniform(0.0, 1.0) < self.cfg.near_share
        distance = torch.where(near, uniform(*self.cfg.near), uniform(*self.cfg.distance))
        return torch.stack((distance, uniform(-math.pi, math.pi), uniform(-math.pi, math.pi)), dim=-1)

    def judge(self) -> torch.Tensor:
        """Measure the approach; good if the box is down."""
        way = (self.box.data.root_link_pos_w.torch - self.pelvis)[:, :2]
        self.approach[:] = along(self.velocity[:, :2], way / way.norm(dim=-1, keepdim=True).clamp(min=1.0e-6))
        return self.upright < self.cfg.down

    @property
    def measures(self) -> dict[str, torch.Tensor]:
        """Height of the tip of the box's up axis."""
        return {"upright": self.upright}

    def caption(self, env_id: int) -> str:
        """How far the box is tilted."""
        return f"box tilted by {self.upright[env_id].clamp(-1.0, 1.0).acos().rad2deg():.0f} deg"

    def marks(self, env_id: int) -> list[tuple[torch.Tensor, torch.Tensor, float]]:
        """The box, as a capsule."""
        box = self.box.data
        along = torch.tensor([0.0, 0.0, 0.5 * BOX_SIZE[2] - 0.5 * BOX_SIZE[0]], device=self.device)
        along = quat_rotate(box.root_link_quat_w.torch[env_id], along)
        centre = box.root_link_pos_w.torch[env_id]
        return [(centre - along, centre + along, 0.5 * BOX_SIZE[0])]

    def _resample_command(self, env_ids: Sequence[int] | slice) -> None:
        super()._resample_command(env_ids)
        ids = torch.arange(self.num_envs, device=self.device)[env_ids]
        distance, bearing, yaw = self.order[ids].unbind(-1)
        position = self.pelvis[ids].clone()
        position[:, :2] += distance.unsqueeze(-1) * unit_vector(bearing)
        position[:, 2] = 0.5 * BOX_SIZE[2]
        pose = torch.cat((position, quat_from_yaw(yaw)), dim=-1)
        self.box.write_root_link_pose_to_sim_index(root_pose=pose, env_ids=ids.int())
        self.box.write_root_link_velocity_to_sim_index(root_velocity=torch.zeros_like(pose[:, :6]), env_ids=ids.int())

    def _debug_vis_callback(self, event) -> None:
        above = self.box.data.root_link_pos_w.torch + torch.tensor([0.0, 0.0, 1.2], device=self.device)
        self._markers.visualize(above)


@configclass
class StrikeCommandCfg(SegmentCommandCfg):
    """Configuration of :class:`StrikeCommand`; the defaults are the paper's."""

    class_type: type = StrikeCommand
    segment_steps: tuple[int, int] = (10**6, 10**6 + 1)  # one order an episode
    grace: int = 0
    last_step: bool = True
    failures: tuple[str, ...] = ("fall", "forbidden_contact", "diverged")
    near_share: float = 0.5
    """Share of the boxes that stand near."""
    near: tuple[float, float] = (0.5, 1.5)
    """Distances of those [m]."""
    distance: tuple[float, float] = (0.5, 10.0)
    """Distances of the others [m]."""
    down: float = 0.2
    """The box is down when the tip of its up axis is lower than this: tilted by more than 78.46 deg."""
    marker: VisualizationMarkersCfg = sphere_marker("/Visuals/strike", 0.1, (0.9, 0.2, 0.2))
    """Above the box."""
