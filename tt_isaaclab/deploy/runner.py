# SPDX-License-Identifier: BSD-3-Clause
"""The control loop: state -> observation -> policy -> joint targets, and what became of the orders meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .body import MuJoCoBody
from .contract import ONNX, Contract
from .observation import BodyState, self_observation
from .safety import Safety
from .tasks import Task

if TYPE_CHECKING:
    import onnxruntime


READS = ("humanoid", "task", "targets")
"""Inputs of a policy that there are here."""


class Policy:
    """The ONNX policy of an export on one core."""

    def __init__(self, folder: Path, contract: Contract) -> None:
        self.session = one_core_session(folder / ONNX)
        self.inputs = [entry["name"] for entry in contract["inputs"]]
        output = contract["outputs"][0]
        self._range, self._scale = output["range"], output["scale"]

    def __call__(self, state: BodyState, task: Task) -> np.ndarray:
        """Joint targets (J, 3), a rotation vector each [rad]."""
        read = {"humanoid": lambda: self_observation(state), "task": lambda: task.observe(state)}
        read["targets"] = lambda: task.rows(state).ravel()
        observation = {name: read[name]()[None].astype(np.float32) for name in self.inputs}
        (actions,) = self.session.run(None, observation)
        return self._scale * np.clip(actions[0], *self._range).reshape(-1, 3).astype(float)


def require_onnxruntime() -> None:
    """Raise ValueError with the remedy where ONNX Runtime is not installed."""
    if find_spec("onnxruntime") is None:
        raise ValueError("ONNX Runtime is not installed: pip install 'tt_isaaclab[export]'")


def one_core_session(path: Path) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session that uses one core of the CPU. Raises ValueError where it is not installed."""
    require_onnxruntime()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@dataclass
class Episode:
    """What became of one episode; counted as the evaluator counts."""

    successes: int = 0
    segments: int = 0
    """Orders that were measured, or that a fall ended before."""
    fell: bool = False
    """It ended by a fall or a safety stop."""
    seconds: list[float] = field(default_factory=list)
    """Time from a state to its joint targets, each control step [s]."""
    states: list[BodyState] = field(default_factory=list)
    """State after each control step."""


def run_episode(
    policy: Policy, body: MuJoCoBody, task: Task, orders: np.ndarray, lengths: np.ndarray, steps: int, safety: Safety
) -> Episode:
    """One episode from standing still.

    Args:
        policy: Makes joint targets.
        body: Robot or simulator.
        task: Reads and judges the orders.
        orders: Orders (M, K), given one after the other.
        lengths: Control steps that each lasts (M,).
        steps: Control steps of the episode.
        safety: Limits.
    """
    episode, given, good = Episode(), 0, True
    state = body.reset()
    targets = body.start_targets.copy()
    task.give(orders[0], state)
    for step in range(steps):
        start = time.perf_counter()
        targets = safety.limit(policy(state, task), targets, task.step_dt)
        episode.seconds.append(time.perf_counter() - start)
        previous, state = state, body.act(targets.ravel())
        episode.states.append(state)

        task.elapsed += 1
        measured = task.elapsed > task.success["grace"]
        good &= not measured or task.good(state, (state.pos[0] - previous.pos[0]) / task.step_dt)
        episode.fell = safety.stop(state) or (step > 0 and body.fallen(state))
        if episode.fell or task.elapsed >= lengths[given] or step == steps - 1:
            episode.segments += measured or episode.fell
            episode.successes += measured and good and not episode.fell
            if episode.fell:
                break
            given, good = (given + 1) % len(orders), True
            task.give(orders[given], state)
    return episode
