# SPDX-License-Identifier: BSD-3-Clause
"""``tt retention``: a token leaves the behaviour model as it was, so what it could do before it still can, to the digit."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.task_tokens.token_file import load_token

from .requests import REQUESTS, Request
from .zero_shot import measure, to_dict

_SHORT = ("stand", "walk 1.0 m/s", "walk 1.8 m/s", "backwards 1.2 m/s")
SHORT: tuple[Request, ...] = tuple(r for r in REQUESTS if r.name in _SHORT)
"""The requests that are compared: what both trunks do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the check."""
    parser.add_argument(
        "--bfm", default="bundled", help="behaviour model as it was before (default: the one that ships)"
    )
    after = parser.add_mutually_exclusive_group(required=True)
    after.add_argument("--token", type=Path, help="token file: the model it speaks to must be that one, unchanged")
    after.add_argument("--tuned", help="behaviour model file after a fine-tuning, to see what it forgot")
    parser.add_argument("--humanoids", type=int, default=32, help="copies for each request (default: 32)")
    parser.add_argument("--physics", default=None, help="physics backend (default: newton_mujoco on a CPU)")


def run(args: argparse.Namespace) -> int:
    """Measure before and after; returns 1 if anything differs."""
    before, after = load_bfm_or_bundled(args.bfm), load_bfm_or_bundled(args.tuned or args.bfm)
    if args.token:
        encoder, _ = load_token(args.token, after)  # refuses another model
        train_through(after, encoder)
    scores = [to_dict(measure(m, SHORT, args.humanoids, physics=args.physics)) for m in (before, after)]
    same = str(scores[0]) == str(scores[1])  # every digit; a speed is not a number where all have fallen
    print(f"{'request':16s} {'upright before':>15s} {'after':>8s} {'speed before':>13s} {'after':>8s}")
    for name, old in scores[0].items():
        new = scores[1][name]
        print(f"{name:16s} {old['upright']:15.0%} {new['upright']:8.0%} {old['speed']:13.4f} {new['speed']:8.4f}")
    print("unchanged to the digit" if same else "CHANGED: this is no longer the model that it was")
    return 0 if same else 1


def train_through(bfm: FrozenBfm, encoder: TaskEncoder) -> None:
    """A few updates of the encoder through the model, on random observations: the way in which a token is trained."""
    state = next(group.width for group in bfm.layout.tokens if group.name == "state")
    optimiser = torch.optim.Adam(encoder.parameters())
    for _ in range(3):
        words = encoder(torch.randn(64, encoder.task_size))
        bfm.act(bfm.embed({"state": torch.randn(64, state)}), words).square().mean().backward()
        optimiser.step()
