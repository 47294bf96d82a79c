# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks: ``python scripts/benchmark.py physics``, ``update`` or ``inference``."""

from __future__ import annotations

import argparse
import importlib

BENCHMARKS = {name: f"tt_isaaclab.benchmark.{name}" for name in ("physics", "update", "inference")}
"""Name -> module with ``HELP``, ``add_arguments(parser)`` and ``run(args)``."""


def main() -> None:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    for name, module in BENCHMARKS.items():
        benchmark = importlib.import_module(module)
        benchmark.add_arguments(names.add_parser(name, help=benchmark.HELP))
    args = parser.parse_args()
    importlib.import_module(BENCHMARKS[args.name]).run(args)


if __name__ == "__main__":
    main()
