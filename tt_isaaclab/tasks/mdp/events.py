# SPDX-License-Identifier: BSD-3-Clause
"""Event terms that several tasks share."""

from __future__ import annotations

import torch
from isaaclab.envs import ManagerBasedEnv

from tt_isaaclab.humanoid.poses import STANDING_DROP, standing_pose
from tt_isaaclab.humanoid.state import write_state


def reset_to_standing(env: ManagerBasedEnv, env_ids: torch.Tensor | slice, noise: float = 0.0) -> None:
    """Put the humanoid at its origin, standing at rest with hanging arms and facing along world x.

    Args:
        env: The environment.
        env_ids: Environments to reset (n,), or a slice of all.
        noise: Largest difference of a joint's rotation vector from the pose [rad].
    """
    env_ids = torch.arange(env.num_envs, device=env.device)[env_ids]
    n, device = len(env_ids), env.device
    joints = standing_pose().to(device).repeat(n, 1, 1)
    joints += torch.empty_like(joints).uniform_(-noise, noise)
    root_pose = torch.zeros(n, 7, device=device)
    root_pose[:, :3] = env.scene.env_origins[env_ids]
    root_pose[:, 2] += env.scene["robot"].cfg.init_state.pos[2] - STANDING_DROP
    root_pose[:, 6] = 1.0
    order = env.action_manager.get_term("joint_target").hinge_order
    still = torch.zeros_like(joints)
    write_state(env.scene["robot"], env_ids, root_pose, torch.zeros(n, 6, device=device), joints, still, order)
