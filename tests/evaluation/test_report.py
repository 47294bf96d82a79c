# SPDX-License-Identifier: BSD-3-Clause
"""Tables of results with known content."""

import json

from tt_isaaclab.cli import main
from tt_isaaclab.evaluation.conditions import Condition
from tt_isaaclab.evaluation.result import SCHEMA


def written(folder, method, seed, successes, segments, name="", **further):
    result = {
        "schema": SCHEMA,
        "task": "TaskTokens-Direction",
        "method": method,
        "backend": "newton_mujoco",
        "seed": seed,
        "condition": Condition().as_dict(),
        "episodes": len(successes),
        "successes": sum(successes),
        "segments": sum(segments),
        "success_rate": sum(successes) / sum(segments),
        "measures": {"speed_error": 0.1},
        "per_episode": {"successes": successes, "segments": segments},
        **further,
    }
    (folder / f"{method}{seed}{name}.json").write_text(json.dumps(result))


def test_unchanged_physics_counts_once_though_a_sweep_has_it_on_every_axis(tmp_path):
    for method, wins in (("task_token", 2), ("bfm", 1)):
        written(tmp_path, method, 0, [wins] * 20, [2] * 20, "-gravity1")
        written(tmp_path, method, 0, [wins] * 20, [2] * 20, "-friction1", measured_friction=1.01)
    assert main(["report", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    report = (tmp_path / "out" / "report.md").read_text()
    assert "| task token | newton_mujoco | 100.0 [91.2, 100.0] |" in report
    assert report.count("behaviour model alone - task token") == 1


def test_success_seeds_and_differences(tmp_path):
    for seed in (0, 1):
        written(tmp_path, "task_token", seed, [2] * 20, [2] * 20)
        written(tmp_path, "bfm", seed, [1] * 20, [2] * 20)
    assert main(["report", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    report = (tmp_path / "out" / "report.md").read_text()
    assert "| task token | newton_mujoco | 100.0 [95.4, 100.0] (2 seeds) |" in report
    assert "| behaviour model alone | newton_mujoco | 50.0 [39.3, 60.7] (2 seeds) |" in report
    assert "| task token | newton_mujoco | 1 | 100.0 [100.0, 100.0] |" in report  # interquartile mean
    differences = [line for line in report.splitlines() if "behaviour model alone - task token" in line]
    assert len(differences) == 2 and all("-50.0 [-50.0, -50.0]" in line for line in differences)
