# SPDX-License-Identifier: BSD-3-Clause
"""The physics benchmark runs each engine in its own process and records what it measured."""

import argparse
import json

import pytest

from tt_isaaclab.benchmark import physics


def parse(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    physics.add_arguments(parser)
    return parser.parse_args(argv)


def test_table_and_file(tmp_path, capsys):
    out = tmp_path / "deep" / "physics.json"
    physics.run(parse("--engines", "newton_mujoco", "--num_envs", "2", "--seconds", "0.3", "--out", str(out)))
    result = json.loads(out.read_text())
    assert [(row["engine"], row["num_envs"]) for row in result["rows"]] == [("mujoco.rollout", 2), ("newton_mujoco", 2)]
    bare, task = (row["env_steps_per_second"] for row in result["rows"])
    assert task > 0
    assert f"({100 * task / bare:.0f} %)" in capsys.readouterr().out
    assert not list(out.parent.glob("*.part"))


def test_slow_engine_is_left_out_of_large_batches(tmp_path, monkeypatch):
    measured = []

    def note(engine, num_envs, seconds, acting):
        measured.append((engine, num_envs))
        return {"engine": engine, "num_envs": num_envs, "env_steps_per_second": 1.0}

    monkeypatch.setattr(physics, "_measure", note)
    physics.run(parse("--num_envs", "64", "512", "--out", str(tmp_path / "physics.json")))
    assert ("newton_mjwarp", 64) in measured and ("newton_mjwarp", 512) not in measured


def test_failure_names_the_engine():
    with pytest.raises(ValueError, match="newton_mujoco with 0 environments failed"):
        physics._measure("newton_mujoco", 0, 0.1, acting=False)
