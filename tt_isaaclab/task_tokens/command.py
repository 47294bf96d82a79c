# SPDX-License-Identifier: BSD-3-Clause
"""``tt search``: seek the words that a task needs and PPO does not find, add them to a token and count successes."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path

import gymnasium as gym
import torch
from isaaclab_tasks.utils.parse_cfg import load_cfg_from_registry
from tqdm import tqdm

from tt_isaaclab.bfm.bundled import add_bfm_argument, load_bfm_or_bundled
from tt_isaaclab.evaluation.command import line
from tt_isaaclab.evaluation.evaluator import evaluate
from tt_isaaclab.evaluation.plots import learning_curve
from tt_isaaclab.humanoid.bring_your_own.load import add_humanoid_argument, load_humanoid
from tt_isaaclab.tasks.make import check_task_id, command_name, open_env, presets_for
from tt_isaaclab.whole_file import whole_file, write_json

from .policy import PROMPT_GROUP, BfmPolicy
from .search import CrossEntropy, WordSearch
from .token_file import load_token_of_task, save_token

SEARCH_CFG, STATE = "word_search_cfg_entry_point", "search.pt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the search; the defaults take half an hour on one CPU core."""
    parser.add_argument("--task", default="LongJump", help="task id (default: LongJump)")
    parser.add_argument(
        "--token", required=True, help="token file to add to, such as that of 'tt demo --task LongJump'"
    )
    parser.add_argument("--generations", type=int, default=150, help="rounds of attempts (default: 150)")
    parser.add_argument("--num_envs", type=int, default=208, help="attempts in each of them (default: 208)")
    parser.add_argument("--episodes", type=int, default=256, help="episodes of the evaluation (default: 256)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the search and of the evaluation's commands")
    add_bfm_argument(parser)
    add_humanoid_argument(parser)
    parser.add_argument("--physics", default=None, help="physics backend (default: newton_mujoco on a CPU)")
    parser.add_argument("--out", type=Path, default=Path("outputs/search"), help="folder of the results")
    parser.add_argument("--resume", action="store_true", help="continue a search that was interrupted")


def run(args: argparse.Namespace) -> None:
    """Search, add to the token, evaluate; write token, curve and numbers."""
    task = check_task_id(args.task)
    if SEARCH_CFG not in gym.spec(task).kwargs:
        having = sorted(name for name, spec in gym.registry.items() if SEARCH_CFG in spec.kwargs)
        raise ValueError(f"{task} does not say where words are sought; {', '.join(having)} does")
    if min(args.generations, args.num_envs, args.episodes) <= 0:
        raise ValueError("--generations, --num_envs and --episodes must be positive")
    command, cfg = command_name(task), load_cfg_from_registry(task, SEARCH_CFG)
    bfm, humanoid = load_bfm_or_bundled(args.bfm), load_humanoid(args.humanoid)
    token = load_token_of_task(args.token, task, bfm, humanoid.spec)
    if token is None:
        raise ValueError(f"--token none: there is nothing to add words to; 'tt demo --task {task}' trains a token")
    card = token.card
    overrides = [*presets_for(bfm.layout, *card.presets, prior=card.prior), *humanoid.overrides]
    prompts = [PROMPT_GROUP] if card.prior else []
    torch.manual_seed(args.seed)
    with open_env(task, physics=args.physics, num_envs=args.num_envs, seed=args.seed, overrides=overrides) as env:
        search = WordSearch(env, BfmPolicy(bfm, token.encoder, prompts), command, cfg)
        history = _search(search, args)
        encoder = search.spoken()
    learning_curve(
        args.out / "search.png",
        [row["frames"] for row in history],
        [row["return"] for row in history],
        [row["success"] for row in history],
        title=f"{task}, search of words, {len(history)} generations",
        counted="attempts of a generation",
        reward_label="mean return of an attempt",
        top=None,
    )
    searched = {"seed": args.seed, "generations": len(history), **history[-1]}
    path = args.out / f"{command}.safetensors"
    save_token(path, encoder, replace(card, training={**card.training, "search": searched}))
    with open_env(task, physics=args.physics, num_envs=args.episodes, seed=args.seed, overrides=overrides) as env:
        rows = {
            name: evaluate(env, BfmPolicy(bfm, spoken, prompts), command, args.seed).summary()
            for name, spoken in (("token", token.encoder), ("token with the words found", encoder))
        }
    for name, row in rows.items():
        print(f"{task} {name}: {line(row)}")
    results = {name: asdict(row) for name, row in rows.items()}
    write_json(args.out / "search.json", {"task": task, "bfm_hash": bfm.hash, "search": searched, "results": results})
    print(f"token, curve and numbers are in {args.out}")


def _search(search: WordSearch, args: argparse.Namespace) -> list[dict[str, float]]:
    """Run the generations that are left; one row of history each, saved with the distribution as they end."""
    history: list[dict[str, float]] = []
    state = args.out / STATE
    if args.resume and state.is_file():
        saved = torch.load(state, weights_only=True)
        search.distribution, history = CrossEntropy(*saved["distribution"]), saved["history"]
    frames = history[-1]["frames"] if history else 0
    with tqdm(total=args.generations, initial=len(history), desc="searching", unit="generation") as bar:
        while len(history) < args.generations:
            torch.manual_seed(args.seed + len(history))  # a resumed search draws what one in a single go would
            made = search.generation()
            frames += made.frames
            good, mean = float(made.good.float().mean()), float(made.returns.mean())
            history.append({"frames": frames, "return": mean, "success": good})
            with whole_file(state) as partial:
                distribution = search.distribution
                torch.save({"distribution": (distribution.mean, distribution.sigma), "history": history}, partial)
            bar.set_postfix_str(f"return {mean:.1f}, success {100 * good:.0f} %")
            bar.update()
    return history
