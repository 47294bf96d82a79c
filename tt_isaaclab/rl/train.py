# SPDX-License-Identifier: BSD-3-Clause
"""``tt train``: ``isaaclab train`` with RSL-RL, headless."""

from __future__ import annotations

import argparse

from isaaclab_rl.entrypoints import run_train_cli

from .defaults import add_task_argument as add_arguments
from .defaults import with_defaults

__all__ = ["add_arguments", "run"]

PASSES_ON = True


def run(args: argparse.Namespace, further: list[str]) -> int:
    """Hand over to Isaac Lab; returns its exit code."""
    return run_train_cli(with_defaults(args.task, args.bfm, args.humanoid, further, viz="none"))
