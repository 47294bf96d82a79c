# SPDX-License-Identifier: BSD-3-Clause
"""Results on disk: one JSON file a task, method, backend, seed and condition. Documented in docs/evaluation.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import torch

from .conditions import Condition
from .evaluator import Episodes
from .methods import Method

SCHEMA = "tt_isaaclab.result/2"
"""First key of every result."""

_PACKAGES = ("tt_isaaclab", "isaaclab", "rsl-rl-lib", "torch", "newton", "mujoco", "ovphysx")


def result(
    task: str,
    method: Method,
    backend: str,
    seed: int,
    episodes: Episodes,
    condition: Condition | None = None,
    rows: torch.Tensor | slice = slice(None),
) -> dict:
    """What is written about one method on one task; ``rows`` selects the environments that it is about."""
    return {
        "schema": SCHEMA,
        "task": task,
        "method": method.name,
        "backend": backend,
        "humanoid": method.humanoid,
        "bfm_hash": method.bfm_hash,
        "token_hash": method.token_hash,
        "overrides": method.overrides,
        "seed": seed,
        "condition": (condition or Condition()).as_dict(),
        **episodes.summary(rows).as_dict(),
        "env_steps_per_second": episodes.env_steps_per_second,
        "per_episode": {
            "successes": episodes.successes[rows].tolist(),
            "segments": episodes.segments[rows].tolist(),
            "returns": [round(x, 4) for x in episodes.returns[rows].tolist()],
            "fell": episodes.fell[rows].tolist(),
        },
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Versions of the packages that a number depends on; those that are not installed are left out."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except ImportError:
            continue
    return found


def read_result(path: Path) -> dict:
    """Read one result.

    Raises:
        ValueError: If the file is no result.
    """
    try:
        content = json.loads(path.read_text())
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path}: not a JSON file; delete it and run the evaluation again") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise ValueError(f"{path}: not a result of this version ({SCHEMA}); move it away or evaluate again")
    return content


def read_results(folders: Sequence[Path]) -> list[dict]:
    """All results below some folders, or the files themselves, in the order of their names.

    Raises:
        ValueError: If a path is missing, holds no result, or a JSON file there is none.
    """
    results = []
    for folder in folders:
        if not folder.exists():
            raise ValueError(f"{folder}: no such file or folder")
        paths = [folder] if folder.is_file() else sorted(folder.rglob("*.json"))
        if not paths:
            raise ValueError(f"{folder}: no results; write some with 'tt evaluate --json' or 'tt robustness'")
        results += [read_result(path) for path in paths]
    return results
