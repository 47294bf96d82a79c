# SPDX-License-Identifier: BSD-3-Clause
"""A token leaves the behaviour model alone; a fine-tuning does not."""

import pytest

from tt_isaaclab.bfm.bundled import load_bfm_or_bundled
from tt_isaaclab.bfm.weights import save_bfm
from tt_isaaclab.cli import main
from tt_isaaclab.task_tokens.encoder import TaskEncoder
from tt_isaaclab.task_tokens.token_file import TokenCard, save_token


def test_a_token_changes_nothing(tmp_path, capsys):
    bfm = load_bfm_or_bundled("bundled")
    card = TokenCard("TaskTokens-Direction", bfm.hash, "", bfm.layout.name)
    save_token(tmp_path / "token.safetensors", TaskEncoder(3, bfm.layout.width), card)
    assert main(["retention", "--token", str(tmp_path / "token.safetensors"), "--humanoids", "2"]) == 0
    assert "unchanged to the digit" in capsys.readouterr().out


def test_a_fine_tuned_model_is_found_out(tmp_path, capsys):
    bfm = load_bfm_or_bundled("bundled")
    weights = {name: tensor.clone() for name, tensor in bfm.state_dict().items()}
    name = next(n for n in reversed(weights) if n.endswith("bias"))
    weights[name] += 0.01
    save_bfm(tmp_path / "tuned.safetensors", bfm.layout, weights, {})
    assert main(["retention", "--tuned", str(tmp_path / "tuned.safetensors"), "--humanoids", "2"]) == 1
    assert "CHANGED" in capsys.readouterr().out


def test_one_of_both_is_needed():
    with pytest.raises(SystemExit):
        main(["retention"])
