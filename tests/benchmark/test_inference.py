# SPDX-License-Identifier: BSD-3-Clause
"""The inference benchmark measures every cell and records it."""

import argparse
import json

from tt_isaaclab.benchmark import inference


def test_table_and_file(tmp_path, capsys):
    parser, out = argparse.ArgumentParser(), tmp_path / "inference.json"
    inference.add_arguments(parser)
    inference.run(parser.parse_args(f"--sizes small --batch 1 3 --threads 1 --rounds 2 --out {out}".split()))
    rows = json.loads(out.read_text())["rows"]
    assert [(row["size"], row["batch"], row["threads"]) for row in rows] == [("small", 1, 1), ("small", 3, 1)]
    for row in rows:
        assert row["actions_per_second"].keys() == inference.SHOWN.keys()
        assert all(value > 0 for value in row["actions_per_second"].values())
    assert "actions per second" in capsys.readouterr().out
