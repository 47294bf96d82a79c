# SPDX-License-Identifier: BSD-3-Clause
"""A comparison trains both methods for the same frames and leaves curves, results and a plot."""

import csv

from tt_isaaclab.cli import main
from tt_isaaclab.evaluation.result import read_results
from tt_isaaclab.file_identity import sha256


def test_both_methods_get_the_same_frames(tmp_path):
    options = ["--frames", "256", "--num_envs", "2", "--episodes", "4", "--out", str(tmp_path)]
    assert main(["compare", "--task", "Reach", *options]) == 0
    frames = {}
    for method in ("task_token", "pure_rl"):
        with (tmp_path / f"{method}-seed0" / "learning_curve.csv").open() as file:
            frames[method] = [int(row["frames"]) for row in csv.DictReader(file)]
    assert frames["task_token"] == frames["pure_rl"] == [128, 256]
    results = read_results([tmp_path / "results"])
    assert {r["method"] for r in results} == {"task_token", "pure_rl"} and all(r["episodes"] == 4 for r in results)
    token = tmp_path / "task_token-seed0" / "reach.safetensors"
    hashes = {r["method"]: r["token_hash"] for r in results}
    assert hashes == {"task_token": sha256(token), "pure_rl": None}
    assert (tmp_path / "success.png").stat().st_size > 10_000
