# SPDX-License-Identifier: BSD-3-Clause
"""``tt demo``: train a task token on this machine and show what it changed."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab_tasks.utils import resolve_task_config
from rich.console import Console
from rich.table import Table

from tt_isaaclab.bfm.bundled import add_bfm_argument, load_bfm_or_bundled
from tt_isaaclab.cli import refuse_all_but_overrides
from tt_isaaclab.evaluation.evaluator import Evaluation, evaluate
from tt_isaaclab.evaluation.plots import learning_curve
from tt_isaaclab.evaluation.record import record
from tt_isaaclab.humanoid.bring_your_own.load import add_humanoid_argument, load_humanoid
from tt_isaaclab.task_tokens.policy import PROMPT_GROUP, BfmPolicy
from tt_isaaclab.task_tokens.token_file import load_token, load_token_of_task
from tt_isaaclab.task_tokens.training import save_trained_token, train_policy
from tt_isaaclab.tasks.make import check_task_id, command_name, has_prior, open_env, presets_for, split_presets
from tt_isaaclab.whole_file import write_json

PASSES_ON = True

_FILM_STEPS = 240


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the demo; the defaults fit two CPU cores and a quarter of an hour."""
    parser.add_argument("--task", default="Strike", help="task id (default: Strike)")
    parser.add_argument("--minutes", type=float, default=9.0, help="training time (default: 9)")
    parser.add_argument("--num_envs", type=int, help="environments to train in (default: the task's)")
    parser.add_argument("--episodes", type=int, default=512, help="episodes of each evaluation (default: 512)")
    parser.add_argument("--seed", type=int, default=0, help="seed of training; commands of the evaluation follow it")
    parser.add_argument(
        "--prior",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="train and act with the joint-condition prompt beside the token",
    )
    parser.add_argument(
        "--proprioception",
        choices=["none", "heights", "self_obs"],
        default="none",
        help="what the task encoder reads of the humanoid besides the command (default: none, as in the paper's table)",
    )
    parser.add_argument("--from-token", default="none", help="token file or 'bundled' to go on from (default: none)")
    add_bfm_argument(parser)
    add_humanoid_argument(parser)
    parser.add_argument("--physics", default=None, help="physics backend (default: the fastest on the device)")
    parser.add_argument(
        "--device", default="cpu", help="torch device to train on; the evaluations run on the CPU (default: cpu)"
    )
    parser.add_argument("--out", type=Path, default=Path("outputs/demo"), help="folder of the results")
    parser.add_argument("--resume", action="store_true", help="continue a demo that was interrupted")
    parser.epilog = (
        "Further arguments are overrides of the training, such as agent.algorithm.learning_rate=2e-4 or "
        "env.commands.direction.random_share=0.35; the evaluations have the task's own orders."
    )


