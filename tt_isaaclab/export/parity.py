# SPDX-License-Identifier: BSD-3-Clause
"""Do the exported files do what the policy does, and how long does one step take?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from .graph import PolicyGraph

if TYPE_CHECKING:
    import onnxruntime

TOLERANCE = 1.0e-5
"""Largest difference of an action between torch and an exported file."""


def check_parity(
    graph: PolicyGraph, groups: Mapping[str, torch.Tensor], session: onnxruntime.InferenceSession, torchscript: Path
) -> dict[str, float]:
    """Largest difference of an action from torch's over observation groups (T, width), for ``onnx`` and ``torchscript``.

    Raises:
        ValueError: If a file differs by more than :data:`TOLERANCE`.
    """
    script = torch.jit.load(str(torchscript))
    largest = {"onnx": 0.0, "torchscript": 0.0}
    for row in zip(*(groups[name].split(1) for name in graph.inputs), strict=True):
        feed = {name: part.numpy() for name, part in zip(graph.inputs, row, strict=True)}
        with torch.no_grad():
            wanted, scripted = graph(*row).numpy(), script(*row).numpy()
        for name, actions in (("onnx", session.run(None, feed)[0]), ("torchscript", scripted)):
            largest[name] = max(largest[name], float(np.abs(actions - wanted).max()))
    for name, difference in largest.items():
        if not difference <= TOLERANCE:
            raise ValueError(
                f"{name} export differs from torch by {difference:.1e}, more than {TOLERANCE:.0e}: unusable"
            )
    return largest


def measure_latency(session: onnxruntime.InferenceSession, calls: int = 1000) -> dict[str, float]:
    """Median and 99th percentile of the time of one step [ms], after a warm-up."""
    random = np.random.default_rng(0)
    feed = {entry.name: random.standard_normal(entry.shape, dtype=np.float32) for entry in session.get_inputs()}
    seconds = []
    for _ in range(calls + 50):
        start = time.perf_counter()
        session.run(None, feed)
        seconds.append(time.perf_counter() - start)
    milliseconds = 1000.0 * np.array(seconds[50:])
    return {"median": float(np.median(milliseconds)), "p99": float(np.percentile(milliseconds, 99))}
