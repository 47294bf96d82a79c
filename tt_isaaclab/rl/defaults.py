# SPDX-License-Identifier: BSD-3-Clause
"""What ``tt train`` and ``tt play`` add to ``isaaclab train`` and ``isaaclab play``."""

from __future__ import annotations

import argparse

from tt_isaaclab.bfm.bundled import add_bfm_argument, load_bfm_or_bundled
from tt_isaaclab.humanoid.bring_your_own.load import add_humanoid_argument, load_humanoid
from tt_isaaclab.physics.presets import DEFAULT_DEVICE
from tt_isaaclab.tasks.make import check_task_id, presets_for, split_presets


def add_task_argument(parser: argparse.ArgumentParser) -> None:
    """The task; every other argument goes to Isaac Lab."""
    parser.add_argument("--task", required=True, help="task id, such as Direction; 'tt tasks' lists all")
    add_bfm_argument(parser, default=None)
    add_humanoid_argument(parser)
    parser.epilog = (
        "Every further argument goes to Isaac Lab: --num_envs, --max_iterations, --seed, --checkpoint latest, "
        "physics=ovphysx, presets=joint_prior, env.… and agent.… overrides."
    )


def with_defaults(task: str, bfm: str | None, humanoid: str, further: list[str], viz: str) -> list[str]:
    """Arguments for Isaac Lab: the full task id, RSL-RL, the device and the viewer unless given, model and body.

    Raises:
        ValueError: If there is no such task, or the file of the behaviour model or of the body is bad.
    """
    further = [*further, *load_humanoid(humanoid).overrides]
    if bfm is not None:
        presets, further = split_presets(further)
        further += [f"agent.actor.bfm={bfm}", *presets_for(load_bfm_or_bundled(bfm).layout, *presets)]
    given = {argument.split("=")[0] for argument in further}
    defaults = {"--rl_library": "rsl_rl", "--device": DEFAULT_DEVICE, "--viz": viz}
    added = [part for option, value in defaults.items() if option not in given for part in (option, value)]
    return ["--task", check_task_id(task), *added, *further]
