# SPDX-License-Identifier: BSD-3-Clause
"""Termination terms that several tasks share."""

from __future__ import annotations

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import ManagerTermBase, TerminationTermCfg
from isaaclab_newton.physics import NewtonManager

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID

LOW, HEAD_LOW = 0.15, 0.30
"""Height below which a body, or the head, lies low [m]."""

TOUCH = 0.1
"""Contact force component above which a body touches something [N]."""


def diverged(env: ManagerBasedRLEnv, max_speed: float = 100.0) -> torch.Tensor:
    """Physics blew up: a state is not finite or a joint is faster than ``max_speed`` [rad/s]. Shape (N,), bool."""
    data = env.scene["robot"].data
    velocity = torch.cat((data.joint_vel.torch, data.root_link_vel_w.torch), dim=-1)
    bad = ~torch.isfinite(velocity).all(-1) | ~torch.isfinite(data.root_link_pose_w.torch).all(-1)
    bad |= velocity.abs().amax(-1) > max_speed
    held = getattr(NewtonManager._solver, "diverged", None)  # worlds that newton_mujoco froze in this step
    return bad if held is None else bad | torch.from_numpy(held.copy()).to(bad.device)


class fell(ManagerTermBase):  # noqa: N801  (a term is named like the function it stands for)
    """Some body other than a foot touches something and lies low; not in an episode's first step. Shape (N,), bool.

    Low is below :data:`LOW`, for the head below :data:`HEAD_LOW`.
    """

    def __init__(self, cfg: TerminationTermCfg, env: ManagerBasedRLEnv) -> None:
        super().__init__(cfg, env)
        spec = DEFAULT_HUMANOID
        names = [name for name in spec.body_names if name not in spec.feet]
        self._bodies = torch.tensor(spec.body_ids(*names), device=env.device)
        self._sensed = torch.tensor(env.scene["contact"].find_sensors(names, preserve_order=True)[0], device=env.device)
        self._low = torch.tensor([HEAD_LOW if name == spec.head else LOW for name in names], device=env.device)

    def __call__(self, env: ManagerBasedRLEnv, force: float = TOUCH) -> torch.Tensor:
        """``force`` is the contact force that counts as touching [N]."""
        height = env.scene["robot"].data.body_link_pos_w.torch[:, self._bodies, 2]
        contact = env.scene["contact"].data.net_normal_forces_w.torch[:, self._sensed].abs().amax(-1)
        return ((height < self._low) & (contact > force)).any(-1) & (env.episode_length_buf > 1)
