# SPDX-License-Identifier: BSD-3-Clause
"""Environment steps per second of a bare standing task, by engine and number of environments."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tt_isaaclab.whole_file import write_json

from .measure_physics import ROLLOUT

HELP = "environment steps per second of the physics engines"
ENGINES = ("newton_mujoco", "newton_mjwarp", "ovphysx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which engines, how many environments, for how long."""
    parser.add_argument("--engines", nargs="+", default=ENGINES, choices=ENGINES, help="default: all")
    parser.add_argument("--num_envs", nargs="+", type=int, default=[16, 64, 256, 1024], help="default: 16 64 256 1024")
    parser.add_argument("--seconds", type=float, default=9.0, help="measuring time of each cell (default: 9)")
    parser.add_argument(
        "--mjwarp_limit",
        type=int,
        default=256,
        help="most environments for newton_mjwarp, slow on a CPU (default: 256)",
    )
    parser.add_argument(
        "--acting",
        action="store_true",
        help="TaskTokens-Direction with the bundled behaviour model and an untrained token acting, in place of "
        "TaskTokens-Stand with zero actions",
    )
    parser.add_argument("--out", type=Path, default=Path("outputs/benchmark/physics.json"), help="JSON file")


def run(args: argparse.Namespace) -> None:
    """Measure every cell in a process of its own, print a table and write the JSON file."""
    if min(args.num_envs) < 1 or args.seconds <= 0:
        raise ValueError("--num_envs and --seconds must be positive")
    console = Console()
    if (load := os.getloadavg()[0]) > 0.5:
        console.print(f"[yellow]load average {load:.1f}: other work on this machine will spoil the numbers[/]")
    cells = [
        (engine, n)
        for n in args.num_envs
        for engine in (ROLLOUT, *args.engines)
        if engine != "newton_mjwarp" or n <= args.mjwarp_limit
    ]
    rows = []
    for i, (engine, n) in enumerate(cells, 1):
        with console.status(f"[{i}/{len(cells)}] {engine}, {n} environments"):
            rows.append(_measure(engine, n, args.seconds, args.acting))
        console.print(f"[{i}/{len(cells)}] {engine:15} {n:5} {rows[-1]['env_steps_per_second']:10,.0f} env-steps/s")
    console.print(_table(rows, args.num_envs, (ROLLOUT, *args.engines)))
    write_json(args.out, {"machine": machine(), "seconds": args.seconds, "rows": rows})
    console.print(f"wrote {args.out}")


def _measure(engine: str, num_envs: int, seconds: float, acting: bool) -> dict:
    """Run one cell. Raises ValueError with the end of its output if it fails."""
    command = [sys.executable, "-m", "tt_isaaclab.benchmark.measure_physics", engine, str(num_envs), str(seconds)]
    command += ["acting"] if acting else []
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise ValueError(f"{engine} with {num_envs} environments failed:\n{result.stderr[-2000:]}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def _table(rows: list[dict], counts: list[int], engines: tuple[str, ...]) -> Table:
    """Engines by number of environments; the share of the yardstick in brackets."""
    rates = {(row["engine"], row["num_envs"]): row["env_steps_per_second"] for row in rows}
    table = Table(title="env-steps/s (share of bare mujoco.rollout)")
    for heading in ("environments", *engines):
        table.add_column(heading, justify="right")
    for n in counts:
        cells = []
        for engine in engines:
            rate = rates.get((engine, n))
            share = "" if rate is None or engine == ROLLOUT else f" ({100 * rate / rates[ROLLOUT, n]:.0f} %)"
            cells.append("-" if rate is None else f"{rate:,.0f}{share}")
        table.add_row(str(n), *cells)
    return table


def machine() -> dict:
    """Date, platform, cores and versions, to stand beside the numbers."""
    packages = ("isaaclab", "newton", "mujoco", "mujoco-warp", "ovphysx", "torch")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "platform": platform.platform(),
        "cores": len(os.sched_getaffinity(0)),
        "versions": {name: version(name) for name in packages},
    }
