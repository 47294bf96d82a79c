# SPDX-License-Identifier: BSD-3-Clause
"""Train a task token within a time budget: progress shown, resumable, one row of the learning curve an update."""

from __future__ import annotations

import copy
import csv
import math
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from isaaclab.envs import ManagerBasedRLEnv
from isaaclab_rl.rsl_rl import (
    RslRlOnPolicyRunnerCfg,
    RslRlVecEnvWrapper,
    check_rsl_rl_version,
    create_rsl_rl_runner,
    handle_deprecated_rsl_rl_cfg,
)
from rsl_rl.runners import OnPolicyRunner
from tqdm import tqdm

from tt_isaaclab.whole_file import whole_file

from .token_file import Token, TokenCard, save_token

CHECKPOINT, CURVE = "checkpoint.pt", "learning_curve.csv"


@dataclass(frozen=True)
class CurvePoint:
    """One update of the learning curve."""

    frames: int
    """Environment steps so far."""
    seconds: float
    """Training time so far [s]."""
    reward: float
    """Mean reward of a control step in this update."""
    success: float
    """Success rate over the last finished command segments."""


class _RewardMeter(RslRlVecEnvWrapper):
    """Environment wrapper that averages the reward between readings."""

    total, steps = 0.0, 0

    def step(self, actions):
        observations, reward, dones, extras = super().step(actions)
        self.total, self.steps = self.total + float(reward.mean()) / self.unwrapped.step_dt, self.steps + 1
        return observations, reward, dones, extras

    def read(self) -> float:
        """Mean reward of a control step since the last reading."""
        mean = self.total / max(self.steps, 1)
        self.total, self.steps = 0.0, 0
        return mean


def train_policy(
    env: ManagerBasedRLEnv,
    cfg: RslRlOnPolicyRunnerCfg,
    command: str,
    folder: Path,
    seconds: float = math.inf,
    frames: float = math.inf,
    resume: bool = False,
    save_every: float = 60.0,
    start: Token | None = None,
) -> tuple[OnPolicyRunner, list[CurvePoint]]:
    """Train a token, or another policy, until a budget is used up, what a resumed run used before included.

    Args:
        env: Training environment.
        cfg: RSL-RL configuration; its iteration count is ignored.
        command: Name of the command term that judges success.
        folder: Where checkpoint and learning curve go; both are always whole.
        seconds: Budget of training time [s].
        frames: Budget of environment steps.
        resume: Continue from the checkpoint in ``folder`` if there is one.
        save_every: Training time between checkpoints [s].
        start: Token that a fresh run starts with.
    """
    meter, cfg = _RewardMeter(env), copy.deepcopy(cfg)
    cfg.device = str(env.device)
    runner = create_rsl_rl_runner(meter, handle_deprecated_rsl_rl_cfg(cfg, check_rsl_rl_version()))
    curve: list[CurvePoint] = []
    checkpoint = folder / CHECKPOINT
    if resume and checkpoint.is_file():
        curve = [CurvePoint(**row) for row in runner.load(str(checkpoint))["curve"]]
    elif start:
        runner.alg.get_policy().encoder.load_state_dict(start.encoder.state_dict())
    used, seen = (curve[-1].seconds, curve[-1].frames) if curve else (0.0, 0)
    saved, resumed_at = used, seen
    batch = env.num_envs * cfg.num_steps_per_env

    def percent() -> int:
        return min(round(100 * max(used / seconds, seen / frames)), 100)

    with tqdm(total=100, initial=percent(), desc="training", bar_format=_BAR) as bar:
        while used < seconds and seen < frames:
            began = time.perf_counter()
            runner.learn(1, init_at_random_ep_len=seen == resumed_at)
            elapsed = time.perf_counter() - began
            used, seen = used + elapsed, seen + batch
            runner.current_learning_iteration += 1
            success = env.command_manager.get_term(command).segments.success_rate
            curve.append(CurvePoint(seen, used, meter.read(), success))
            bar.set_postfix_str(
                f"reward {curve[-1].reward:.3f}, success {100 * success:.0f} %, {batch / elapsed:.0f} env-steps/s, "
                f"{seen / 1e6:.2f} M frames"
            )
            bar.update(percent() - bar.n)
            if used - saved > save_every or used >= seconds or seen >= frames:
                _save(runner, curve, folder)
                saved = used
    return runner, curve


def save_trained_token(
    path: Path,
    runner: OnPolicyRunner,
    curve: list[CurvePoint],
    task: str,
    humanoid_hash: str,
    seed: int,
    prior: bool,
    proprioception: str = "none",
) -> None:
    """Write the token of a finished run with its card.

    Args:
        path: File of the token.
        runner: What `train_policy` returned.
        curve: Its learning curve.
        task: Registered name of the task.
        humanoid_hash: Hash of the body.
        seed: Of the training.
        prior: Whether it spoke beside the joint-condition prompt.
        proprioception: What the encoder reads besides the command.
    """
    actor = runner.alg.get_policy()
    training = {"seed": seed, "prior": prior, **asdict(curve[-1])}
    card = TokenCard(task, actor.bfm.hash, humanoid_hash, actor.bfm.layout.name, training, proprioception)
    save_token(path, actor.encoder, card)


_BAR = "{desc} {percentage:3.0f}%|{bar:20}| {elapsed}<{remaining} {postfix}"


def _save(runner: OnPolicyRunner, curve: list[CurvePoint], folder: Path) -> None:
    """Write checkpoint and curve; a killed process leaves the previous ones."""
    with whole_file(folder / CHECKPOINT) as partial:
        runner.save(str(partial), infos={"curve": [asdict(point) for point in curve]})
    with whole_file(folder / CURVE) as partial, partial.open("w", newline="") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(CurvePoint)])
        writer.writeheader()
        writer.writerows(asdict(point) for point in curve)
