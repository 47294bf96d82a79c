# SPDX-License-Identifier: BSD-3-Clause
"""Observation terms that several tasks share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from isaaclab.envs import ManagerBasedEnv

from tt_isaaclab.bfm.layouts import LAYOUTS
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.humanoid.state import BodyState, read_bodies
from tt_isaaclab.kinematics.self_observation import self_observation
from tt_isaaclab.kinematics.sparse_targets import SparseTarget, sparse_targets, sparse_targets_v3


def humanoid_state(env: ManagerBasedEnv) -> torch.Tensor:
    """The 358-number self observation on flat ground at z = 0. Shape (N, 358)."""
    return self_observation(*read_bodies(env.scene["robot"]))


def body_heights(env: ManagerBasedEnv) -> torch.Tensor:
    """Heights of pelvis and head above the flat ground. Shape (N, 2) [m]."""
    return read_bodies(env.scene["robot"]).pos[:, DEFAULT_HUMANOID.body_ids("Pelvis", "Head"), 2]


def prompt_tokens(env: ManagerBasedEnv, prompt: Callable[[BodyState, Sequence[str]], SparseTarget]) -> torch.Tensor:
    """Sparse pose targets of a prompt as the behaviour model's rows, flattened. Shape (N, T x 184), for v3 (N, T x 157).

    Args:
        env: The environment; ``cfg.bfm_layout`` names the behaviour model's layout.
        prompt: Makes the targets from the state of the bodies, world, and the body of each slot.
    """
    bodies, layout = read_bodies(env.scene["robot"]), LAYOUTS[env.cfg.bfm_layout]()
    slots = torch.tensor(DEFAULT_HUMANOID.body_ids(*layout.target_slots), device=bodies.pos.device)
    rows = sparse_targets_v3 if env.cfg.bfm_layout == "masked_mimic_v3" else sparse_targets
    return rows(bodies.pos, bodies.quat, prompt(bodies, layout.target_slots), slots).flatten(1)
