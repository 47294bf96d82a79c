# SPDX-License-Identifier: BSD-3-Clause
"""Record what the first environment does under a policy, and film it with its task drawn into the scene."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from isaaclab.envs import ManagerBasedRLEnv

from tt_isaaclab.humanoid.state import read_bodies

from .film import Mark, film


def record(
    env: ManagerBasedRLEnv,
    command: str,
    step: Callable[[], object],
    steps: int,
    path: Path,
    said: str = "",
    **film_options,
):
    """Film ``steps`` control steps.

    Args:
        env: Environment, reset.
        command: Name of the command term that draws the task.
        step: Takes one control step.
        steps: Control steps to take.
        path: MP4 to write.
        said: Sentence that the behaviour model is told, for the caption.
        **film_options: Options of :func:`film`.
    """
    term = env.command_manager.get_term(command)
    poses, marks, captions = [], [], []
    for _ in range(steps):
        step()
        poses.append([x[0].cpu().numpy().copy() for x in read_bodies(env.scene["robot"])[:2]])
        marks.append([Mark(np.array(start.cpu()), np.array(end.cpu()), r) for start, end, r in term.marks(0)])
        captions.append(f"told '{said}'; task: {term.caption(0)}" if said else term.caption(0))
    positions, quats = (np.stack(x) for x in zip(*poses, strict=True))
    film(path, positions, quats, marks, captions, **film_options)
