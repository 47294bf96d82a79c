# SPDX-License-Identifier: BSD-3-Clause
"""Speed of one engine in a process of its own: ``python -m tt_isaaclab.benchmark.measure_physics ENGINE N SECONDS [acting]``.

Prints one line of JSON last.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ROLLOUT = "mujoco.rollout"
"""The yardstick: MuJoCo's own batch stepping of the same body, without Isaac Lab around it."""

SUBSTEPS, WARM_UP, ROUNDS = 4, 10, 3


@contextmanager
def bare_rollout(num_envs: int) -> Iterator[Callable[[], None]]:
    """Yield a function that takes one control step of ``num_envs`` standing bodies."""
    import mujoco
    import numpy as np
    from mujoco.rollout import Rollout

    from tt_isaaclab.humanoid.mjcf import build_mjcf

    threads = len(os.sched_getaffinity(0))
    model = mujoco.MjModel.from_xml_string(build_mjcf())
    datas = [mujoco.MjData(model) for _ in range(threads)]
    full = mujoco.mjtState.mjSTATE_FULLPHYSICS
    start = np.zeros(mujoco.mj_stateSize(model, full))
    mujoco.mj_getState(model, datas[0], start, full)
    state, control = np.tile(start, (num_envs, 1)), np.zeros((num_envs, SUBSTEPS, model.nu))
    with Rollout(nthread=threads) as pool:

        def step() -> None:
            nonlocal state
            state = np.asarray(pool.rollout([model] * num_envs, datas, state, control)[0])[:, -1]

        yield step


@contextmanager
def standing_task(physics: str, num_envs: int) -> Iterator[Callable[[], None]]:
    """Yield a function that takes one step of TaskTokens-Stand with zero actions."""
    import torch

    from tt_isaaclab.tasks.make import open_env

    with open_env("Stand", physics=physics, num_envs=num_envs, seed=0) as env:
        env.reset()
        action = torch.zeros(num_envs, env.action_manager.total_action_dim)
        yield lambda: env.step(action)


@contextmanager
def acting_task(physics: str, num_envs: int) -> Iterator[Callable[[], None]]:
    """Yield a function that takes one step of TaskTokens-Direction with the behaviour model and a token acting."""
    import torch

    from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
    from tt_isaaclab.task_tokens.encoder import TaskEncoder
    from tt_isaaclab.task_tokens.policy import BfmPolicy
    from tt_isaaclab.tasks.make import open_env

    bfm = load_bfm_or_bundled("bundled")
    policy = BfmPolicy(bfm, TaskEncoder(3, bfm.layout.width))
    with open_env("Direction", physics=physics, num_envs=num_envs, seed=0) as env, torch.inference_mode():
        observations, _ = env.reset()

        def step() -> None:
            nonlocal observations
            observations = env.step(policy(observations))[0]

        yield step


def measure(engine: str, num_envs: int, seconds: float, acting: bool = False) -> float:
    """Control steps of single environments per second: the median of a few rounds that take ``seconds`` together."""
    rates = []
    task = acting_task if acting else standing_task
    with bare_rollout(num_envs) if engine == ROLLOUT else task(engine, num_envs) as step:
        for _ in range(WARM_UP):
            step()
        for _ in range(ROUNDS):
            start, count = time.perf_counter(), 0
            while (elapsed := time.perf_counter() - start) < seconds / ROUNDS:
                step()
                count += 1
            rates.append(count * num_envs / elapsed)
    return statistics.median(rates)


if __name__ == "__main__":
    engine, num_envs, seconds, *mode = sys.argv[1:]
    rate = measure(engine, int(num_envs), float(seconds), acting=mode == ["acting"])
    print(json.dumps({"engine": engine, "num_envs": int(num_envs), "env_steps_per_second": round(rate, 1)}))
