# SPDX-License-Identifier: BSD-3-Clause
"""The ``tt`` command."""

import sys
from types import ModuleType

import pytest

from tt_isaaclab import cli
from tt_isaaclab.tasks.make import check_task_id, task_ids


@pytest.fixture
def verb(monkeypatch):
    """A verb ``probe`` whose ``run`` a test sets."""
    module = ModuleType("tt_isaaclab.probe")
    module.add_arguments = lambda parser: parser.add_argument("--task")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(cli.VERBS, "probe", (module.__name__, "probe"))
    return module


def test_tasks_lists_every_registered_task(capsys):
    assert cli.main(["tasks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == task_ids()
    assert any(line.startswith("TaskTokens-Stand") and "rest pose" in line for line in lines)
    assert all(len(line.split()) > 3 for line in lines), "a task without a description"


def test_doctor_looks_at_versions_engines_and_files(capsys):
    status = cli.main(["doctor"])
    report = capsys.readouterr().out
    assert report.count("as generated") == 3
    assert "newton_mujoco" in report and "3.0.0" in report
    assert status == int("MISSING" in report)


def test_doctor_notices_an_edited_asset(capsys, monkeypatch):
    from tt_isaaclab.humanoid import generate

    monkeypatch.setitem(generate.GENERATORS, "ground.usda", lambda: "other text")
    assert cli.main(["doctor"]) == 1
    line = next(line for line in capsys.readouterr().out.splitlines() if "ground.usda" in line)
    assert "MISSING" in line and "tt_isaaclab.humanoid.generate" in line


def test_mistake_of_the_user_is_one_line(verb, capsys):
    verb.run = lambda args: check_task_id(args.task)
    assert cli.main(["probe", "--task", "Stnd"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("tt probe: unknown task 'Stnd'") and "TaskTokens-Stand" in error
    assert error.count("\n") == 1


def test_missing_recordings_are_one_line(capsys):
    assert cli.main(["pretrain", "motions", "--motions", "nowhere", "--output", "x"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("tt pretrain: nowhere: no such folder") and error.count("\n") == 1


def test_error_of_a_library_is_not_hidden(verb):
    verb.run = lambda args: __import__("json").loads("{")
    with pytest.raises(ValueError):
        cli.main(["probe"])


def test_result_of_a_verb_is_the_exit_code(verb):
    verb.run = lambda args: 1
    assert cli.main(["probe"]) == 1
    verb.run = lambda args: None
    assert cli.main(["probe"]) == 0
