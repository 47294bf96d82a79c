# SPDX-License-Identifier: BSD-3-Clause
"""What can be evaluated: the behaviour model alone, with its prior, with a task token, or a policy without it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field

from tt_isaaclab.baselines.pure_rl.policy import PureRlPolicy
from tt_isaaclab.bfm.bundled import add_bfm_argument, load_bfm_or_bundled
from tt_isaaclab.cli import refuse_all_but_overrides
from tt_isaaclab.file_identity import sha256
from tt_isaaclab.humanoid.bring_your_own.load import add_humanoid_argument, load_humanoid
from tt_isaaclab.task_tokens.policy import PROMPT_PRESETS, BfmPolicy, prompt_groups
from tt_isaaclab.task_tokens.token_file import load_token_of_task
from tt_isaaclab.tasks.make import presets_for, split_presets

from .evaluator import Policy


@dataclass(frozen=True)
class Method:
    """A policy and what it is made of."""

    name: str
    """``bfm``, ``task_token`` or ``pure_rl``, and ``_prior``, ``_pose_history``, ``_text`` for what is visible."""
    policy: Policy
    humanoid: str
    """Name of the body."""
    bfm_hash: str | None = None
    token_hash: str | None = None
    """Of the token file, or of the checkpoint of a policy without behaviour model."""
    overrides: list[str] = field(default_factory=list)
    """Hydra overrides of the environment: what the method needs, and those of the user."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that choose a method."""
    parser.add_argument(
        "--token", default="none", help="token file, 'bundled', or 'none' for the behaviour model alone"
    )
    parser.add_argument(
        "--prior", action="store_true", help="prompt the behaviour model with the task's joint conditions"
    )
    add_bfm_argument(parser)
    add_humanoid_argument(parser)
    parser.add_argument(
        "--pure_rl", default=None, metavar="CHECKPOINT", help="a policy without behaviour model instead"
    )
    parser.epilog = (
        "Further arguments are overrides of the task, such as env.commands.reach.tolerance=0.1, or presets=text,pose_history "
        "for what an imported model can read besides."
    )


def load_method(args: argparse.Namespace, task: str, further: Sequence[str] = ()) -> Method:
    """The method that the options choose, on its device; ``further`` are overrides of the task.

    Raises:
        ValueError: If a file cannot be used, belongs to another task or model, or the options exclude each other.
    """
    refuse_all_but_overrides(further, args.verb)
    humanoid = load_humanoid(args.humanoid)
    presets, further = split_presets([*humanoid.overrides, *further], args.prior)
    body = humanoid.spec.name
    if args.pure_rl:
        if args.token != "none" or presets:
            raise ValueError("--pure_rl takes neither --token nor --prior nor presets")
        policy = PureRlPolicy(args.pure_rl)
        policy.to(args.device)
        return Method("pure_rl", policy, body, None, sha256(args.pure_rl), further)
    bfm = load_bfm_or_bundled(args.bfm)
    token = load_token_of_task(args.token, task, bfm, humanoid.spec)
    if token and token.card.prior and "joint_prior" not in presets:
        print(f"note: {token.path.name} was trained beside the joint-condition prompt; --prior shows it")
    shown = [name for name in presets if name in PROMPT_PRESETS]
    name = "_".join(["task_token" if token else "bfm", *shown]).replace("joint_prior", "prior")
    overrides = [*presets_for(bfm.layout, *presets, *(token.card.presets if token else [])), *further]
    policy = BfmPolicy(bfm, token.encoder if token else None, prompt_groups(shown))
    policy.to(args.device)
    return Method(name, policy, body, bfm.hash, sha256(token.path) if token else None, overrides)
