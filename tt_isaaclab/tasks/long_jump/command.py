# SPDX-License-Identifier: BSD-3-Clause
"""Long Jump command: line, goal and corridor ahead of the start, and how far the jump went."""

from __future__ import annotations

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.markers import VisualizationMarkersCfg
from isaaclab.utils import configclass

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.kinematics.heading import heading_quat_inverse
from tt_isaaclab.kinematics.rotations import quat_rotate
from tt_isaaclab.tasks.mdp.contacts import peak_force
from tt_isaaclab.tasks.mdp.markers import box_marker
from tt_isaaclab.tasks.mdp.segment_command import SegmentCommand, SegmentCommandCfg


class LongJumpCommand(SegmentCommand):
    """The only order is to jump; the episode is a success if it ends with a landing far enough behind the line.

    The run-up goes along world x from the environment's origin.
    """

    cfg: LongJumpCommandCfg
    first_order = (0.0,)

    def __init__(self, cfg: LongJumpCommandCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        ahead = torch.tensor([[1.0, 0.0, 0.0]], device=self.device)
        self.line = env.scene.env_origins[:, 0] + cfg.run_up
        """World x of the line (N,) [m]."""
        self.goal = env.scene.env_origins + (cfg.run_up + cfg.goal) * ahead
        """World (N, 3) [m]."""
        self.goal[:, 2] = 1.0
        n = self.num_envs
        self.over, self.landed = (torch.zeros(n, dtype=torch.bool, device=self.device) for _ in range(2))
        """Whether a foot is past the line, and whether the humanoid touches the ground then (N,)."""
        self.jump_length, self.progress = (torch.zeros(n, device=self.device) for _ in range(2))
        """Mean of the bodies' distances past the line, and way towards the goal in the last control step (N,) [m]."""
        self._feet = DEFAULT_HUMANOID.body_ids(*DEFAULT_HUMANOID.feet)

    @property
    def command(self) -> torch.Tensor:
        """Task observation: from the pelvis to the goal, heading frame (3), and to the line along x (1). (N, 4) [m]."""
        away = quat_rotate(heading_quat_inverse(self.robot.data.root_link_quat_w.torch), self.goal - self.pelvis)
        return torch.cat((away, self.left.unsqueeze(-1)), dim=-1)

    @property
    def left(self) -> torch.Tensor:
        """Way of the pelvis that is left to the line (N,) [m]."""
        return self.line - self.pelvis[:, 0]

    @property
    def aside(self) -> torch.Tensor:
        """How far the pelvis is from the middle of the corridor, positive to the left (N,) [m]."""
        return self.pelvis[:, 1] - self._env.scene.env_origins[:, 1]

    def draw(self, previous: torch.Tensor) -> torch.Tensor:
        """Always the same."""
        return previous

    def judge(self) -> torch.Tensor:
        """Measure the jump; good if it has landed far enough behind the line."""
        bodies = self.robot.data.body_link_pos_w.torch
        self.over[:] = (bodies[:, self._feet, 0] > self.line.unsqueeze(-1)).any(-1)
        force = peak_force(self._env.scene["contact"]).flatten(1).norm(dim=-1)
        self.landed[:] = self.over & (force > self.cfg.landing_force)
        self.jump_length[:] = bodies[..., 0].mean(-1) - self.line
        self.progress[:] = (self._previous - self.goal).norm(dim=-1) - (self.pelvis - self.goal).norm(dim=-1)
        return self.landed & (self.jump_length > self.cfg.success_length)

    @property
    def measures(self) -> dict[str, torch.Tensor]:
        """Mean of the bodies' distances past the line [m]."""
        return {"jump_length": self.jump_length}

    def caption(self, env_id: int) -> str:
        """Distance to the line, or the length of the jump."""
        return f"{self.left[env_id]:+.1f} m to the line, jump {self.jump_length[env_id]:.2f} m"

    def marks(self, env_id: int) -> list[tuple[torch.Tensor, torch.Tensor, float]]:
        """The line and the two sides of the corridor."""
        x, y = self.line[env_id], self._env.scene.env_origins[env_id, 1]
        zero, half = torch.zeros_like(x), self.cfg.corridor
        left, right = torch.stack((x, y + half, zero)), torch.stack((x, y - half, zero))
        back, far = (torch.tensor([d, 0.0, 0.0], device=self.device) for d in (-self.cfg.run_up, self.cfg.goal))
        return [(left, right, 0.03), (left + back, left + far, 0.01), (right + back, right + far, 0.01)]

    def _debug_vis_callback(self, event) -> None:
        middle = self._env.scene.env_origins.clone()
        middle[:, 0] += 0.5 * (self.cfg.run_up + self.cfg.goal)
        line = torch.stack((self.line, middle[:, 1], torch.full_like(self.line, 0.01)), dim=-1)
        side = middle.new_tensor([0.0, self.cfg.corridor, 0.01])
        sides = (middle + side, middle - side * middle.new_tensor([1.0, 1.0, -1.0]))
        across = middle.new_tensor([0.05, 2.0 * self.cfg.corridor, 0.02]).expand_as(line)
        along = middle.new_tensor([self.cfg.run_up + self.cfg.goal, 0.02, 0.02]).expand_as(line)
        self._markers.visualize(torch.cat((line, *sides)), scales=torch.cat((across, along, along)))


@configclass
class LongJumpCommandCfg(SegmentCommandCfg):
    """Configuration of :class:`LongJumpCommand`; the defaults are the paper's."""

    class_type: type = LongJumpCommand
    segment_steps: tuple[int, int] = (10**6, 10**6 + 1)  # one order an episode
    grace: int = 0
    last_step: bool = True
    failures: tuple[str, ...] = ("fall", "left_corridor", "diverged")
    run_up: float = 20.0
    """From the start to the line [m]."""
    goal: float = 10.0
    """From the line to the goal [m]."""
    corridor: float = 0.5
    """Half of its width [m]."""
    landing_force: float = 50.0
    """Norm of all contact forces above which a body past the line has landed [N]."""
    success_length: float = 1.5
    """A longer jump is a success [m]."""
    marker: VisualizationMarkersCfg = box_marker("/Visuals/long_jump", (0.9, 0.2, 0.2))
    """The line and the sides of the corridor."""
