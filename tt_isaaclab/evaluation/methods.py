# SPDX-License-Identifier: BSD-3-Clause
"""What can be evaluated: the behaviour model alone, with its prior, with a task token, or a policy without it."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field

from tt_isaaclab.baselines.pure_rl.policy import PureRlPolicy
from tt_isaaclab.bfm.bundled import add_bfm_argument, load_bfm_or_bundled
from tt_isaaclab.file_identity import sha256
from tt_isaaclab.humanoid.bring_your_own.load import load_humanoid
from tt_isaaclab.task_tokens.policy import PROMPT_GROUP, BfmPolicy
from tt_isaaclab.task_tokens.token_file import load_token_of_task
from tt_isaaclab.tasks.make import presets_for

from .evaluator import Policy


@dataclass(frozen=True)
class Method:
    """A policy and what it is made of."""

    name: str
    """``bfm``, ``task_token`` or ``pure_rl``, and ``_prior`` where the joint conditions are visible."""
    policy: Policy
    humanoid: str
    """Name of the body."""
    bfm_hash: str | None = None
    token_hash: str | None = None
    """Of the token file, or of the checkpoint of a policy without behaviour model."""
    overrides: list[str] = field(default_factory=list)
    """Hydra overrides that the environment needs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that choose a method."""
    parser.add_argument(
        "--token", default="none", help="token file, 'bundled', or 'none' for the behaviour model alone"
    )
    parser.add_argument(
        "--prior", action="store_true", help="prompt the behaviour model with the task's joint conditions"
    )
    add_bfm_argument(parser)
    parser.add_argument("--humanoid", default="default", help="MJCF or USD of an SMPL humanoid (default: ours)")
    parser.add_argument(
        "--pure_rl", default=None, metavar="CHECKPOINT", help="a policy without behaviour model instead"
    )


def load_method(args: argparse.Namespace, task: str) -> Method:
    """The method that the options choose.

    Raises:
        ValueError: If a file cannot be used, belongs to another task or model, or the options exclude each other.
    """
    humanoid = load_humanoid(args.humanoid)
    body, overrides = humanoid.spec.name, [*humanoid.overrides]
    if args.pure_rl:
        if args.token != "none" or args.prior:
            raise ValueError("--pure_rl takes neither --token nor --prior")
        return Method("pure_rl", PureRlPolicy(args.pure_rl), body, None, sha256(args.pure_rl), overrides)
    bfm = load_bfm_or_bundled(args.bfm)
    token = load_token_of_task(args.token, task, bfm, humanoid.spec)
    if token and token.card.prior and not args.prior:
        print(f"note: {token.path.name} was trained beside the joint-condition prompt; --prior shows it")
    name = ("task_token" if token else "bfm") + ("_prior" if args.prior else "")
    presets = token.card.presets if token else []
    overrides = [*presets_for(bfm.layout, *presets, prior=args.prior), *overrides]
    policy = BfmPolicy(bfm, token.encoder if token else None, [PROMPT_GROUP] if args.prior else [])
    return Method(name, policy, body, bfm.hash, sha256(token.path) if token else None, overrides)
