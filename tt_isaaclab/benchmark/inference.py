# SPDX-License-Identifier: BSD-3-Clause
"""Actions per second of the behaviour model, by its size, what it is shown, the batch and the CPU cores."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.layout import BfmLayout
from tt_isaaclab.bfm.layouts import SIZES, bundled
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.whole_file import write_json

from .physics import machine
from .timing import median_time

HELP = "actions per second of the behaviour model by visible tokens"

SHOWN = {"nothing": (0, 0), "1 target": (1, 0), "2 targets": (2, 0), "6 targets": (6, 0), "6 targets, text": (6, 1)}
"""Numbers of targets and sentences that are visible beside the state and the task's token."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sizes, batches, threads and repetitions."""
    parser.add_argument("--sizes", nargs="+", default=tuple(SIZES), choices=tuple(SIZES), help="default: all")
    parser.add_argument("--batch", nargs="+", type=int, default=[1, 256], help="humanoids (default: 1 256)")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], help="CPU threads (default: 1 2)")
    parser.add_argument("--rounds", type=int, default=50, help="repetitions; the median counts (default: 50)")
    parser.add_argument("--out", type=Path, default=Path("outputs/benchmark/inference.json"), help="JSON file")


def run(args: argparse.Namespace) -> None:
    """Measure models of random weights, whose speed is that of trained ones; hidden tokens are left out."""
    table, rows = Table(title="actions per second, with a task's token"), []
    for heading in ("size", "batch", "threads", *SHOWN):
        table.add_column(heading, justify="left" if heading == "size" else "right")
    before = torch.get_num_threads()
    for size in args.sizes:
        model = FrozenBfm(layout := bundled(size), BfmNetwork(layout).state_dict())
        for batch in args.batch:
            for threads in args.threads:
                torch.set_num_threads(threads)
                cell = {"size": size, "batch": batch, "threads": threads}
                speed = {shown: batch / _seconds(model, layout, batch, *SHOWN[shown], args.rounds) for shown in SHOWN}
                rows.append(cell | {"actions_per_second": speed})
                table.add_row(size, str(batch), str(threads), *(f"{value:,.0f}" for value in speed.values()))
    torch.set_num_threads(before)
    Console().print(table)
    write_json(args.out, {"machine": machine(), "rows": rows})
    print(f"wrote {args.out}")


@torch.no_grad()
def _seconds(model: FrozenBfm, layout: BfmLayout, batch: int, targets: int, sentences: int, rounds: int) -> float:
    """Time of one batch of actions [s]."""
    width = {group.name: group.width for group in layout.tokens}
    inputs = {"state": torch.randn(batch, width["state"])}
    if targets:
        inputs["targets"] = torch.randn(batch, targets, width["targets"])
    if sentences:
        inputs["text"] = torch.randn(batch, sentences, width["text"])
    token = torch.randn(batch, 1, layout.width)
    return median_time(lambda: model(inputs, extra_tokens=token), rounds)
