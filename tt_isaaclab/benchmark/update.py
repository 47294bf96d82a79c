# SPDX-License-Identifier: BSD-3-Clause
"""Time of a PPO update's passes through the frozen behaviour model, against the plain masked transformer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from tt_isaaclab.bfm.bundled import BUNDLED
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layouts import masked_mimic_v1
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.plain import plain_forward
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.whole_file import write_json

from .physics import machine
from .timing import median_time

HELP = "update time of the frozen model against the plain masked transformer"
PASSES = 6
"""Passes over the data in one PPO update (Task Tokens paper)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Batch and repetitions."""
    parser.add_argument("--batch", type=int, default=256, help="transitions (default: 256)")
    parser.add_argument("--rounds", type=int, default=5, help="repetitions; the median counts (default: 5)")
    parser.add_argument("--out", type=Path, default=Path("outputs/benchmark/update.json"), help="JSON file")


def run(args: argparse.Namespace) -> None:
    """Measure both on MaskedMimic v1's size (30 tokens and the task's) and on the bundled model, without prompts."""
    torch.manual_seed(0)
    models = {"MaskedMimic v1, random weights": FrozenBfm(v1 := masked_mimic_v1(), BfmNetwork(v1).state_dict())}
    if BUNDLED.is_file():
        models["bundled"] = FrozenBfm.load(BUNDLED)
    table = Table(title=f"{PASSES} passes over {args.batch} transitions, forward and backward, no prompt [s]")
    for heading in ("model", "tokens", "plain", "frozen", "ratio"):
        table.add_column(heading, justify="left" if heading == "model" else "right")
    rows = []
    for name, bfm in models.items():
        plain, frozen = (median_time(f, args.rounds) for f in _updates(bfm, args.batch))
        tokens = 1 + sum(group.count for group in bfm.layout.tokens)
        rows.append({"model": name, "tokens": tokens, "plain": plain, "frozen": frozen, "ratio": plain / frozen})
        table.add_row(name, str(tokens), f"{plain:.2f}", f"{frozen:.2f}", f"{plain / frozen:.1f}")
    Console().print(table)
    write_json(args.out, {"machine": machine(), "batch": args.batch, "passes": PASSES, "rows": rows})
    print(f"wrote {args.out}")


def _updates(bfm: FrozenBfm, batch: int) -> tuple[Callable[[], None], Callable[[], None]]:
    """The plain and the frozen way to do all passes; every maskable token is hidden."""
    layout, weights = bfm.layout, bfm.state_dict()
    encoder = TaskEncoder(3, layout.width)
    task = torch.randn(batch, 3)
    inputs = {part.name: torch.randn(batch, part.width) for part in layout.decoder if part.name != "latent"}
    shown = {g.name: torch.randn(batch, g.count, g.width) for g in layout.tokens if not g.maskable}
    hidden = {g.name: torch.randn(batch, g.count, g.width) for g in layout.tokens if g.maskable}
    masks = {name: torch.zeros(batch, rows.shape[1], dtype=torch.bool) for name, rows in hidden.items()}
    needed = {name: rows.squeeze(1) if rows.shape[1] == 1 else rows for name, rows in shown.items()} | inputs

    def plain() -> None:
        for _ in range(PASSES):
            plain_forward(layout, weights, {**hidden, **needed}, masks, encoder(task)).sum().backward()

    def frozen() -> None:
        with torch.no_grad():
            embedded = bfm.embed(needed)
        for _ in range(PASSES):
            bfm.act(embedded, encoder(task)).sum().backward()

    return plain, frozen
