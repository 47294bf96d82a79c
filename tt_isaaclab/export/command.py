# SPDX-License-Identifier: BSD-3-Clause
"""``tt export``: write a policy as ONNX and TorchScript with the contract of its inputs and outputs."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
import torch
from isaaclab.envs import ManagerBasedRLEnv

from tt_isaaclab.bfm.bundled import add_bfm_argument, load_bfm_or_bundled
from tt_isaaclab.cli import refuse_all_but_overrides
from tt_isaaclab.deploy.contract import BODY, CONTRACT, ONNX, ORDERS, TORCHSCRIPT, dump
from tt_isaaclab.deploy.runner import one_core_session, require_onnxruntime
from tt_isaaclab.evaluation.evaluator import EPISODE_STEPS
from tt_isaaclab.file_identity import sha256
from tt_isaaclab.humanoid.generate import ASSETS
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.task_tokens.policy import BfmPolicy, prompt_groups
from tt_isaaclab.task_tokens.token_file import load_token_of_task
from tt_isaaclab.tasks.make import check_task_id, command_name, open_env, presets_for, split_presets
from tt_isaaclab.whole_file import whole_file

from .contract import build_contract
from .graph import PolicyGraph, save_onnx, save_torchscript
from .leapp import check_leapp, save_leapp
from .parity import check_parity, measure_latency

PASSES_ON = True

_ROLLOUT_STEPS, _ROLLOUT_ENVS = 100, 4
"""The roll-out that parity is checked on."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the export."""
    parser.add_argument("--task", required=True, help="task id, such as Direction")
    parser.add_argument("--token", required=True, help="token file, 'bundled', or 'none' for the behaviour model alone")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--prior", action="store_true", help="add the joint-condition prompt as an input")
    add_bfm_argument(parser)
    parser.add_argument("--episodes", type=int, default=256, help="episodes of 'tt evaluate' whose orders go along")
    parser.add_argument("--leapp", action="store_true", help="write a LEAPP graph of the whole control step besides")
    parser.add_argument("--seed", type=int, default=0, help="seed of these orders, as of 'tt evaluate'")
    parser.epilog = "Further arguments are overrides of the task, such as presets=pose_history for an imported model."


def run(args: argparse.Namespace, further: list[str]) -> None:
    """Export, check and report; ``further`` are overrides of the task."""
    refuse_all_but_overrides(further, "export")
    task = check_task_id(args.task)
    require_onnxruntime()
    if args.episodes < _ROLLOUT_ENVS:
        raise ValueError(f"--episodes must be at least {_ROLLOUT_ENVS}, not {args.episodes}")
    bfm = load_bfm_or_bundled(args.bfm)
    token = load_token_of_task(args.token, task, bfm, DEFAULT_HUMANOID)
    sees = token.card.proprioception if token else "none"
    if sees not in ("none", "self_obs"):
        raise ValueError(f"{token.path}: reads {sees} besides the command, which the runner does not")
    presets, further = split_presets(further, args.prior)
    policy = BfmPolicy(bfm, token.encoder if token else None, prompt_groups(presets))
    if args.leapp:
        check_leapp(policy.prompts, sees)
    graph, hashes = PolicyGraph(policy, sees == "self_obs"), {"bfm": bfm.hash, "humanoid": DEFAULT_HUMANOID.hash}
    hashes["token"] = sha256(token.path) if token else None
    overrides = [*presets_for(bfm.layout, *presets), *further]
    with open_env(task, num_envs=args.episodes, seed=args.seed, overrides=overrides) as env:
        term = env.command_manager.get_term(command_name(task))
        orders, lengths = term.script(args.seed, EPISODE_STEPS)
        groups = record_rollout(env, graph)
        widths = {name: rows.shape[-1] for name, rows in groups.items()}
        contract = build_contract(env, command_name(task), widths, hashes)

    args.out.mkdir(parents=True, exist_ok=True)
    example = [groups[name][:1] for name in graph.inputs]
    texts = {CONTRACT: dump(contract)}
    save_torchscript(args.out / TORCHSCRIPT, graph, example, texts)
    save_onnx(args.out / ONNX, graph, example, texts)
    session = one_core_session(args.out / ONNX)
    contract["checked"] = {
        "rollout_steps": len(groups[graph.inputs[0]]),
        "largest_difference": check_parity(graph, groups, session, args.out / TORCHSCRIPT),
        "one_core_ms": measure_latency(session),
    }
    with whole_file(args.out / BODY) as partial:
        shutil.copyfile(ASSETS / BODY, partial)
    with whole_file(args.out / ORDERS) as partial, partial.open("wb") as file:
        np.savez(file, orders=orders.cpu().numpy(), lengths=lengths.cpu().numpy(), steps=EPISODE_STEPS)
    contract["files"] = {name: sha256(args.out / name) for name in (ONNX, TORCHSCRIPT, BODY, ORDERS)}
    with whole_file(args.out / CONTRACT) as partial:
        partial.write_text(dump(contract))
    differences, latency = contract["checked"]["largest_difference"], contract["checked"]["one_core_ms"]
    print(
        f"{args.out}: ONNX within {differences['onnx']:.1e}, TorchScript within {differences['torchscript']:.1e} of torch "
        f"over {contract['checked']['rollout_steps']} steps; {latency['median']:.2f} ms a step on one core "
        f"(p99 {latency['p99']:.2f})"
    )
    if args.leapp:
        save_leapp(args.out / "leapp", task, policy, graph.inputs)


def record_rollout(env: ManagerBasedRLEnv, graph: PolicyGraph) -> dict[str, torch.Tensor]:
    """Observations (T, width) of a few environments under the policy."""
    rows: dict[str, list[torch.Tensor]] = {name: [] for name in graph.inputs}
    observations, _ = env.reset()
    with torch.inference_mode():
        for _ in range(_ROLLOUT_STEPS):
            for name in rows:
                rows[name].append(observations[name][:_ROLLOUT_ENVS].float().cpu().clone())
            observations, *_ = env.step(graph(*(observations[name] for name in rows)))
    return {name: torch.cat(parts) for name, parts in rows.items()}
