# SPDX-License-Identifier: BSD-3-Clause
"""Run a policy for a fixed number of episodes and count successes, the same way for every method."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import torch
from isaaclab.envs import ManagerBasedRLEnv
from tqdm import tqdm

from tt_isaaclab.tasks.mdp.segments import Outcome

from .statistics import wilson_interval

Policy = Callable[[Mapping[str, torch.Tensor]], torch.Tensor]
"""Observation groups in, action means (N, 69) out."""


EPISODE_STEPS = 300
"""Control steps of an episode: ten seconds."""


@dataclass(frozen=True)
class Evaluation:
    """Result of one policy on one task. Rates are shares in [0, 1]."""

    episodes: int
    segments: int
    """Command segments that count: measured ones, and those a fall ended before they could be measured."""
    successes: int
    success_rate: float
    interval_low: float
    interval_high: float
    authors_success_rate: float
    """Success rate by the paper's count, which leaves out segments that a fall ended early."""
    mean_return: float
    """Mean over episodes of the summed reward (per control step, not multiplied by the step)."""
    fall_rate: float
    """Share of episodes that ended by a fall or a physics blow-up."""
    env_steps_per_second: float

    def as_dict(self) -> dict[str, float | int]:
        """Plain numbers for a JSON file."""
        return asdict(self)


def evaluate(env: ManagerBasedRLEnv, policy: Policy, command: str, seed: int, steps: int = EPISODE_STEPS) -> Evaluation:
    """Play one episode in every environment with mean actions and count what its command segments became.

    Every environment contributes exactly one episode, so short episodes are not over-represented; the orders depend
    on the seed and the environment alone.

    Args:
        env: Environment whose episodes are longer than ``steps`` or end there.
        policy: Deterministic policy.
        command: Name of the command term that judges success.
        seed: Seed of the orders.
        steps: Control steps of an episode.
    """
    term = env.command_manager.get_term(command)
    term.script(seed, steps)
    observations, _ = env.reset()
    running = torch.ones(env.num_envs, dtype=torch.bool, device=env.device)
    falls = torch.zeros_like(running)
    returns = torch.zeros(env.num_envs, device=env.device)
    counts = dict.fromkeys(Outcome, 0)
    start = time.perf_counter()
    with torch.inference_mode():
        for step in tqdm(range(steps), desc="evaluating", unit="step", leave=False):
            observations, reward, terminated, truncated, _ = env.step(policy(observations))
            if step == steps - 1:  # the time limit: judge what is running now
                alive = running & ~terminated & ~truncated & (term.segments.outcome == Outcome.NONE)
                alive = alive.nonzero().flatten()
                term.segments.close(alive, torch.zeros_like(alive, dtype=torch.bool))
            for outcome in Outcome:
                counts[outcome] += int(((term.segments.outcome == outcome) & running).sum())
            returns += reward * running / env.step_dt
            falls |= term.failed & running
            running &= ~(terminated | truncated)
            if not running.any():
                break
    seconds = time.perf_counter() - start
    successes, failures = counts[Outcome.SUCCESS], counts[Outcome.FAILURE]
    segments = successes + failures + counts[Outcome.EARLY_FALL]
    low, high = wilson_interval(successes, segments)
    return Evaluation(
        episodes=env.num_envs,
        segments=segments,
        successes=successes,
        success_rate=successes / max(segments, 1),
        interval_low=low,
        interval_high=high,
        authors_success_rate=successes / max(successes + failures, 1),
        mean_return=float(returns.mean()),
        fall_rate=float(falls.float().mean()),
        env_steps_per_second=env.num_envs * (step + 1) / seconds,
    )
