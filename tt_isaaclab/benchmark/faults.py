# SPDX-License-Identifier: BSD-3-Clause
"""Kill a process at random moments while it saves, trains, evaluates or sweeps: files stay whole, runs go on.

What needs Isaac Lab is imported where it is used: that takes half a minute, and who saves needs none of it.
"""

from __future__ import annotations

import itertools
import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.task_tokens.token_file import TokenCard, load_token, save_token
from tt_isaaclab.whole_file import write_json

TASK, TOKEN, COUNT, RESULT = "TaskTokens-Direction", "direction.safetensors", "count.json", "result.json"
SWEEP, FACTORS = "sweep", "factors.yaml"


@dataclass(frozen=True)
class Survival:
    """What became of one activity that was killed again and again."""

    kills: int
    finished: int
    """Runs that were done before the kill came."""
    resumed: int
    """Runs that went on from what an earlier one had left."""
    progress: int
    """How far the last file says that it came: saves, frames, episodes or values."""


def save(folder: Path) -> None:
    """Write a token and a count, over and over, going on from the count that is there."""
    bfm, first = load_bfm_or_bundled("bundled"), check_save(folder) + 1
    encoder = TaskEncoder(3, bfm.layout.width)
    for count in itertools.count(first):
        card = TokenCard(TASK, bfm.hash, DEFAULT_HUMANOID.hash, bfm.layout.name, {"count": count})
        save_token(folder / TOKEN, encoder, card)
        write_json(folder / COUNT, {"count": count})
        if count == first:
            print("started", flush=True)


def check_save(folder: Path) -> int:
    """Number of saves so far; the token is whole and at most one save ahead of the count."""
    if not (folder / TOKEN).is_file():
        return 0
    card = load_token(folder / TOKEN, load_bfm_or_bundled("bundled"))[1]
    count = json.loads((folder / COUNT).read_text())["count"] if (folder / COUNT).is_file() else 0
    assert card.training["count"] in (count, count + 1), f"token {card.training['count']}, count {count}"
    return card.training["count"]


def train(folder: Path) -> None:
    """Train a token with a checkpoint after every update, going on from the one that is there."""
    from isaaclab_tasks.utils import resolve_task_config

    from tt_isaaclab.task_tokens.training import train_policy
    from tt_isaaclab.tasks.make import command_name, open_env

    _, cfg = resolve_task_config(TASK, "rsl_rl_cfg_entry_point", overrides=[])
    cfg.num_steps_per_env = 4
    with open_env(TASK, num_envs=8, seed=0) as env:
        print("started", flush=True)
        train_policy(env, cfg, command_name(TASK), folder, resume=True, save_every=0.0)


def check_train(folder: Path) -> int:
    """Frames so far; checkpoint and learning curve are whole and at most one update apart."""
    from tt_isaaclab.task_tokens.training import CHECKPOINT, CURVE

    if not (folder / CHECKPOINT).is_file():
        return 0
    frames = [point["frames"] for point in torch.load(folder / CHECKPOINT, weights_only=True)["infos"]["curve"]]
    assert frames == sorted(set(frames)), f"{folder / CHECKPOINT}: the curve does not go on where it stopped"
    rows = (folder / CURVE).read_text().splitlines()[1:] if (folder / CURVE).is_file() else []
    assert len(frames) - len(rows) in (0, 1), f"{len(frames)} updates in the checkpoint, {len(rows)} in the curve"
    return frames[-1]


def evaluate(folder: Path) -> None:
    """Evaluate the behaviour model."""
    from tt_isaaclab.cli import main

    print("started", flush=True)
    main(["evaluate", "--task", TASK, "--episodes", "4", "--json", str(folder / RESULT)])


def check_evaluate(folder: Path) -> int:
    """Episodes of the result, which is there as a whole or not at all."""
    return json.loads((folder / RESULT).read_text())["episodes"] if (folder / RESULT).is_file() else 0


def sweep(folder: Path) -> None:
    """Evaluate the behaviour model under three more gravities; one by one, because PhysX has one for the whole scene."""
    from tt_isaaclab.cli import main

    factors = [round(0.5 + 0.01 * i, 2) for i in range(check_sweep(folder) + 3)]
    (folder / FACTORS).write_text(f"gravity: {factors}\n")
    print("started", flush=True)
    where = ["--axes", "gravity", "--config", str(folder / FACTORS), "--out", str(folder / SWEEP)]
    main(["robustness", "--task", TASK, "--backend", "ovphysx", "--episodes", "2", *where])


def check_sweep(folder: Path) -> int:
    """Values so far, each a whole file."""
    from tt_isaaclab.evaluation.result import read_result

    return len([read_result(path) for path in (folder / SWEEP).glob("*.json")])


ACTIVITIES = {
    "save": (save, check_save, 0.5),
    "train": (train, check_train, 8.0),
    "evaluate": (evaluate, check_evaluate, 30.0),
    "sweep": (sweep, check_sweep, 25.0),
}
"""Name -> what runs, what looks at its files, and the longest time from its start to the kill [s]."""


def survive(name: str, folder: Path, kills: int, seed: int = 0) -> Survival:
    """Run an activity, kill it at a random moment, look at its files; again and again.

    Raises:
        AssertionError: If a file is not as it should be.
        subprocess.CalledProcessError: If a run fails by itself.
    """
    _, check, longest = ACTIVITIES[name]
    folder.mkdir(parents=True, exist_ok=True)
    draw, progress, resumed, finished = random.Random(seed), check(folder), 0, 0
    for _ in range(kills):
        before = progress
        command = [sys.executable, "-m", __name__, name, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            while (line := process.stdout.readline()) and line.strip() != "started":
                pass
            time.sleep(draw.uniform(0.0, longest))
            process.send_signal(signal.SIGKILL)
        if process.returncode not in (0, -signal.SIGKILL):
            raise subprocess.CalledProcessError(process.returncode, command)
        finished += process.returncode == 0
        progress = check(folder)
        assert progress >= before, f"{name} went back from {before} to {progress}"
        resumed += 0 < before < progress
    return Survival(kills, finished, resumed, progress)


if __name__ == "__main__":
    ACTIVITIES[sys.argv[1]][0](Path(sys.argv[2]))
