# SPDX-License-Identifier: BSD-3-Clause
"""``tt evaluate``: success of a method on a task, as a line on the screen and a JSON file."""

from __future__ import annotations

import argparse
from pathlib import Path

from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.bfm.files import sha256
from tt_isaaclab.humanoid.bring_your_own.load import load_humanoid
from tt_isaaclab.physics.presets import DEFAULT_BACKEND
from tt_isaaclab.task_tokens.policy import BfmPolicy
from tt_isaaclab.task_tokens.token_file import load_token, token_path
from tt_isaaclab.tasks.make import check_task_id, command_name, open_env, presets_for
from tt_isaaclab.whole_file import write_json

from .evaluator import evaluate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the evaluation."""
    parser.add_argument("--task", required=True, help="task id, such as Direction")
    parser.add_argument(
        "--token", default="none", help="token file, 'bundled', or 'none' for the behaviour model alone"
    )
    parser.add_argument(
        "--prior", action="store_true", help="prompt the behaviour model with the task's joint conditions"
    )
    parser.add_argument("--bfm", default="bundled", help="behaviour model file (default: the one that ships)")
    parser.add_argument("--humanoid", default="default", help="MJCF or USD of an SMPL humanoid (default: ours)")
    parser.add_argument("--backend", default=None, help="physics backend (default: newton_mujoco on a CPU)")
    parser.add_argument("--episodes", type=int, default=256, help="number of episodes, one an environment")
    parser.add_argument("--seed", type=int, default=0, help="seed of the commands")
    parser.add_argument("--device", default="cpu", help="torch device (default: cpu)")
    parser.add_argument("--json", type=Path, default=None, help="file to write the result to")


def run(args: argparse.Namespace) -> None:
    """Evaluate and report."""
    task = check_task_id(args.task)
    if args.episodes <= 0:
        raise ValueError(f"--episodes must be positive, not {args.episodes}")
    bfm, humanoid = load_bfm_or_bundled(args.bfm), load_humanoid(args.humanoid)
    encoder, token_hash = None, None
    if args.token != "none":
        path = token_path(args.token, task)
        encoder, card = load_token(path, bfm)
        if card.task != task:
            raise ValueError(f"{path}: trained for {card.task}, not for {task}; give a token of {task}")
        token_hash = sha256(path)
        encoder.eval()
    policy = BfmPolicy(bfm, encoder, ["targets"] if args.prior else [])
    method = ("task_token" if encoder else "bfm") + ("_prior" if args.prior else "")
    backend = args.backend or DEFAULT_BACKEND
    with open_env(
        task,
        physics=backend,
        num_envs=args.episodes,
        device=args.device,
        seed=args.seed,
        overrides=[*presets_for(bfm.layout, *(["joint_prior"] if args.prior else [])), *humanoid.overrides],
    ) as env:
        result = evaluate(env, policy, command_name(task), args.seed)
    record = {
        "task": task,
        "method": method,
        "backend": backend,
        "humanoid": humanoid.spec.name,
        "bfm_hash": bfm.hash,
        "token_hash": token_hash,
        "seed": args.seed,
        **result.as_dict(),
    }
    print(
        f"{task} {method} on {backend}: success {100 * result.success_rate:.1f} % "
        f"[{100 * result.interval_low:.1f}, {100 * result.interval_high:.1f}] of {result.segments} segments, "
        f"falls {100 * result.fall_rate:.1f} %, return {result.mean_return:.1f}"
    )
    if args.json:
        write_json(args.json, record)