def run(args: argparse.Namespace, further: list[str]) -> None:
    """Evaluate, train, evaluate again; write table, curve, film and token. ``further`` are overrides of the training."""
    started = time.perf_counter()
    refuse_all_but_overrides(further, "demo")
    presets, further = split_presets(further)
    if presets:
        raise ValueError(f"presets={','.join(presets)}: what a token reads is chosen by --prior and --proprioception")
    task = check_task_id(args.task)
    if min(args.minutes, 1 if args.num_envs is None else args.num_envs, args.episodes) <= 0:
        raise ValueError("--minutes, --num_envs and --episodes must be positive")
    command = command_name(task)
    bfm, humanoid = load_bfm_or_bundled(args.bfm), load_humanoid(args.humanoid)
    console = Console()
    console.print(f"[bold]{task}[/]: a {sum(p.numel() for p in bfm.parameters()):,}-parameter frozen behaviour model")
    rows: dict[str, Evaluation] = {}
    untrained, promptable = {"no token": BfmPolicy(bfm)}, has_prior(task)
    if promptable:
        untrained["joint-condition prior"] = BfmPolicy(bfm, prompts=[PROMPT_GROUP])
    prompted = promptable and args.prior
    shown = [*presets_for(bfm.layout, prior=promptable), *humanoid.overrides]
    with open_env(task, physics=args.physics, num_envs=args.episodes, seed=args.seed, overrides=shown) as env:
        for row, policy in untrained.items():
            rows[row] = evaluate(env, policy, command, args.seed).summary()
            console.print(f"{row}: success {_percent(rows[row])}")

    name = "task token and prior" if prompted else "task token"
    proprioception = [] if args.proprioception == "none" else [args.proprioception]
    overrides = [*presets_for(bfm.layout, *proprioception, prior=prompted), *humanoid.overrides]
    start = load_token_of_task(args.from_token, task, bfm, humanoid.spec)
    if start and start.card.proprioception != args.proprioception:
        raise ValueError(f"{start.path}: needs --proprioception {start.card.proprioception}")
    _, cfg = resolve_task_config(task, "rsl_rl_cfg_entry_point", overrides=[*overrides, *further])
    cfg.actor.bfm, cfg.seed = args.bfm, args.seed
    if start:
        cfg.actor.hidden_dims = list(start.encoder.hidden)  # a search of words makes it wider
    torch.manual_seed(args.seed)
    of_env = [*overrides, *(override for override in further if not override.startswith("agent."))]
    with open_env(
        task, physics=args.physics, num_envs=args.num_envs, device=args.device, seed=args.seed, overrides=of_env
    ) as env:
        runner, curve = train_policy(
            env, cfg, command, args.out, seconds=60.0 * args.minutes, resume=args.resume, start=start
        )
    token = args.out / f"{command}.safetensors"
    save_trained_token(token, runner, curve, task, humanoid.spec.hash, args.seed, prompted, args.proprioception)
    learning_curve(
        args.out / "learning_curve.png",
        *zip(*((p.frames, p.reward, p.success) for p in curve), strict=True),
        title=f"{task}, behaviour model {bfm.layout.name}, {curve[-1].frames / 1e6:.2f} M steps",
    )

    encoder, _ = load_token(token, bfm)  # what is evaluated is what was written
    trained = BfmPolicy(bfm, encoder.eval(), [PROMPT_GROUP] if prompted else [])
    with open_env(task, physics=args.physics, num_envs=args.episodes, seed=args.seed, overrides=overrides) as env:
        rows[name] = evaluate(env, trained, command, args.seed).summary()
    with open_env(task, physics=args.physics, num_envs=1, seed=args.seed, overrides=overrides) as env:
        _film(env, trained, command, args.out / f"{command}.mp4")
    console.print(_table(rows))
    results = {name: row.as_dict() for name, row in rows.items()}
    summary = {"task": task, "seed": args.seed, "bfm_hash": bfm.hash, "frames": curve[-1].frames, "results": results}
    write_json(args.out / "demo.json", summary)
    console.print(f"{(time.perf_counter() - started) / 60:.1f} minutes; results, film and token are in {args.out}")


def _film(env: ManagerBasedRLEnv, policy: BfmPolicy, command: str, path: Path) -> None:
    """Film a few seconds, on commands of its own."""
    env.command_manager.get_term(command).script(seed=1, steps=_FILM_STEPS)
    observations, _ = env.reset()

    def step() -> None:
        nonlocal observations
        with torch.inference_mode():
            observations, *_ = env.step(policy(observations))

    record(env, command, step, _FILM_STEPS, path)


def _percent(row: Evaluation) -> str:
    return f"{100 * row.success_rate:.1f} % [{100 * row.interval_low:.1f}, {100 * row.interval_high:.1f}]"


def _table(rows: dict[str, Evaluation]) -> Table:
    table = Table(title="Same commands, mean actions, ten-second episodes; 95 % Wilson intervals")
    for heading in ("behaviour model with", "success", "falls", "mean return", "segments"):
        table.add_column(heading, justify="left" if heading.startswith("behaviour") else "right")
    for name, row in rows.items():
        table.add_row(name, _percent(row), f"{100 * row.fall_rate:.1f} %", f"{row.mean_return:.1f}", str(row.segments))
    return table
