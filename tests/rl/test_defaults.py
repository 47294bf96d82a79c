# SPDX-License-Identifier: BSD-3-Clause
import pytest
from small_bfm import random_weights
from smpl_humanoid import other_body, smpl_mjcf

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.layouts import bundled, masked_mimic_v3
from tt_isaaclab.bfm.weights import save_bfm
from tt_isaaclab.humanoid.bring_your_own.body import HumanoidFileError
from tt_isaaclab.rl.defaults import with_defaults


def test_a_published_model_brings_its_presets_and_keeps_the_users(tmp_path):
    path = str(tmp_path / "v3.safetensors")
    save_bfm(path, masked_mimic_v3(), random_weights(masked_mimic_v3()))
    arguments = with_defaults("Direction", path, "default", ["presets=joint_prior", "--num_envs", "4"], viz="none")
    assert arguments[:2] == ["--task", "TaskTokens-Direction"]
    assert f"agent.actor.bfm={path}" in arguments and ["--num_envs", "4"] == [
        a for a in arguments if a in ("--num_envs", "4")
    ]
    assert [a for a in arguments if a.startswith("presets=")] == ["presets=masked_mimic_v3,joint_prior"]
    assert "presets=masked_mimic_v3" in with_defaults("Direction", path, "default", [], viz="none")


def test_a_model_of_our_own_needs_none(tmp_path):
    path = str(tmp_path / "own.safetensors")
    save_bfm(path, bundled(), random_weights(bundled()))
    assert not any(a.startswith("presets=") for a in with_defaults("Direction", path, "default", [], viz="none"))
    assert "agent.actor.bfm" not in str(
        with_defaults("Direction", None, "default", ["presets=joint_prior"], viz="none")
    )
    with pytest.raises(BfmFileError, match="no such file"):
        with_defaults("Direction", str(tmp_path / "none"), "default", [], viz="none")


def test_a_body_of_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "body.xml"
    path.write_text(smpl_mjcf(other_body()))
    arguments = with_defaults("Direction", None, str(path), [], viz="none")
    assert arguments[-2].startswith(f"env.scene.robot.spawn.usd_path={tmp_path}") and "init_state.pos" in arguments[-1]
    with pytest.raises(HumanoidFileError, match="no such file"):
        with_defaults("Direction", None, str(tmp_path / "none.xml"), [], viz="none")
