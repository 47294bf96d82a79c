# SPDX-License-Identifier: BSD-3-Clause
"""``tt evaluate``: success of a method on a task, as a line on the screen and a JSON file."""

from __future__ import annotations

import argparse
from pathlib import Path

from tt_isaaclab.physics.presets import default_backend
from tt_isaaclab.tasks.make import check_task_id, command_name, open_env
from tt_isaaclab.whole_file import write_json

from . import methods
from .evaluator import Evaluation, evaluate
from .result import result

PASSES_ON = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the evaluation."""
    parser.add_argument("--task", required=True, help="task id, such as Direction")
    methods.add_arguments(parser)
    parser.add_argument("--backend", default=None, help="physics backend (default: newton_mujoco on a CPU)")
    parser.add_argument("--episodes", type=int, default=256, help="number of episodes, one an environment")
    parser.add_argument("--seed", type=int, default=0, help="seed of the commands")
    parser.add_argument("--device", default="cpu", help="torch device (default: cpu)")
    parser.add_argument("--json", type=Path, default=None, help="file to write the result to")


def run(args: argparse.Namespace, further: list[str]) -> None:
    """Evaluate and report; ``further`` are overrides of the task."""
    task = check_task_id(args.task)
    if args.episodes <= 0:
        raise ValueError(f"--episodes must be positive, not {args.episodes}")
    method = methods.load_method(args, task, further)
    backend = args.backend or default_backend(args.device)
    with open_env(
        task,
        physics=backend,
        num_envs=args.episodes,
        device=args.device,
        seed=args.seed,
        overrides=method.overrides,
    ) as env:
        episodes = evaluate(env, method.policy, command_name(task), args.seed)
    print(f"{task} {method.name} on {backend}: {line(episodes.summary())}")
    if args.json:
        write_json(args.json, result(task, method, backend, args.seed, episodes))


def line(result: Evaluation) -> str:
    """The result in a few words."""
    return (
        f"success {100 * result.success_rate:.1f} % [{100 * result.interval_low:.1f}, {100 * result.interval_high:.1f}] "
        f"of {result.segments} segments, falls {100 * result.fall_rate:.1f} %, return {result.mean_return:.1f}"
    )
