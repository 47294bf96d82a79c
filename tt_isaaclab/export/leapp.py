# SPDX-License-Identifier: BSD-3-Clause
"""LEAPP: Isaac Lab traces observation terms, policy and action term into one graph, from body poses to hinge targets.

Importing Isaac Lab's LEAPP entry point switches TorchScript off for the rest of the process: export that first.
"""

from __future__ import annotations

from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

import gymnasium as gym
import torch

from tt_isaaclab.task_tokens.policy import BfmPolicy
from tt_isaaclab.tasks.make import open_env


def check_leapp(prompts: list[str], sees: str) -> None:
    """Raise ValueError unless LEAPP can trace a policy with these prompts; ``sees`` is its token's proprioception."""
    if find_spec("leapp") is None:
        raise ValueError("--leapp: LEAPP is not installed; pip install 'tt_isaaclab[leapp]'")
    if prompts:
        raise ValueError("--leapp: a prompt's command would be a constant of the graph; leave --prior out")
    if sees != "none":
        raise ValueError(f"--leapp: a token that reads {sees} besides the command is not traced; leave --leapp out")


def save_leapp(folder: Path, task: str, policy: BfmPolicy, groups: list[str]) -> None:
    """Trace and validate the whole control step; writes ONNX and YAML to a folder named like the task.

    Args:
        folder: Where that folder goes.
        task: Registered id.
        policy: Deterministic policy without prompts.
        groups: Observation groups that it reads.
    """
    from isaaclab_rl.entrypoints.backends.export_common import leapp_capture, prepare_export_env

    options = Namespace(
        task=task, export_method=None, export_task_name=None, validation_steps=5, disable_graph_visualization=True
    )
    with open_env(task, num_envs=1, seed=0) as env:
        prepare_export_env(gym.Wrapper(env), options, required_obs_groups=set(groups))
        with leapp_capture(options, save_path=str(folder), env_cfg=env.cfg) as steps, torch.inference_mode():
            observations, _ = env.reset()
            for _ in range(steps):
                observations, *_ = env.step(policy(observations))
