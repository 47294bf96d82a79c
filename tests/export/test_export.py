# SPDX-License-Identifier: BSD-3-Clause
"""An exported policy: the files agree with each other, with their contract and with the policy they were made from."""

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import yaml

from tt_isaaclab import cli
from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.deploy.contract import CONTRACT, ONNX, TORCHSCRIPT, load
from tt_isaaclab.export.graph import PolicyGraph
from tt_isaaclab.export.parity import check_parity
from tt_isaaclab.humanoid.mjcf import build_mjcf
from tt_isaaclab.humanoid.spec import DEFAULT_HUMANOID
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.task_tokens.policy import BfmPolicy
from tt_isaaclab.task_tokens.token_file import load_token

WIDTHS = {"humanoid": 358, "task": 3, "targets": 184}


def _policy(exported) -> BfmPolicy:
    bfm = load_bfm_or_bundled("bundled")
    encoder, _ = load_token(exported.parent / "reach.safetensors", bfm)
    return BfmPolicy(bfm, encoder.eval(), ["targets"])


def _observations(n: int = 5) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {name: torch.randn(n, width, generator=generator) for name, width in WIDTHS.items()}


def test_both_files_do_what_the_policy_does(exported):
    observations = _observations()
    with torch.no_grad():
        wanted = _policy(exported)(observations).numpy()
    session, script = onnxruntime.InferenceSession(exported / ONNX), torch.jit.load(exported / TORCHSCRIPT)
    for i in range(len(wanted)):
        row = {name: rows[i : i + 1] for name, rows in observations.items()}
        np.testing.assert_allclose(
            session.run(None, {k: v.numpy() for k, v in row.items()})[0][0], wanted[i], atol=1e-5, rtol=0
        )
        np.testing.assert_allclose(script(*row.values())[0].detach().numpy(), wanted[i], atol=1e-5, rtol=0)


def test_another_policy_is_not_passed_off_as_this_one(exported):
    policy = _policy(exported)
    with torch.no_grad():
        policy.encoder.mlp[-1].bias += 0.1
    session = onnxruntime.InferenceSession(exported / ONNX)
    with pytest.raises(ValueError, match="onnx export differs from torch"):
        check_parity(PolicyGraph(policy), _observations(), session, exported / TORCHSCRIPT)


def test_a_token_that_sees_its_humanoid_needs_no_further_input():
    torch.manual_seed(0)
    observations, bfm = _observations(), load_bfm_or_bundled("bundled")
    policy = BfmPolicy(bfm, TaskEncoder(358 + 3, bfm.layout.width).eval(), ["targets"])
    with torch.no_grad():
        policy.encoder.mlp[-1].weight *= 100.0  # a new encoder hardly reads what it sees
        shown = observations | {"task": torch.cat((observations["humanoid"], observations["task"]), dim=-1)}
        torch.testing.assert_close(PolicyGraph(policy, sees_itself=True)(*observations.values()), policy(shown))
        with pytest.raises(RuntimeError):
            PolicyGraph(policy)(*observations.values())


def test_the_contract_describes_every_number(exported):
    contract = load(exported)
    assert {entry["name"]: entry["shape"][1] for entry in contract["inputs"]} == WIDTHS
    for entry in contract["inputs"]:
        assert sum(size for _, size, *_ in entry["elements"]) == entry["shape"][1]
    assert contract["outputs"][0]["order"] == list(DEFAULT_HUMANOID.dof_names)
    assert contract["rates"] == {"control_hz": 30.0, "physics_steps": 4}
    assert contract["task"]["success"] == {"grace": 60, "tolerance": 0.2, "last_step": False}
    hip = contract["humanoid"]["joints"][0]
    assert (hip["name"], hip["parent"], hip["stiffness"], hip["damping"]) == ("L_Hip", "Pelvis", 800, 80.0)
    assert all(len(digest) == 64 for digest in [*contract["hashes"].values(), *contract["files"].values()])
    assert max(contract["checked"]["largest_difference"].values()) < 1e-5
    assert contract["checked"]["one_core_ms"]["median"] <= contract["checked"]["one_core_ms"]["p99"]
    assert (exported / "humanoid.xml").read_text() == build_mjcf()


def test_the_policy_files_carry_the_contract(exported):
    written = load(exported)
    extra = {CONTRACT: ""}
    torch.jit.load(exported / TORCHSCRIPT, _extra_files=extra)
    model = onnx.load(exported / ONNX)
    in_onnx = {entry.key: entry.value for entry in model.metadata_props}[CONTRACT]
    for text in (in_onnx, extra[CONTRACT].decode()):
        carried = yaml.safe_load(text)
        assert carried == {name: value for name, value in written.items() if name in carried}
        assert written.keys() - carried.keys() == {"checked", "files"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--token", "nowhere.safetensors"], "nowhere.safetensors: no such file"),
        (["--token", "none", "--episodes", "1"], "--episodes must be at least 4, not 1"),
        (["--token", "none", "--leapp", "--prior"], "--leapp: "),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(tmp_path, capsys, arguments, message):
    assert cli.main(["export", "--task", "Reach", "--out", str(tmp_path / "out"), *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("tt export: ") and message in error and error.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(find_spec("leapp") is None, reason="LEAPP is not installed: pip install 'tt_isaaclab[leapp]'")
def test_leapp_graph_goes_from_body_poses_to_hinge_targets(exported, tmp_path):
    """In a process of its own: Isaac Lab's LEAPP export switches TorchScript off."""
    token = exported.parent / "reach.safetensors"
    command = ["export", "--task", "Reach", "--token", token, "--out", tmp_path, "--leapp", "--episodes", "4"]
    done = subprocess.run([sys.executable, "-m", "tt_isaaclab.cli", *map(str, command)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (description,) = (tmp_path / "leapp").rglob("TaskTokens-Reach.yaml")
    (model,) = yaml.safe_load(description.read_text())["models"].values()
    assert [entry["name"] for entry in model["inputs"]] == [
        *(f"robot_body_link_{name}_w" for name in ("pos", "quat", "lin_vel", "ang_vel")),
        "reach",
    ]
    assert model["outputs"][0]["shape"] == [1, 69]
