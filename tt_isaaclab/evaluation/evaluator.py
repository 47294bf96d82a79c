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

from .effort import joint_power, target_rate
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
    power: float
    """Mean mechanical power of the joints [W]; see `effort.joint_power`."""
    target_rate: float
    """Mean rate of change of a joint's target [rad/s]: low is smooth."""
    measures: dict[str, float]
    """Mean of the task's own measures over the judged steps, such as ``speed_error``; see the command term."""

    def as_dict(self) -> dict:
        """Plain numbers for a JSON file."""
        return asdict(self)


@dataclass(frozen=True)
class Episodes:
    """One episode in every environment. Tensors have a row an environment (N,)."""

    outcomes: torch.Tensor
    """Command segments by :class:`Outcome` (N, 4)."""
    returns: torch.Tensor
    fell: torch.Tensor
    steps: torch.Tensor
    """Control steps before the episode ended."""
    power: torch.Tensor
    """Mean over the episode [W]."""
    target_rate: torch.Tensor
    """Mean over the episode [rad/s]."""
    judged: torch.Tensor
    """Control steps that were judged."""
    measure_sums: dict[str, torch.Tensor]
    """Sum of each of the task's measures over the judged steps."""
    env_steps_per_second: float

    @property
    def successes(self) -> torch.Tensor:
        """Successful segments (N,)."""
        return self.outcomes[:, Outcome.SUCCESS]

    @property
    def segments(self) -> torch.Tensor:
        """Segments that count (N,)."""
        return self.outcomes[:, (Outcome.SUCCESS, Outcome.FAILURE, Outcome.EARLY_FALL)].sum(-1)

    def summary(self, rows: torch.Tensor | slice = slice(None)) -> Evaluation:
        """The result over all environments, or over some of them."""
        successes, segments = int(self.successes[rows].sum()), int(self.segments[rows].sum())
        early = int(self.outcomes[rows, Outcome.EARLY_FALL].sum())
        low, high = wilson_interval(successes, segments)
        judged = max(int(self.judged[rows].sum()), 1)
        return Evaluation(
            episodes=len(self.returns[rows]),
            segments=segments,
            successes=successes,
            success_rate=successes / max(segments, 1),
            interval_low=low,
            interval_high=high,
            authors_success_rate=successes / max(segments - early, 1),
            mean_return=float(self.returns[rows].mean()),
            fall_rate=float(self.fell[rows].float().mean()),
            power=float(self.power[rows].mean()),
            target_rate=float(self.target_rate[rows].mean()),
            measures={name: float(total[rows].sum()) / judged for name, total in self.measure_sums.items()},
        )


def evaluate(
    env: ManagerBasedRLEnv, policy: Policy, command: str, seed: int, steps: int = EPISODE_STEPS, repeats: int = 1
) -> Episodes:
    """Play one episode in every environment with mean actions and count what its command segments became.

    Every environment contributes exactly one episode, so short episodes are not over-represented; the orders depend
    on the seed and the environment alone.

    Args:
        env: Environment whose episodes are longer than ``steps`` or end there.
        policy: Deterministic policy.
        command: Name of the command term that judges success.
        seed: Seed of the orders.
        steps: Control steps of an episode.
        repeats: Blocks of environments that get the same orders, for conditions to be compared on them.
    """
    term = env.command_manager.get_term(command)
    term.script(seed, steps, repeats)
    observations, _ = env.reset()
    running = torch.ones(env.num_envs, dtype=torch.bool, device=env.device)
    zeros = torch.zeros(env.num_envs, device=env.device)
    fell, lasted, returns, power, rate, judged = running & False, *(zeros.clone() for _ in range(5))
    outcomes = torch.zeros(env.num_envs, len(Outcome), dtype=torch.long, device=env.device)
    sums = {name: zeros.clone() for name in term.measures}
    before = None
    start = time.perf_counter()
    with torch.inference_mode():
        for step in tqdm(range(steps), desc="evaluating", unit="step", leave=False):
            action = policy(observations)
            observations, reward, terminated, truncated, _ = env.step(action)
            if step == steps - 1:  # the time limit: judge what is running now
                alive = running & ~terminated & ~truncated & (term.segments.outcome == Outcome.NONE)
                alive = alive.nonzero().flatten()
                term.segments.close(alive, torch.zeros_like(alive, dtype=torch.bool))
            outcomes[running] += torch.nn.functional.one_hot(term.segments.outcome, len(Outcome))[running]
            fell |= term.failed & running
            measured = running & term.segments.measured & ~(terminated | truncated)
            lasted += running
            judged += measured
            returns += torch.where(running, reward / env.step_dt, 0.0)
            power += torch.where(running, joint_power(env.scene["robot"], env.action_manager), 0.0)
            rate += torch.where(running, target_rate(action, before, env.step_dt), 0.0)
            for name, value in term.measures.items():
                sums[name] += torch.where(measured, value, 0.0)
            before = action
            running &= ~(terminated | truncated)
            if not running.any():
                break
    seconds = time.perf_counter() - start
    return Episodes(
        outcomes=outcomes,
        returns=returns,
        fell=fell,
        steps=lasted.long(),
        power=power / lasted,
        target_rate=rate / lasted,
        judged=judged.long(),
        measure_sums=sums,
        env_steps_per_second=env.num_envs * (step + 1) / seconds,
    )
