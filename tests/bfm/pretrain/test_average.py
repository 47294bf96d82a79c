# SPDX-License-Identifier: BSD-3-Clause
"""The mean of trackers."""

import pytest
import torch
from small_bfm import small_layout

from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.frozen import FrozenBfm
from tt_isaaclab.bfm.network import BfmNetwork
from tt_isaaclab.bfm.pretrain.average import average, average_models
from tt_isaaclab.bfm.pretrain.tracker import Tracker
from tt_isaaclab.bfm.weights import save_bfm


def test_weights_and_statistics_are_means_and_the_rest_is_the_first_ones(checkpoint, tmp_path):
    other = torch.load(checkpoint, weights_only=True)
    before = {name: tensor.clone() for name, tensor in other["actor_state_dict"].items()}
    for part in ("actor_state_dict", "critic_state_dict"):
        for tensor in other[part].values():
            if tensor.is_floating_point():
                tensor += 1.0
    other["iter"] = 7
    torch.save(other, tmp_path / "other.pt")
    mean = average([tmp_path / "other.pt", checkpoint])
    for name, tensor in mean["actor_state_dict"].items():
        torch.testing.assert_close(tensor, before[name] + 0.5 if tensor.is_floating_point() else before[name])
    assert mean["iter"] == 7 and mean.keys() == other.keys()
    torch.save(mean, tmp_path / "mean.pt")
    Tracker(tmp_path / "mean.pt")


@pytest.mark.parametrize("content, message", [(None, "no such checkpoint"), (b"x", "not a checkpoint"), ({}, "not a")])
def test_what_cannot_be_averaged_is_named(checkpoint, bad_checkpoint, content, message):
    with pytest.raises(ValueError, match=f"model_1.pt: {message}"):
        average([checkpoint, bad_checkpoint(content)])


def test_other_networks_are_refused(checkpoint, tmp_path):
    other = torch.load(checkpoint, weights_only=True)
    name = next(name for name in other["actor_state_dict"] if name.endswith("weight"))
    other["actor_state_dict"][name] = other["actor_state_dict"][name][:-1]
    torch.save(other, tmp_path / "narrow.pt")
    with pytest.raises(ValueError, match="narrow.pt: other networks"):
        average([checkpoint, tmp_path / "narrow.pt"])


def test_models_are_mixed_by_shares(tmp_path):
    paths, weights = [tmp_path / "a.safetensors", tmp_path / "b.safetensors"], []
    for i, path in enumerate(paths):
        weights.append(BfmNetwork(small_layout()).state_dict())
        save_bfm(path, small_layout(), weights[-1], {"number": i})
    layout, mean, cards, hashes = average_models(paths, (0.75, 0.25))
    assert hashes == [FrozenBfm.load(path).hash for path in paths]
    assert layout == small_layout() and [card["number"] for card in cards] == [0, 1]
    for name, tensor in mean.items():
        mixed = 0.75 * weights[0][name] + 0.25 * weights[1][name]
        torch.testing.assert_close(tensor, mixed.to(tensor.dtype))
    for shares in ((0.75, 0.75), (1.0,)):
        with pytest.raises(ValueError, match="2 models need as many, which sum to 1"):
            average_models(paths, shares)
    save_bfm(paths[1], other := small_layout(width=24), BfmNetwork(other).state_dict())
    with pytest.raises(BfmFileError, match="b.safetensors: of another layout"):
        average_models(paths, (0.5, 0.5))
