# SPDX-License-Identifier: BSD-3-Clause
"""Observation terms that several tasks share."""

from __future__ import annotations

from collections.abc import Callable

import torch
from isaaclab.envs import ManagerBasedEnv

from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import read_bodies
from tt_isaaclab.kinematics.self_observation import self_observation
from tt_isaaclab.kinematics.sparse_targets import SparseTarget, sparse_targets


def humanoid_state(env: ManagerBasedEnv) -> torch.Tensor:
    """The 358-number self observation on flat ground at z = 0. Shape (N, 358)."""
    return self_observation(*read_bodies(env.scene["robot"]))


def prompt_tokens(env: ManagerBasedEnv, prompt: Callable[[torch.Tensor], SparseTarget]) -> torch.Tensor:
    """Sparse pose targets of a prompt as the behaviour model's rows, flattened. Shape (N, T x 184).

    Args:
        env: The environment.
        prompt: Makes the targets from the pelvis position (N, 3), world [m].
    """
    bodies = read_bodies(env.scene["robot"])
    slots = torch.tensor(DEFAULT_HUMANOID.body_ids(*DEFAULT_HUMANOID.conditionable), device=bodies.pos.device)
    return sparse_targets(bodies.pos, bodies.quat, prompt(bodies.pos[:, 0]), slots).flatten(1)
