# SPDX-License-Identifier: BSD-3-Clause
"""Returns across a change of orders, by hand."""

import torch
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from tensordict import TensorDict

from tt_isaaclab.rl.segment_ppo import SegmentPPO
from tt_isaaclab.tasks.mdp.segments import ORDER_CHANGED

GAMMA, LAM = 0.9, 0.8


def _returns(changed: list[bool], dones: list[bool]) -> tuple[list[float], list[float]]:
    """Returns of two steps with reward 1 in one environment, and the values of its three observations."""
    torch.manual_seed(0)
    observation = [TensorDict({"task": torch.full((1, 1), float(i))}, batch_size=[1]) for i in range(3)]
    groups = {"actor": ["task"], "critic": ["task"]}
    noise = {"class_name": "GaussianDistribution", "init_std": 0.1}
    actor = MLPModel(observation[0], groups, "actor", 1, (4,), distribution_cfg=noise)
    critic = MLPModel(observation[0], groups, "critic", 1, (4,))
    storage = RolloutStorage("rl", 1, 2, observation[0], [1], "cpu")
    ppo = SegmentPPO(actor, critic, storage, gamma=GAMMA, lam=LAM)
    for step in range(2):
        ppo.act(observation[step])
        extras = {ORDER_CHANGED: torch.tensor([changed[step]]), "time_outs": torch.tensor([False])}
        ppo.process_env_step(observation[step + 1], torch.ones(1), torch.tensor([int(dones[step])]), extras)
    ppo.compute_returns(observation[2])
    return storage.returns.flatten().tolist(), [critic(o).item() for o in observation]


def test_orders_that_stay_are_plain_ppo():
    returns, v = _returns([False, False], [False, False])
    second = 1 + GAMMA * v[2]
    first = 1 + GAMMA * v[1] + GAMMA * LAM * (second - v[1])
    torch.testing.assert_close(torch.tensor(returns), torch.tensor([first, second]))


def test_a_new_order_is_no_reason_for_the_action_before_it():
    returns, v = _returns([True, False], [False, False])
    torch.testing.assert_close(torch.tensor(returns), torch.tensor([1 + GAMMA * v[0], 1 + GAMMA * v[2]]))


def test_a_fall_still_ends_everything():
    returns, v = _returns([True, False], [True, False])
    torch.testing.assert_close(torch.tensor(returns), torch.tensor([1.0, 1 + GAMMA * v[2]]))
