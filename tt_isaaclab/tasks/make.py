# SPDX-License-Identifier: BSD-3-Clause
"""Open a registered task on a chosen physics backend, the way Isaac Lab's own command line does."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO

import gymnasium as gym
from isaaclab.app import launch_simulation
from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg
from isaaclab_tasks.utils import resolve_task_config

import tt_isaaclab.tasks  # noqa: F401  (registers the tasks)
from tt_isaaclab.bfm.layout import BfmLayout
from tt_isaaclab.physics.presets import default_backend
from tt_isaaclab.task_tokens.policy import PROMPT_GROUP

PREFIX = "TaskTokens-"


def task_ids() -> list[str]:
    """Ids of the tasks of this project, sorted."""
    return sorted(name for name in gym.registry if name.startswith(PREFIX))


def check_task_id(task: str) -> str:
    """Return ``task`` as a registered id; the prefix ``TaskTokens-`` may be left out.

    Raises:
        ValueError: If there is no such task; the nearest ids are named.
    """
    known = task_ids()
    for candidate in (task, PREFIX + task):
        if candidate in known:
            return candidate
    near = difflib.get_close_matches(PREFIX + task.removeprefix(PREFIX), known, n=3, cutoff=0.3) or known
    raise ValueError(f"unknown task '{task}'; did you mean {', '.join(near)}? 'tt tasks' lists all.")


def command_name(task: str) -> str:
    """Name of the command term of a task: the id without its prefix, in lower case."""
    return task.removeprefix(PREFIX).lower()


def has_prior(task: str) -> bool:
    """Whether a registered task has a joint-condition prompt, the preset ``joint_prior``."""
    return hasattr(resolve_task_config(task, None, overrides=[])[0].observations, PROMPT_GROUP)


def presets_for(layout: BfmLayout, *further: str, prior: bool = False) -> list[str]:
    """Override that lets an environment offer what a behaviour model reads, its prompt and ``further`` presets with it.

    Args:
        layout: Of the behaviour model.
        *further: Names of presets.
        prior: Whether the joint-condition prompt is offered.
    """
    names = [*([] if layout.name == "bundled" else [layout.name]), *(["joint_prior"] if prior else []), *further]
    return [f"presets={','.join(names)}"] if names else []


def split_presets(overrides: Sequence[str], prior: bool = False) -> tuple[list[str], list[str]]:
    """Names of the presets that overrides choose, each once and that of the prompt first if ``prior``, and the others."""
    names = ["joint_prior"] if prior else []
    for override in overrides:
        if override.startswith("presets="):
            names += override.removeprefix("presets=").split(",")
    return list(dict.fromkeys(names)), [o for o in overrides if not o.startswith("presets=")]


@contextmanager
def open_env(
    task: str,
    *,
    physics: str | None = None,
    num_envs: int | None = None,
    device: str = "cpu",
    seed: int | None = None,
    overrides: Sequence[str] = (),
    play: bool = False,
    edit: Callable[[ManagerBasedRLEnvCfg], None] | None = None,
    viz: str = "none",
) -> Iterator[ManagerBasedRLEnv]:
    """Make an environment, close it at the end of the ``with`` block.

    Args:
        task: Registered id, with or without the prefix.
        physics: Backend preset such as ``newton_mujoco`` or ``ovphysx``; ``None`` takes that of the
            ``overrides``, or the fastest on the device.
        num_envs: Number of parallel environments; ``None`` takes the task's default.
        device: Torch device of simulation and data.
        seed: Seed of every random draw of the environment.
        overrides: Hydra overrides such as ``env.episode_length_s=5``.
        play: Apply the task's play mode.
        edit: Last change to the configuration before the environment is made.
        viz: Viewer to open.

    Raises:
        ValueError: If the task id is unknown.
    """
    task = check_task_id(task)
    named = physics is None and any(word.startswith("physics=") for word in overrides)
    selector = [] if named else [f"physics={physics or default_backend(device)}"]
    env_cfg, _ = resolve_task_config(task, None, play_mode=play, overrides=[*selector, *overrides])
    env_cfg.sim.device = device
    env_cfg.seed = seed
    if num_envs is not None:
        env_cfg.scene.num_envs = num_envs
    if edit is not None:
        edit(env_cfg)
    with launch_simulation(env_cfg, {"viz": viz}):
        with redirect_stdout(StringIO()):  # Isaac Lab prints every manager's table
            env = gym.make(task, cfg=env_cfg).unwrapped
        try:
            yield env
        finally:
            env.close()
