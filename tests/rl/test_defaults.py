# SPDX-License-Identifier: BSD-3-Clause
import pytest
from small_bfm import random_weights

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.layouts import bundled, masked_mimic_v3
from tt_isaaclab.bfm.weights import save_bfm
from tt_isaaclab.rl.defaults import with_defaults


def test_a_published_model_brings_its_presets_and_keeps_the_users(tmp_path):
    path = str(tmp_path / "v3.safetensors")
    save_bfm(path, masked_mimic_v3(), random_weights(masked_mimic_v3()))
    arguments = with_defaults("Direction", path, ["presets=joint_prior", "--num_envs", "4"], viz="none")
    assert arguments[:2] == ["--task", "TaskTokens-Direction"]
    assert f"agent.actor.bfm={path}" in arguments and arguments[-4:-2] == ["--num_envs", "4"]
    assert [a for a in arguments if a.startswith("presets=")] == ["presets=masked_mimic_v3,joint_prior"]
    assert "presets=masked_mimic_v3" in with_defaults("Direction", path, [], viz="none")


def test_a_model_of_our_own_needs_none(tmp_path):
    path = str(tmp_path / "own.safetensors")
    save_bfm(path, bundled(), random_weights(bundled()))
    assert not any(a.startswith("presets=") for a in with_defaults("Direction", path, [], viz="none"))
    assert "agent.actor.bfm" not in str(with_defaults("Direction", None, ["presets=joint_prior"], viz="none"))
    with pytest.raises(BfmFileError, match="no such file"):
        with_defaults("Direction", str(tmp_path / "none"), [], viz="none")
