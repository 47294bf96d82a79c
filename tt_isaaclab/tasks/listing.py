# SPDX-License-Identifier: BSD-3-Clause
"""``tt tasks``: the registered tasks, one line each."""

from __future__ import annotations

import argparse
import sys

import gymnasium as gym

from .make import task_ids


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def describe(task: str) -> str:
    """First line of the docstring of the task's package."""
    module = gym.spec(task).kwargs["env_cfg_entry_point"].partition(":")[0].rpartition(".")[0]
    return (sys.modules[module].__doc__ or "").strip().partition("\n")[0]


def run(args: argparse.Namespace) -> None:
    """Print id and description of each task."""
    width = max(map(len, task_ids()))
    for task in task_ids():
        print(f"{task:{width}}  {describe(task)}")
