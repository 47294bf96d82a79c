# SPDX-License-Identifier: BSD-3-Clause
"""Whom the former model moves, and what is learned of it."""

import math
from types import SimpleNamespace

import pytest
import torch
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from small_bfm import random_weights
from tensordict import TensorDict

from tt_isaaclab.bfm.bundled import BUNDLED, load_bfm_or_bundled
from tt_isaaclab.bfm.files import BfmFileError
from tt_isaaclab.bfm.layouts import bundled
from tt_isaaclab.bfm.weights import save_bfm
from tt_isaaclab.humanoid.state import BodyState
from tt_isaaclab.tasks.tracking.handover import MOVED_BY_FORMER, Handover, HandoverPPO

N = 4


def test_the_former_model_moves_who_is_not_to_go_backwards():
    zeros, upright = torch.zeros(N, 24, 3), torch.tensor([1.0, 0.0, 0.0, 0.0])
    bodies = BodyState(zeros, upright.expand(N, 24, 4), zeros, zeros)
    orders = SimpleNamespace(
        given=torch.tensor([True, True, True, False]),
        speed=torch.tensor([1.2, 1.2, 0.0, 1.2]),
        yaw=torch.tensor([0.0, math.pi, 0.0, 0.0]),
        facing=torch.zeros(N),
    )
    torch.manual_seed(0)
    state, target = torch.randn(N, 358), torch.randn(N, 23, 3)
    state[:, 1 + 3 * 23 + 6 * 24] = 0.0  # none moves ahead or back
    result, moved = Handover(str(BUNDLED), "cpu").act(orders, bodies, state, target)
    assert moved.tolist() == [True, False, True, False]  # ahead, backwards, to stand, no order
    assert result[~moved].equal(target[~moved])
    assert not torch.isclose(result[moved], target[moved]).any()
    assert result[moved].abs().max() <= math.pi
    assert not result[0].equal(result[2])
    standing = load_bfm_or_bundled("bundled")({"state": state})
    assert not torch.isclose(result[moved].flatten(1), math.pi * standing[moved]).all()  # it is told the order


def test_a_model_with_one_trunk_has_nobody_to_hand_over(tmp_path):
    save_bfm(tmp_path / "one.safetensors", bundled(), random_weights(bundled()))
    with pytest.raises(BfmFileError, match="one.safetensors: has no second trunk"):
        Handover(str(tmp_path / "one.safetensors"), "cpu")


def test_nothing_is_learned_of_actions_that_did_nothing():
    torch.manual_seed(0)
    observation = TensorDict({"task": torch.ones(N, 1)}, batch_size=[N])
    groups, noise = {"actor": ["task"], "critic": ["task"]}, {"class_name": "GaussianDistribution", "init_std": 0.1}
    actor = MLPModel(observation, groups, "actor", 1, (4,), distribution_cfg=noise)
    critic = MLPModel(observation, groups, "critic", 1, (4,))
    ppo = HandoverPPO(actor, critic, RolloutStorage("rl", N, 2, observation, [1], "cpu"), gamma=0.0)
    rewards = torch.tensor([[1.0, 2.0, 50.0, 3.0], [0.0, 70.0, 4.0, 5.0]])
    moved = torch.tensor([[False, False, True, False], [False, True, False, False]])
    for _ in range(2):  # and so again in the next round
        for step in range(2):
            ppo.act(observation)
            ppo.process_env_step(observation, rewards[step], torch.zeros(N), {MOVED_BY_FORMER: moved[step]})
        ppo.compute_returns(observation)
        counted = torch.tensor([1.0, 2.0, 3.0, 0.0, 4.0, 5.0])  # mean 2.5, standard deviation 1.871
        expected = torch.zeros(2, N).masked_scatter(~moved, (counted - 2.5) / 1.8708287)
        torch.testing.assert_close(ppo.storage.advantages.squeeze(-1), expected)
        ppo.storage.clear()
