# SPDX-License-Identifier: BSD-3-Clause
"""``tt compare``: a task token and pure RL in the same environment with the same frames, success against frames."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from isaaclab_tasks.utils import resolve_task_config

from tt_isaaclab.bfm.bundled import add_bfm_argument, load_bfm_or_bundled
from tt_isaaclab.evaluation.evaluator import evaluate
from tt_isaaclab.evaluation.methods import Method
from tt_isaaclab.evaluation.plots import success_curves
from tt_isaaclab.evaluation.result import result
from tt_isaaclab.file_identity import sha256
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.physics.presets import default_backend
from tt_isaaclab.task_tokens.training import CurvePoint, save_trained_token, train_policy
from tt_isaaclab.tasks.make import check_task_id, command_name, open_env, presets_for
from tt_isaaclab.whole_file import write_json

AGENTS = {"task_token": "rsl_rl_cfg_entry_point", "pure_rl": "rsl_rl_pure_rl_cfg_entry_point"}
"""Method -> RSL-RL configuration of the task that trains it."""

_BACKEND = default_backend("cpu")
"""What the environments of a comparison run on: they are opened on the CPU."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the comparison."""
    parser.add_argument("--task", default="Direction", help="task id (default: Direction)")
    parser.add_argument("--frames", type=float, default=1.0e6, help="environment steps of each run (default: 1e6)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="seeds of training (default: 0)")
    parser.add_argument("--num_envs", type=int, help="environments to train in (default: the task's)")
    parser.add_argument("--episodes", type=int, default=256, help="episodes of each evaluation (default: 256)")
    parser.add_argument("--prior", action="store_true", help="train and act with the joint-condition prompt as well")
    add_bfm_argument(parser)
    parser.add_argument("--out", type=Path, default=Path("outputs/compare"), help="folder of results, curves and plot")
    parser.add_argument("--resume", action="store_true", help="continue a comparison that was interrupted")


def run(args: argparse.Namespace) -> None:
    """Train, evaluate and plot; 'tt report' makes tables of the results."""
    task = check_task_id(args.task)
    if min(args.frames, 1 if args.num_envs is None else args.num_envs, args.episodes) <= 0:
        raise ValueError("--frames, --num_envs and --episodes must be positive")
    curves = []
    for method in AGENTS:
        for seed in args.seeds:
            curve = _train_and_evaluate(task, method, seed, args)
            curves.append((method, [p.frames for p in curve], [p.success for p in curve]))
    success_curves(args.out / "success.png", curves, title=f"{task}, {_BACKEND}")
    print(f"curves, tokens and results are in {args.out}; tables: tt report {args.out / 'results'}")


def _train_and_evaluate(task: str, name: str, seed: int, args: argparse.Namespace) -> list[CurvePoint]:
    command, overrides, bfm = command_name(task), [], None
    if name == "task_token":
        bfm = load_bfm_or_bundled(args.bfm)
        overrides = presets_for(bfm.layout, prior=args.prior)
    _, cfg = resolve_task_config(task, AGENTS[name], overrides=overrides)
    cfg.seed = seed
    if bfm:
        cfg.actor.bfm = args.bfm
    torch.manual_seed(seed)
    with open_env(task, num_envs=args.num_envs, seed=seed, overrides=overrides) as env:
        folder = args.out / f"{name}-seed{seed}"
        runner, curve = train_policy(env, cfg, command, folder, frames=args.frames, resume=args.resume)
    label, token_hash = name + ("_prior" if bfm and args.prior else ""), None
    if bfm:
        token = folder / f"{command}.safetensors"
        save_trained_token(token, runner, curve, task, DEFAULT_HUMANOID.hash, seed, args.prior)
        token_hash = sha256(token)
    policy = runner.get_inference_policy()
    method = Method(label, policy, DEFAULT_HUMANOID.name, bfm.hash if bfm else None, token_hash, overrides)
    with open_env(task, num_envs=args.episodes, seed=args.seeds[0], overrides=overrides) as env:
        episodes = evaluate(env, method.policy, command, args.seeds[0])  # the same orders for every run
    file = args.out / "results" / f"{command}-{label}-seed{seed}.json"
    write_json(file, result(task, method, _BACKEND, seed, episodes))
    return curve
