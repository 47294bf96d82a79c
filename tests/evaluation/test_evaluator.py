# SPDX-License-Identifier: BSD-3-Clause
"""The evaluator on the Direction task with policies whose result is known."""

import pytest
import torch

from tt_isaaclab.evaluation.evaluator import evaluate
from tt_isaaclab.tasks.make import open_env


def test_standing_succeeds_on_orders_to_stand_alone_and_falling_is_a_failure():
    def stand_or_walk(cfg):
        cfg.commands.direction.segment_steps, cfg.commands.direction.grace = (40, 41), 20
        cfg.commands.direction.stand_share = 0.5

    def stand(observations):
        return torch.zeros(len(observations["task"]), 69)

    def fall(observations):
        return torch.ones(len(observations["task"]), 69)

    with open_env("Direction", physics="newton_mujoco", num_envs=32, seed=0, edit=stand_or_walk) as env:
        episodes = evaluate(env, stand, "direction", seed=3, steps=80)
        again = evaluate(env, stand, "direction", seed=3, steps=80).summary()
        fallen = evaluate(env, fall, "direction", seed=3, steps=120).summary()
        term = env.command_manager.get_term("direction")
        term.script(3, steps=80)
        env.reset()
        orders, _ = term._script
        asked_to_stand = int((orders[:, :2, 1] == 0).sum())

    first = episodes.summary()
    assert first.episodes == 32 and first.segments == 64
    assert first.successes == asked_to_stand and 0 < asked_to_stand < 64
    assert first.interval_low < first.success_rate < first.interval_high
    assert first.fall_rate == 0.0
    assert again.as_dict() == first.as_dict()
    assert (episodes.steps == 80).all() and (
        episodes.judged == 2 * (40 - 20 - 1)
    ).all()  # the last step of an order is no longer its own
    part = episodes.summary(slice(0, 8))
    assert part.segments == 16 and part.successes == int((orders[:8, :2, 1] == 0).sum())
    # a standing body has a relative speed error of one where it should walk, and of its speed where it should stand
    assert abs(first.measures["speed_error"] - (1.0 - asked_to_stand / 64)) < 0.02
    assert first.target_rate == 0.0 and 0.0 < first.power < fallen.power
    assert fallen.fall_rate == 1.0 and fallen.successes == 0
    assert fallen.segments == 32


def test_blocks_of_environments_get_the_same_orders():
    with open_env("Direction", physics="newton_mujoco", num_envs=8, seed=0) as env:
        term = env.command_manager.get_term("direction")
        term.script(5, steps=300, repeats=2)
        orders, lengths = term._script
        assert torch.equal(orders[:4], orders[4:]) and torch.equal(lengths[:4], lengths[4:])
        assert not torch.equal(orders[0], orders[1])
        with pytest.raises(ValueError, match="3 equal blocks"):
            term.script(5, steps=300, repeats=3)
