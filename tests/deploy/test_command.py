# SPDX-License-Identifier: BSD-3-Clause
"""``tt run-policy`` on a real export, in a process where torch and Isaac Lab cannot be imported."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import imageio.v2 as imageio
import numpy as np
import pytest
import yaml

from tt_isaaclab import cli
from tt_isaaclab.deploy.body import MuJoCoBody
from tt_isaaclab.deploy.contract import BODY, CONTRACT, ONNX, load
from tt_isaaclab.deploy.runner import run_episode
from tt_isaaclab.deploy.safety import Safety
from tt_isaaclab.deploy.tasks import make_task

_WITHOUT = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "isaaclab", "isaaclab_tasks", "warp", "newton", "rsl_rl"):
            raise AssertionError(f"{name} was imported")
sys.meta_path.insert(0, Refuse())
from tt_isaaclab.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_it_runs_without_torch_and_isaac_lab(exported, tmp_path):
    result, film = tmp_path / "result.json", tmp_path / "film.mp4"
    command = ["run-policy", exported, "--episodes", "2", "--json", result, "--video", film, "--max-rate", "15"]
    done = subprocess.run([sys.executable, "-c", _WITHOUT, *map(str, command)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    written = json.loads(result.read_text())
    assert written["episodes"] == 2 and 0 < written["segments"] <= 6 and written["task"] == "TaskTokens-Reach"
    assert f"of {written['segments']} segments" in done.stdout
    frames = [frame.astype(int) for frame in imageio.get_reader(film).iter_data()]
    assert np.abs(frames[0] - frames[-1]).max() > 50


class _Hold:
    """Policy that asks for one pose, whatever happens."""

    def __init__(self, targets: np.ndarray) -> None:
        self.targets = targets

    def __call__(self, state, task) -> np.ndarray:
        return self.targets


def test_orders_are_counted_as_the_evaluator_counts(exported):
    """Orders of 30 steps that are judged after 20: two end, the third is cut at its 20th step or just after it."""
    contract = load(exported)
    body, task = MuJoCoBody(exported / BODY, contract), make_task(contract)
    task.success.update(grace=20, tolerance=3.0)
    orders, lengths = np.zeros((4, 3)), np.full(4, 30)
    stand = _Hold(body.start_targets)
    episode = run_episode(stand, body, task, orders, lengths, 80, Safety())
    assert (episode.segments, episode.successes, episode.fell) == (2, 2, False)
    episode = run_episode(stand, body, task, orders, lengths, 81, Safety())
    assert (episode.segments, episode.successes) == (3, 3)
    task.success["tolerance"] = 0.0
    assert run_episode(stand, body, task, orders, lengths, 80, Safety()).successes == 0


def test_a_fall_before_an_order_is_judged_is_a_failure(exported):
    contract = load(exported)
    body, task = MuJoCoBody(exported / BODY, contract), make_task(contract)
    task.success["tolerance"] = 9.0
    thrown = _Hold(np.full((23, 3), 0.5))
    episode = run_episode(thrown, body, task, np.zeros((1, 3)), np.array([300]), 300, Safety())
    assert episode.fell and (episode.segments, episode.successes) == (1, 0)
    stopped = run_episode(thrown, body, task, np.zeros((1, 3)), np.array([300]), 300, Safety(min_height=0.6))
    assert stopped.fell and len(stopped.states) < len(episode.states)
    assert stopped.states[-2].pos[0, 2] >= 0.6 > stopped.states[-1].pos[0, 2]


def _reads_text(folder: Path) -> None:
    contract = yaml.safe_load((folder / CONTRACT).read_text())
    contract["inputs"][-1]["name"] = "text"
    (folder / CONTRACT).write_text(yaml.safe_dump(contract))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "contract.yaml").unlink(), "contract.yaml: no such file"),
        (lambda folder: (folder / "contract.yaml").write_text("a: 1"), "contract.yaml: not a contract"),
        (lambda folder: (folder / "contract.yaml").write_text("format: 9\nfiles: {}"), "contract.yaml: format 9"),
        (lambda folder: (folder / ONNX).write_bytes(b"cut"), "policy.onnx: not the file that the contract describes"),
        (lambda folder: (folder / BODY).unlink(), "humanoid.xml: no such file"),
        (_reads_text, "contract.yaml: reads 'text', which this runner does not offer"),
    ],
)
def test_damaged_exports_are_one_line(exported, tmp_path, capsys, damage, message):
    folder = shutil.copytree(exported, tmp_path / "policy")
    damage(folder)
    assert cli.main(["run-policy", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("tt run-policy: ") and message in error and error.count("\n") == 1


def test_more_episodes_than_orders_are_refused(exported, capsys):
    assert cli.main(["run-policy", str(exported), "--episodes", "7"]) == 2
    assert "orders for 1 to 6 episodes, not 7" in capsys.readouterr().err
