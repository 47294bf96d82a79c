# SPDX-License-Identifier: BSD-3-Clause
"""A sweep writes a file a value, goes on where it was stopped, and becomes a report."""

import json

import pytest

from tt_isaaclab.cli import main
from tt_isaaclab.evaluation import robustness
from tt_isaaclab.evaluation.result import SCHEMA, read_result


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """A finished sweep of two values on two axes, and its command."""
    folder = tmp_path_factory.mktemp("sweep")
    table = folder / "factors.yaml"
    table.write_text("gravity: [1.0, 1.2]\nfriction: [0.25]\n")  # it stands; when one falls is up to rounding
    command = [
        "robustness",
        "--task",
        "Direction",
        "--config",
        str(table),
        "--episodes",
        "4",
        "--out",
        str(folder / "out"),
    ]
    assert main(command) == 0
    return folder / "out", command


def test_a_value_a_file_with_all_that_a_number_depends_on(sweep):
    folder, _ = sweep
    names = {path.name for path in folder.iterdir()}
    assert names == {f"direction-bfm-newton_mujoco-seed0-{v}.json" for v in ("gravity1", "gravity1.2", "friction0.25")}
    slippery = read_result(folder / "direction-bfm-newton_mujoco-seed0-friction0.25.json")
    assert slippery["schema"] == SCHEMA and slippery["condition"]["friction"] == 0.25
    assert slippery["measured_friction"] == pytest.approx(0.25, rel=0.05)
    assert slippery["episodes"] == len(slippery["per_episode"]["returns"]) == 4
    assert len(slippery["bfm_hash"]) == 64 and slippery["versions"]["isaaclab"]


def test_a_stopped_sweep_evaluates_what_is_missing_alone(sweep, capsys):
    folder, command = sweep
    lost, kept = (folder / f"direction-bfm-newton_mujoco-seed0-gravity{g}.json" for g in (1.2, 1))
    before, others = lost.read_text(), kept.stat().st_mtime_ns
    lost.unlink()
    assert main(command) == 0
    assert "1 of 3 values to evaluate" in capsys.readouterr().out
    assert kept.stat().st_mtime_ns == others
    same = [{**json.loads(text), "env_steps_per_second": 0} for text in (before, lost.read_text())]
    assert same[0]["per_episode"]["segments"] == same[1]["per_episode"]["segments"]


def test_a_value_that_fails_costs_no_other(sweep, capsys, monkeypatch):
    folder, command = sweep
    for path in folder.glob("*.json"):
        path.unlink()
    whole = robustness._evaluate

    def fails_on_friction(task, method, backend, conditions, args):
        if conditions[0].friction != 1.0:
            raise RuntimeError("the engine gave up")
        return whole(task, method, backend, conditions, args)

    monkeypatch.setattr(robustness, "_evaluate", fails_on_friction)
    monkeypatch.setattr(robustness, "_CROWD", 4)
    assert main(command) == 1
    assert "1 values failed" in capsys.readouterr().out
    assert len(list(folder.glob("*.json"))) == 2
    monkeypatch.undo()
    assert main(command) == 0
    assert len(list(folder.glob("*.json"))) == 3


def test_the_report_reads_the_sweep(sweep, tmp_path):
    folder, command = sweep
    main(command)
    assert main(["report", str(folder), "--out", str(tmp_path)]) == 0
    report = (tmp_path / "report.md").read_text()
    assert "| behaviour model alone | newton_mujoco |" in report and "gravity_direction.png" in report
    assert (tmp_path / "gravity_direction.png").stat().st_size > 10_000
    assert len((tmp_path / "results.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("table", "message"),
    [("wind: [1.0]", "unknown axis 'wind'"), ("gravity: [0.0]", "not a positive number"), (None, "no such table")],
)
def test_a_bad_table_is_named(tmp_path, table, message):
    path = tmp_path / "factors.yaml"
    if table:
        path.write_text(table)
    with pytest.raises(ValueError, match=message):
        robustness.read_factors(path)


def test_what_is_no_result_is_named(tmp_path, capsys):
    (tmp_path / "cut.json").write_text('{"schema": ')
    assert main(["report", str(tmp_path)]) == 2
    assert "cut.json: not a JSON file" in capsys.readouterr().err
