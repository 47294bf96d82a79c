# SPDX-License-Identifier: BSD-3-Clause
"""``tt run-policy``: drive an exported policy in plain MuJoCo and count what became of its orders."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import mujoco
import numpy as np

from tt_isaaclab.whole_file import write_json

from .body import MuJoCoBody
from .contract import BODY, CONTRACT, ORDERS, OWN_LAYOUT, ContractError, load
from .runner import READS, Episode, Policy, run_episode
from .safety import Safety
from .tasks import make_task


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the runner."""
    parser.add_argument("folder", type=Path, help="folder that 'tt export' has written")
    parser.add_argument("--episodes", type=int, default=None, help="number of episodes (default: all that it has)")
    parser.add_argument("--json", type=Path, default=None, help="file to write the result to")
    parser.add_argument("--video", type=Path, default=None, help="film of the first episode (MP4)")
    parser.add_argument("--max-angle", type=float, default=math.inf, help="largest joint target [rad]")
    parser.add_argument("--max-rate", type=float, default=math.inf, help="largest change of a joint target [rad/s]")
    parser.add_argument("--min-height", type=float, default=0.0, help="stop below this pelvis height [m]")


def run(args: argparse.Namespace) -> None:
    """Run the episodes and report."""
    contract = load(args.folder)
    if contract["layout"] != OWN_LAYOUT:
        raise ContractError(
            f"{args.folder / CONTRACT}: the policy of a {contract['layout']}, whose history and terrain this runner does "
            "not make; 'tt evaluate --bfm' runs it in Isaac Lab"
        )
    if strange := [entry["name"] for entry in contract["inputs"] if entry["name"] not in READS]:
        raise ContractError(
            f"{args.folder / CONTRACT}: reads '{strange[0]}', which this runner does not offer; export it without presets"
        )
    task, policy = make_task(contract), Policy(args.folder, contract)
    body = MuJoCoBody(args.folder / BODY, contract)
    with np.load(args.folder / ORDERS) as scripted:
        orders, lengths, steps = scripted["orders"], scripted["lengths"], int(scripted["steps"])
    count = len(orders) if args.episodes is None else args.episodes
    if not 0 < count <= len(orders):
        raise ValueError(f"{args.folder / ORDERS}: has orders for 1 to {len(orders)} episodes, not {count}")
    safety = Safety(args.max_angle, args.max_rate, args.min_height)
    episodes = []
    for i in range(count):
        episodes.append(run_episode(policy, body, task, orders[i], lengths[i], steps, safety))
        if args.video and i == 0:
            _film(args.video, episodes[0], 1.0 / task.step_dt)
        episodes[-1].states.clear()
    result = _summary(episodes, contract, steps)
    print(
        f"{result['task']} in plain MuJoCo: success {100 * result['success_rate']:.1f} % of {result['segments']} "
        f"segments, falls {100 * result['fall_rate']:.1f} %, {result['latency_ms']['median']:.2f} ms a step "
        f"(p99 {result['latency_ms']['p99']:.2f})"
    )
    if args.json:
        write_json(args.json, result)


def _summary(episodes: list[Episode], contract: dict, steps: int) -> dict:
    segments, successes = sum(e.segments for e in episodes), sum(e.successes for e in episodes)
    milliseconds = 1000.0 * np.concatenate([e.seconds for e in episodes])
    return {
        "task": contract["task"]["id"],
        "backend": "mujoco",
        "hashes": contract["hashes"],
        "episodes": len(episodes),
        "steps": steps,
        "segments": int(segments),
        "successes": int(successes),
        "success_rate": float(successes / max(segments, 1)),
        "fall_rate": float(np.mean([e.fell for e in episodes])),
        "latency_ms": {"median": float(np.median(milliseconds)), "p99": float(np.percentile(milliseconds, 99))},
    }


def _film(path: Path, episode: Episode, fps: float) -> None:
    """Film an episode; needs Pillow and imageio besides."""
    from tt_isaaclab.evaluation.film import film

    positions = np.stack([state.pos for state in episode.states])
    quats = np.zeros((*positions.shape[:2], 4))
    for row, state in zip(quats, episode.states, strict=True):
        for quat, rot in zip(row, state.rot, strict=True):
            mujoco.mju_mat2Quat(quat, rot.ravel())
    film(path, positions, np.roll(quats, -1, axis=-1), fps=round(fps))  # MuJoCo has w first
